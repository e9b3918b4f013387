//! Whether what serde wrote is of the data types that were said: the questions that generated code asks.
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericArgument, PathArguments, Type};

use crate::check::data_type::{DataType, Wire};
use crate::parse::ast::{Field, Stored, Struct};

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

/// The questions to a type and to the types that are written inside of it, each a function of the value.
fn asked(ty: &Type, p: &TokenStream) -> Vec<TokenStream> {
    if !may_say(ty) {
        return Vec::new();
    }
    let within = |inner: &Type| {
        let ask =
            |ask| quote!(|dynacond_value| #p::Within::<#ty, #inner>::each(dynacond_value, #ask));
        asked(inner, p).into_iter().map(ask).collect::<Vec<_>>()
    };
    match ty {
        Type::Paren(inner) => return asked(&inner.elem, p),
        Type::Group(inner) => return asked(&inner.elem, p),
        Type::Reference(inner) => return asked(&inner.elem, p),
        Type::Array(array) => return within(&array.elem),
        Type::Tuple(tuple) => {
            let elements = tuple.elems.iter().enumerate();
            let questions = elements.flat_map(|(place, inner)| {
                let ask =
                    |ask| quote!(|dynacond_value| #p::verify_nth(dynacond_value, #place, #ask));
                asked(inner, p).into_iter().map(ask).collect::<Vec<_>>()
            });
            return questions.collect();
        }
        _ => {}
    }
    let inner = collected(ty);
    if !inner.is_empty() {
        return inner.into_iter().flat_map(within).collect();
    }
    // An alias may stand for a collection.
    vec![
        quote!(#p::Probe::<#ty>::verify),
        quote!(#p::Probe::<#ty>::verify_elements),
    ]
}

/// The types inside of a collection or a wrapper of the standard library.
fn collected(ty: &Type) -> Vec<&Type> {
    const NAMES: [&str; 12] = [
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
    ];
    let Type::Path(path) = ty else {
        return Vec::new();
    };
    let last = path.path.segments.last();
    let Some(last) = last.filter(|last| NAMES.iter().any(|name| last.ident == name)) else {
        return Vec::new();
    };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return Vec::new();
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}

/// What a type answers: by what was said of it, or by the type that it is stored as.
pub(crate) fn of_type(parsed: &DataType, p: &TokenStream) -> Option<TokenStream> {
    let answer = match (&parsed.attr.stored_as, &parsed.wire) {
        (Some((kind, _)), _) => {
            let kind = kind.ident();
            quote!(#p::verify_kind::<#p::kind::#kind>(dynacond_value))
        }
        (None, Wire::Of(ty)) if may_say(ty) => {
            let questions = asked(ty, p);
            quote!(#p::verify_all(dynacond_value, &[#(#questions),*]))
        }
        _ => return None,
    };
    Some(quote! {
        fn verify(dynacond_value: &#p::AttributeValue) -> #p::Verified {
            #answer
        }
    })
}

/// What the attributes of an item or of a document are asked: a method of this name, where anything is.
pub(crate) fn method(
    name: &TokenStream,
    answers: &[TokenStream],
    krate: &TokenStream,
    p: &TokenStream,
) -> Option<TokenStream> {
    (!answers.is_empty()).then(|| {
        quote! {
            fn #name(dynacond_map: &#krate::Item) -> #p::Verified {
                #(#answers?;)*
                ::core::result::Result::Ok(())
            }
        }
    })
}

impl Struct<'_> {
    /// The questions to the fields, and to what is flattened among them.
    pub(crate) fn questions(&self, p: &TokenStream) -> Vec<TokenStream> {
        let written = self.fields.iter().filter(|field| field.is_written());
        let questions: Vec<_> = written
            .flat_map(|field| self.questions_of(field, p))
            .collect();
        let own = (!questions.is_empty())
            .then(|| quote!(#p::verify_fields(dynacond_map, &[#(#questions),*])));
        let flattened = self.flattened().filter(|field| may_say(&field.ty));
        let flattened = flattened.map(|field| {
            let ty = &field.ty;
            quote!(#p::Probe::<#ty>::verify_map(dynacond_map))
        });
        own.into_iter().chain(flattened).collect()
    }

    /// Where something may have been said of a field: its name, and the questions to its type.
    pub(crate) fn questions_of(&self, field: &Field, p: &TokenStream) -> Vec<TokenStream> {
        let wire = &field.wire;
        let questions = match field.stored() {
            Stored::As { .. } => {
                let ty = self.attribute_type(field);
                vec![quote!(#p::Probe::<#ty>::verify)]
            }
            Stored::Own(own) => asked(own, p),
            Stored::With(_) => Vec::new(),
        };
        let of_field = |question| quote!((#wire, #question));
        questions.into_iter().map(of_field).collect()
    }
}
