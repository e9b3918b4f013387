//! Checks of a collection of item types: an enum whose variants hold one item each, with an optional variant for all other items.
use proc_macro2::Ident;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, Path, Type};

use crate::parse::attr;
use crate::parse::errors::{Derive, Errors};

pub(crate) struct Collection<'a> {
    pub(crate) krate: Option<Path>,
    /// The variants of item types.
    pub(crate) items: Vec<(&'a Ident, &'a Type)>,
    /// The variant of all other items.
    pub(crate) other: Option<&'a Ident>,
}

impl<'a> Collection<'a> {
    pub(crate) fn parse(input: &'a DeriveInput, errors: &mut Errors) -> Option<Self> {
        let container = attr::Container::parse(&input.attrs, Derive::ItemCollection, errors);
        let Data::Enum(data) = &input.data else {
            errors.at(input.ident.span(), "a collection of item types is an enum: `enum CustomerData { Customer(Stored<Customer>), Order(Stored<Order>) }`");
            return None;
        };
        if let Some(parameter) = input.generics.params.first() {
            errors.at(
                parameter.span(),
                "a collection has no parameters: its keys are compared when it is derived",
            );
        }
        let mut collection = Self {
            krate: container.krate,
            items: Vec::new(),
            other: None,
        };
        for variant in &data.variants {
            let on = attr::OnField::parse(&variant.attrs, Derive::ItemCollection, errors);
            let field = match &variant.fields {
                Fields::Unnamed(fields) if fields.unnamed.len() == 1 => fields.unnamed.first(),
                _ => None,
            };
            let Some(field) = field else {
                errors.at(variant.ident.span(), format!("a variant of a collection holds one item: `{0}({0})`, or `{0}(Stored<{0}>)`", variant.ident));
                continue;
            };
            match on.other {
                Some(span) if collection.other.is_some() => {
                    errors.at(span, "one variant takes all other items");
                }
                Some(_) => collection.other = Some(&variant.ident),
                None => collection.items.push((&variant.ident, &field.ty)),
            }
        }
        if collection.items.is_empty() && errors.is_empty() {
            errors.at(input.ident.span(), "a collection has at least one variant with an item type: it says which table and partition are read");
        }
        Some(collection)
    }
}
