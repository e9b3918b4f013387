//! `#[derive(Document)]`: typed paths into a struct that is stored as a map.
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{DeriveInput, Result};

use crate::check::model::Place;
use crate::expand::paths::{at, optional, value_generics};
use crate::expand::verify;
use crate::parse::ast::{Field, Struct};
use crate::parse::errors::{Derive, Errors};

pub(super) fn document(input: &DeriveInput) -> Result<TokenStream> {
    let mut errors = Errors::default();
    let parsed = Struct::parse(input, Derive::Document, &mut errors);
    let Some(item) = &parsed else {
        return errors.or(None);
    };
    item.document(errors)?;
    let p = item.private(Span::call_site());
    let document = document_of(
        item,
        |_| Place::Free,
        &item.names_written(),
        &item.questions(&p),
    );
    let ident = item.ident;
    let (impl_generics, parameters, _) = item.generics.split_for_impl();
    let value = value_generics(&item.generics, &p);
    let value_clause = &value.where_clause;
    // A table is an item's: what has one and is no item has another derive missing.
    let krate = at(item.attr.krate.as_ref(), Span::call_site());
    let table = item
        .attr
        .table
        .as_ref()
        .filter(|_| item.generics.params.is_empty());
    let is_item = table.map(|table| {
        quote_spanned! {table.span()=>
            const _: () = {
                const fn item<__DynacondT: #krate::Versioned>() {}
                item::<#ident>()
            };
        }
    });
    Ok(quote! {
        const _: () = {
            #document
            #is_item
            #[automatically_derived]
            impl #impl_generics #p::Value for #ident #parameters #value_clause {}
        };
    })
}

/// A document's attributes, and what it is stored as.
pub(crate) fn document_of(
    item: &Struct<'_>,
    place: impl Fn(&Field) -> Place,
    names: &TokenStream,
    questions: &[TokenStream],
) -> TokenStream {
    let krate = at(item.attr.krate.as_ref(), Span::call_site());
    let p = item.private(Span::call_site());
    let ident = item.ident;
    let attributes = item.attributes(&place);
    let (struct_ident, values) = (&item.attributes, item.values(&place));
    let known = item.known(&place).expand(None, &p);
    let withholds = item.withholds(&p);
    let verify = verify::method(&quote!(verify_map), questions, &p);
    let (impl_generics, parameters, clause) = item.generics.split_for_impl();
    quote! {
        #attributes
        #[automatically_derived]
        impl #impl_generics #struct_ident #parameters #clause {
            #known
        }
        #[automatically_derived]
        impl #impl_generics #krate::Document for #ident #parameters #clause {
            type Attributes = #struct_ident #parameters;
            const ATTRIBUTES: Self::Attributes = {
                let dynacond_known = <#struct_ident #parameters>::DYNACOND_KNOWN;
                #values
            };
        }
        #[automatically_derived]
        impl #impl_generics #p::AttributeType for #ident #parameters #clause {
            type Kind = #p::kind::MapType;
            type Value = Self;
            type Encoding = #p::Own;
            #withholds
            #verify
            const NAMES: ::core::option::Option<&'static [&'static str]> = #names;
        }
    }
}

impl Struct<'_> {
    /// The names of what a document writes, unless serde's `flatten` adds others.
    pub(crate) fn names_written(&self) -> TokenStream {
        let tag = self.serde.tag.iter().map(syn::LitStr::value);
        let names = tag.chain(self.written().map(|field| field.wire.clone()));
        optional(
            self.flattened()
                .next()
                .is_none()
                .then(|| quote!(&[#(#names),*])),
        )
    }
}
