//! Whether what serde wrote is of the data types that were said: the questions that generated code asks.
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Type;

use crate::check::data_type::{DataType, Wire};
use crate::parse::ast::{Stored, Struct};

/// Types of which nothing was said, as far as their names tell: they are not asked.
const PLAIN: [&str; 36] = [
    "String",
    "str",
    "char",
    "bool",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "f32",
    "f64",
    "Vec",
    "VecDeque",
    "LinkedList",
    "HashSet",
    "BTreeSet",
    "HashMap",
    "BTreeMap",
    "Option",
    "Box",
    "Rc",
    "Arc",
    "Cow",
    "std",
    "core",
    "alloc",
    "collections",
    "option",
    "string",
];

/// Whether a type is more than what `PLAIN` is made of.
fn may_say(ty: &Type) -> bool {
    fn mentions_other(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            proc_macro2::TokenTree::Ident(ident) => !PLAIN.iter().any(|plain| ident == plain),
            proc_macro2::TokenTree::Group(group) => mentions_other(group.stream()),
            _ => false,
        })
    }
    mentions_other(ty.to_token_stream())
}

/// The method of `AttributeType` that answers by an expression.
fn by(answer: &TokenStream, p: &TokenStream) -> TokenStream {
    quote! {
        fn verify(dynacond_value: &#p::AttributeValue) -> #p::Verified {
            #answer
        }
    }
}

/// What a type answers: by what was said of it, or by the type that it is stored as.
pub(crate) fn of_type(parsed: &DataType, p: &TokenStream) -> Option<TokenStream> {
    let answer = match (&parsed.attr.stored_as, &parsed.wire) {
        (Some((kind, _)), _) => {
            let kind = kind.ident();
            quote!(#p::verify_kind::<#p::kind::#kind>(dynacond_value))
        }
        (None, Wire::Of(ty)) if may_say(ty) => quote!(#p::Probe::<#ty>::verify(dynacond_value)),
        _ => return None,
    };
    Some(by(&answer, p))
}

pub(crate) fn document(questions: &[TokenStream], p: &TokenStream) -> Option<TokenStream> {
    (!questions.is_empty()).then(|| {
        by(
            &quote!(#p::verify_document(dynacond_value, &[#(#questions),*])),
            p,
        )
    })
}

/// The method of `Versioned`.
pub(crate) fn item(
    questions: &[TokenStream],
    krate: &TokenStream,
    p: &TokenStream,
) -> Option<TokenStream> {
    (!questions.is_empty()).then(|| {
        quote! {
            fn verify(dynacond_item: &#krate::Item) -> #p::Verified {
                #p::verify_fields(dynacond_item, &[#(#questions),*])
            }
        }
    })
}

impl Struct<'_> {
    /// For each field of which something may have been said: its name, and the question to its type.
    pub(crate) fn questions(&self, p: &TokenStream) -> Vec<TokenStream> {
        let written = self.fields.iter().filter(|field| field.is_written());
        written
            .flat_map(|field| {
                let wire = &field.wire;
                let ty = self.attribute_type(field);
                match field.stored() {
                    Stored::As { .. } => vec![quote!((#wire, #p::Probe::<#ty>::verify))],
                    Stored::Own(own) if may_say(own) => vec![
                        quote!((#wire, #p::Probe::<#ty>::verify)),
                        quote!((#wire, #p::Probe::<#ty>::verify_elements)),
                    ],
                    Stored::Own(_) | Stored::With(_) => Vec::new(),
                }
            })
            .collect()
    }
}
