//! Whether what serde wrote is of the data types that were said: the questions that generated code asks.
use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use crate::check::data_type::{DataType, Wire};
use crate::expand::standard::{has_own_types, inner_types, wrapped};
use crate::parse::ast::{Field, Stored, Struct, option};

/// The questions to a type and to the types that are written inside of it, each a function of the value.
fn asked(ty: &Type, p: &TokenStream) -> Vec<TokenStream> {
    if !has_own_types(ty) {
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
        Type::Slice(slice) => return within(&slice.elem),
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
    let inner = inner_types(ty);
    if !inner.is_empty() {
        return inner.into_iter().flat_map(within).collect();
    }
    // An alias may stand for a collection.
    vec![
        quote!(#p::Probe::<#ty>::verify),
        quote!(#p::Probe::<#ty>::verify_elements),
    ]
}

/// The questions to the entries of a map that serde's `flatten` writes, each a function of an entry's value.
fn asked_of_entries(ty: &Type, p: &TokenStream) -> Vec<TokenStream> {
    match ty {
        Type::Paren(inner) => return asked_of_entries(&inner.elem, p),
        Type::Group(inner) => return asked_of_entries(&inner.elem, p),
        _ => {}
    }
    if let Some(inner) = wrapped(ty) {
        return asked_of_entries(inner, p);
    }
    let inner = inner_types(ty);
    if inner.is_empty() {
        // An alias may stand for a map.
        return vec![quote!(#p::Probe::<#ty>::verify_entry)];
    }
    let of_inner = inner.into_iter().flat_map(|inner| {
        let ask =
            |ask| quote!(|dynacond_value| #p::Within::<#ty, #inner>::entry(dynacond_value, #ask));
        asked(inner, p).into_iter().map(ask).collect::<Vec<_>>()
    });
    of_inner.collect()
}

/// What a type answers: by what was said of it, or by the type that it is stored as.
pub(crate) fn of_type(parsed: &DataType, p: &TokenStream) -> Option<TokenStream> {
    let answer = match (&parsed.attr.stored_as, &parsed.wire) {
        (Some((kind, _)), _) => {
            let kind = kind.ident();
            quote!(#p::verify_kind::<#p::kind::#kind>(dynacond_value))
        }
        (None, Wire::Of(ty)) if has_own_types(ty) => {
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
    p: &TokenStream,
) -> Option<TokenStream> {
    (!answers.is_empty()).then(|| {
        quote! {
            fn #name(dynacond_map: &#p::Written<'_>) -> #p::Verified {
                #(#answers?;)*
                ::core::result::Result::Ok(())
            }
        }
    })
}

impl Struct<'_> {
    /// The checks of the fields, including flattened ones.
    pub(crate) fn questions(&self, p: &TokenStream) -> Vec<TokenStream> {
        let written = self.fields.iter().filter(|field| field.is_written());
        let questions: Vec<_> = written
            .flat_map(|field| self.questions_of(field, p))
            .collect();
        let own = (!questions.is_empty())
            .then(|| quote!(#p::verify_fields(dynacond_map, &[#(#questions),*])));
        let flattened = self.flattened().filter(|field| has_own_types(&field.ty));
        let flattened = flattened.map(|field| self.question_of_flattened(field, p));
        own.into_iter().chain(flattened).collect()
    }

    /// The question to what a flattened field writes: a document's attributes, or the entries of a map, which are all that
    /// nothing else writes.
    fn question_of_flattened(&self, field: &Field, p: &TokenStream) -> TokenStream {
        let tag = self.serde.tag.iter().map(syn::LitStr::value);
        let written = self.fields.iter().filter(|field| field.is_written());
        let names = tag.chain(written.map(|field| field.wire.clone()));
        let others = self.flattened().filter(|other| other.ident != field.ident);
        let others = others.map(|other| {
            let ty = option(&other.ty).unwrap_or(&other.ty);
            quote!(#p::Probe::<#ty>::NAMES)
        });
        let (ty, entries) = (&field.ty, asked_of_entries(&field.ty, p));
        quote! {
            #p::verify_flattened(
                &dynacond_map.beside(&[#(#names),*], &[#(#others),*]),
                #p::Probe::<#ty>::verify_map,
                &[#(#entries),*],
            )
        }
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
