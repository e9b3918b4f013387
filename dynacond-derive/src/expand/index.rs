//! The type and the impls that each index gets.
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{LitStr, Visibility};

use crate::check::index::{Index, Projection};
use crate::check::key::Key;
use crate::expand::paths::at;
use crate::expand::query::{Queried, SortKey};
use crate::parse::ast::Struct;

impl Struct<'_> {
    /// The type of an index, outside of everything that is hidden.
    pub(crate) fn index_types(&self, indexes: &[Index<'_>]) -> TokenStream {
        let vis = self.vis;
        let types = indexes.iter().map(|index| {
            let ident = &index.attr.ident;
            let doc = format!(
                "The index `{}` of `{}`.",
                index.attr.name.value(),
                self.ident.unraw()
            );
            quote! {
                #[doc = #doc]
                #[derive(::core::fmt::Debug)]
                #vis struct #ident;
            }
        });
        types.collect()
    }

    /// The schemas of the indexes, for the model.
    pub(crate) fn index_schemas(&self, indexes: &[Index<'_>]) -> TokenStream {
        let krate = at(self.attr.krate.as_ref(), Span::call_site());
        let idents = indexes.iter().map(|index| &index.attr.ident);
        quote!(&[#(<#idents as #krate::Queryable>::SCHEMA),*])
    }

    /// What makes an index one that is queried.
    pub(crate) fn index_impls<'a>(
        &'a self,
        index: &Index<'a>,
        table: [Option<&Key<'a>>; 2],
    ) -> TokenStream {
        let p = self.private(Span::call_site());
        let krate = at(self.attr.krate.as_ref(), Span::call_site());
        let (ident, fields) = (&index.attr.ident, index.fields());
        let attributes = |keys: &[Key<'_>]| {
            let keys = keys.iter().map(|key| self.key_attribute(key, &fields));
            quote!(&[#(#keys),*])
        };
        let name: &LitStr = &index.attr.name;
        let local = index.attr.local.is_some();
        let projected = match &index.projection {
            Projection::All => quote!(::core::option::Option::None),
            Projection::KeysOnly => quote!(::core::option::Option::Some(&[])),
            Projection::Include(fields) => {
                let names = fields.iter().map(|field| &field.wire);
                quote!(::core::option::Option::Some(&[#(#names),*]))
            }
        };
        let queried = Queried {
            name: ident.unraw(),
            sort_key: format_ident!("{}SortKey", ident.unraw(), span = Span::call_site()),
            ty: ident.to_token_stream(),
            partition: index.partition.iter().collect(),
            sort: index.sort.iter().collect(),
        };
        let (partition_keys, sort_keys) = (attributes(&index.partition), attributes(&index.sort));
        let SortKey {
            types,
            first: (sort_key, first),
        } = self.sort_key(&queried);
        let fields = self.projected_fields(index, table);
        let projects = fields.as_ref().map(|fields| self.projects(ident, fields));
        let gives = fields.map_or(quote!(AllAttributes), |_| quote!(SomeAttributes));
        let consistency = if local {
            quote!(Strong)
        } else {
            quote!(Eventual)
        };
        let own = self.ident;
        let partition = self.index_partition(&queried, ident, self.vis);
        quote! {
            #types
            #[automatically_derived]
            impl #krate::Queryable for #ident {
                type Item = #own;
                type SortKey = #sort_key;
                type Projected = #p::#gives;
                type Consistency = #p::#consistency;
                const SORT_KEY: Self::SortKey = #first;
                const SCHEMA: #p::Schema =
                    #p::Schema::index(#name, #partition_keys, #sort_keys, #projected, #local);
            }
            #[automatically_derived]
            impl #p::Holds<#own> for #ident {}
            #projects
            #partition
        }
    }

    /// `ByStatus::partition(..)`, which takes values or references.
    fn index_partition(
        &self,
        queried: &Queried<'_>,
        ident: &Ident,
        vis: &Visibility,
    ) -> TokenStream {
        let p = self.private(Span::call_site());
        let krate = at(self.attr.krate.as_ref(), Span::call_site());
        let fields = queried.partition_fields();
        let types = self.key_types(&fields);
        let doc = format!(
            "All items of the index with one partition key. It takes {}, by value or by reference.",
            fields
                .iter()
                .map(|field| format!("`{}`", field.ident.unraw()))
                .collect::<Vec<_>>()
                .join(", ")
        );
        quote! {
            #[automatically_derived]
            impl #ident {
                #[doc = #doc]
                #[must_use]
                #[allow(dead_code, reason = "for those who query")]
                #vis fn partition(dynacond_fields: impl #p::KeyArgs<#types>) -> #krate::Partition<Self> {
                    #krate::Partition::from_args(&dynacond_fields)
                }
            }
        }
    }
}
