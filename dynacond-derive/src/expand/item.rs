//! `#[derive(Versioned)]`: the generated code is a guest in the user's module. It names everything by absolute paths and takes
//! no names there.
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{DeriveInput, Result, parse_quote};

use crate::check::model::Model;
use crate::expand::paths::{at, ends, optional, private, type_parameters};
use crate::expand::query::SortKey;
use crate::expand::verify;
use crate::parse::ast::{Field, Struct, option};
use crate::parse::errors::{Derive, Errors};

pub(crate) fn versioned(input: &DeriveInput) -> Result<TokenStream> {
    let mut errors = Errors::default();
    let parsed = Struct::parse(input, Derive::Versioned, &mut errors);
    let Some(item) = &parsed else {
        return errors.or(None);
    };
    let model = item.versioned(errors)?;
    let krate = at(item.attr.krate.as_ref(), Span::call_site());
    let p = item.private(Span::call_site());
    let ident = item.ident;
    let mut generics = item.generics.clone();
    let types = type_parameters(&generics);
    if !types.is_empty() {
        let (_, parameters, _) = item.generics.split_for_impl();
        let bounds = model
            .key_fields
            .iter()
            .flat_map(|field| item.key_bounds(field));
        let clause = generics.make_where_clause();
        clause.predicates.push(parse_quote!(#ident #parameters: #p::serde::Serialize + #p::serde::de::DeserializeOwned));
        clause.predicates.extend(bounds);
    }
    let (impl_generics, parameters, clause) = generics.split_for_impl();
    let attributes = item.attributes(|field| model.place(field));
    // Not through the trait: where its bounds do not hold, they would be told once more.
    let struct_ident = &item.attributes;
    let of_item = quote!(<#struct_ident #parameters>);
    let values = item.values(|field| model.place(field));
    let known = item.known(|field| model.place(field));
    let known = known.expand(Some(&quote!(#of_item::DYNACOND_MODEL)), &p);
    let constant = item.model(&model, &quote!(#of_item::DYNACOND_KNOWN));
    let key = item.key_functions(&model);
    let queried = item.queried(&model);
    let partition = item.fields_of_key("PartitionFields", &queried.partition_fields());
    let SortKey {
        types: sort_keys,
        first: (sort_key, first),
    } = item.sort_key(&queried);
    let index_types = item.index_types(&model.indexes);
    let table = [Some(&model.partition_key), model.sort_key.as_ref()];
    let indexes = model
        .indexes
        .iter()
        .map(|index| item.index_impls(index, table));
    let mirror = item.mirror();
    let verify = verify::method(&quote!(verify), &item.questions(&p), &p);
    let assertions = item.assertions(&model, false);
    // What only the type's parameters decide is asked where the model is used.
    let generic = item.assertions(&model, true);
    let constant_of_trait = if generic.is_empty() {
        quote!(#of_item::DYNACOND_MODEL)
    } else {
        quote!({ #(#generic;)* #of_item::DYNACOND_MODEL })
    };
    let locking = match (&model.version, &model.write_id) {
        (Some(_), _) => quote!(ByVersion),
        (None, Some(_)) => quote!(ByWriteId),
        (None, None) => quote!(ByNothing),
    };
    Ok(quote! {
        #index_types
        const _: () = {
            #attributes
            #(#indexes)*
            #[automatically_derived]
            impl #impl_generics #struct_ident #parameters #clause {
                #known
                const DYNACOND_MODEL: #p::Model = #constant;
            }
            #[automatically_derived]
            impl #impl_generics #krate::Versioned for #ident #parameters #clause {
                type Attributes = #struct_ident #parameters;
                type Locking = #p::#locking;
                const ATTRIBUTES: Self::Attributes = {
                    let dynacond_known = #of_item::DYNACOND_KNOWN;
                    #values
                };
                const MODEL: #p::Model = #constant_of_trait;
                #verify
                #key
                #partition
                #mirror
                type SortKey = #sort_key;
                const SORT_KEY: Self::SortKey = #first;
            }
            #sort_keys
            #(const _: () = #assertions;)*
        };
    })
}

impl Struct<'_> {
    pub(crate) fn private(&self, span: Span) -> TokenStream {
        private(self.attr.krate.as_ref(), span)
    }

    fn model(&self, model: &Model<'_>, known: &TokenStream) -> TokenStream {
        let p = self.private(Span::call_site());
        let (name, table) = (self.ident.unraw().to_string(), model.table);
        let partition = self.key_attribute(&model.partition_key, &model.key_fields);
        let sort = optional(
            model
                .sort_key
                .as_ref()
                .map(|key| self.key_attribute(key, &model.key_fields)),
        );
        let indexes = self.index_schemas(&model.indexes);
        let stamp = |name: &Option<String>| optional(name.as_ref().map(ToTokens::to_token_stream));
        let (version, write_id) = (stamp(&model.version), stamp(&model.write_id));
        let written_at = stamp(&model.written_at);
        let tag = self.serde.tag.as_ref().map(syn::LitStr::value);
        let tag = optional(tag.map(|tag| quote!(#tag)));
        let flattened = self.flattened().map(|field| {
            let ty = option(&field.ty).unwrap_or(&field.ty);
            let withheld = self.withheld(field, &p);
            quote!(#p::Flattened::new(#p::Probe::<#ty>::NAMES, #withheld))
        });
        quote! {
            #p::Model::new(
                #name, #table, #partition, #sort, #version, #write_id, #written_at,
                #tag, #known, &[#(#flattened),*], #indexes,
            )
        }
    }

    pub(super) fn flattened(&self) -> impl Iterator<Item = &Field> {
        let flattened = |field: &&Field| {
            field.serde.flatten.is_some() && field.serde.skip_serializing.is_none()
        };
        self.fields.iter().filter(flattened)
    }

    fn mirror(&self) -> Option<TokenStream> {
        let field = self
            .fields
            .iter()
            .find(|field| field.attr.version.is_some())?;
        let (ident, ty, (start, end)) = (&field.ident, &field.ty, ends(&field.ty));
        let (p, open) = (self.private(end), quote_spanned!(start=> <));
        let value = quote_spanned!(end=> #open #ty as #p::VersionField>::from_version);
        Some(quote! {
            fn mirror_version(&mut self, dynacond_version: u64) {
                self.#ident = #value(dynacond_version);
            }
        })
    }
}
