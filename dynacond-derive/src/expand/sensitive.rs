//! Whether an attribute's values are withheld: because it is marked, or because a type in it is.
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Generics, Type};

use crate::expand::standard::{is_container, types_of};
use crate::parse::ast::{Field, Struct};

/// An expression that is true if one of the types contains sensitive values. It uses the `seen` in scope.
pub(crate) fn any_withholds<'t>(
    types: impl Iterator<Item = &'t Type>,
    generics: &Generics,
    p: &TokenStream,
) -> TokenStream {
    let mut asked = Vec::new();
    for ty in types {
        // Only the type system knows the type behind an alias.
        asked.push(quote!(#p::Probe::<#ty>::elements_withhold(dynacond_seen)));
        asked.push(quote!(#p::Probe::<#ty>::inner_elements_withhold(dynacond_seen)));
        let mut parts = Vec::new();
        parts_of(ty, generics, &mut parts);
        asked.extend(
            parts
                .iter()
                .map(|part| quote!(#p::Probe::<#part>::withholds(dynacond_seen))),
        );
    }
    if asked.is_empty() {
        return quote!(false);
    }
    quote!(#(#asked)||*)
}

/// The type, and every type that is written in it: `Vec<(A, Option<B>)>`, `(A, Option<B>)`, `A`, `Option<B>`, `B`.
fn parts_of<'t>(ty: &'t Type, generics: &Generics, parts: &mut Vec<&'t Type>) {
    match ty {
        Type::Group(group) => return parts_of(&group.elem, generics, parts),
        Type::Paren(paren) => return parts_of(&paren.elem, generics, parts),
        _ => parts.push(ty),
    }
    match ty {
        Type::Array(array) => parts_of(&array.elem, generics, parts),
        Type::Slice(slice) => parts_of(&slice.elem, generics, parts),
        Type::Reference(reference) => parts_of(&reference.elem, generics, parts),
        Type::Tuple(tuple) => {
            let elements = tuple.elems.iter();
            elements.for_each(|ty| parts_of(ty, generics, parts));
        }
        Type::Path(path) => {
            for segment in &path.path.segments {
                let of_types = is_container(&segment.ident);
                for ty in types_of(segment) {
                    if of_types || !may_be_constant(ty, generics) {
                        parts_of(ty, generics, parts);
                    }
                }
            }
        }
        _ => {}
    }
}

/// Whether a parameter that reads as a type may be a constant: `Bytes<N>`, `Bytes<SIZE>`.
fn may_be_constant(ty: &Type, generics: &Generics) -> bool {
    let Type::Path(path) = ty else {
        return false;
    };
    let Some(name) = path.path.segments.last().map(|last| &last.ident) else {
        return false;
    };
    let is_type = generics
        .type_params()
        .any(|parameter| parameter.ident == *name);
    !is_type && !name.to_string().contains(char::is_lowercase)
}

impl Struct<'_> {
    /// Whether the attribute's values are sensitive. It is a function, because a document may contain itself.
    pub(crate) fn marks(&self, field: &Field, p: &TokenStream) -> TokenStream {
        let (ty, withheld) = (&field.ty, self.withheld(field, p));
        let converted = field.is_converted().then(|| quote!(.converted()));
        quote!(#p::Marks::new(#withheld, #p::Probe::<#ty>::RANGE #converted))
    }

    /// A function that says whether the field's values are withheld.
    pub(crate) fn withheld(&self, field: &Field, p: &TokenStream) -> TokenStream {
        if field.attr.sensitive.is_some() {
            return quote!(|_| true);
        }
        let any = any_withholds(std::iter::once(&field.ty), &self.generics, p);
        quote!(|dynacond_seen| #any)
    }

    /// Whether one of the document's fields contains sensitive values.
    pub(crate) fn withholds(&self, p: &TokenStream) -> TokenStream {
        let written = || {
            let fields = self.fields.iter();
            fields.filter(|field| field.serde.skip_serializing.is_none())
        };
        let any = if written().any(|field| field.attr.sensitive.is_some()) {
            quote!(true)
        } else {
            any_withholds(written().map(|field| &field.ty), &self.generics, p)
        };
        withholds(&any, p)
    }
}

/// The method of `AttributeType` that asks a type, once.
pub(crate) fn withholds(any: &TokenStream, p: &TokenStream) -> TokenStream {
    quote! {
        fn withholds(dynacond_seen: &mut #p::Asked) -> bool {
            <Self as #p::AttributeType>::SENSITIVE || (dynacond_seen.enter::<Self>() && (#any))
        }
    }
}
