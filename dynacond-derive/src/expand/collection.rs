//! `#[derive(ItemCollection)]`: which variant an item belongs to, and the proof that the keys tell it.
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{DeriveInput, Result};

use crate::check::collection::Collection;
use crate::expand::paths::{at, ends};
use crate::parse::errors::Errors;

pub(crate) fn collection(input: &DeriveInput) -> Result<TokenStream> {
    let mut errors = Errors::default();
    let parsed = Collection::parse(input, &mut errors);
    let collection = errors.or(parsed)?;
    let (ident, name) = (&input.ident, input.ident.unraw().to_string());
    let krate = at(collection.krate.as_ref(), Span::call_site());
    let p = quote!(#krate::__private);
    let of: Vec<_> = collection
        .items
        .iter()
        .map(|(_, ty)| {
            let (start, end) = ends(ty);
            let open = quote_spanned!(start=> <);
            let q = at(collection.krate.as_ref(), end);
            quote_spanned!(end=> #open #ty as #q::__private::InCollection>::Item)
        })
        .collect();
    let first = &of[0];
    let arms = collection.items.iter().map(|(variant, ty)| {
        quote! {
            if #p::is_item_of::<#ty>(&dynacond_item) {
                return <#ty as #p::InCollection>::read(dynacond_item, dynacond_from).map(Self::#variant);
            }
        }
    });
    let other = match collection.other {
        Some(other) => quote!(::core::result::Result::Ok(Self::#other(dynacond_item))),
        None => quote!(::core::result::Result::Err(#p::unknown_item::<Self>(&dynacond_item))),
    };
    let variants: Vec<&Ident> = collection
        .items
        .iter()
        .map(|(variant, _)| *variant)
        .collect();
    let pairs = (1..of.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
    let proofs = pairs.map(|(a, b)| proof((variants[a], &of[a]), (variants[b], &of[b]), &krate));
    Ok(quote! {
        const _: () = {
            #[automatically_derived]
            impl #krate::ItemCollection for #ident {
                const NAME: &'static str = #name;
                fn read(dynacond_item: #krate::Item, dynacond_from: #p::Reading<'_>) -> #krate::Result<Self> {
                    #(#arms)*
                    #other
                }
            }
            #[automatically_derived]
            impl #p::Source for #ident {
                type Found = Self;
                type Value = Self;
                type Of = <Self as #p::HasTable>::Of;
                type Filtered = #krate::Any;
                type Projected = #p::AllAttributes;
                type Consistency = #p::Strong;
                type Attributes = ();
                const ATTRIBUTES: () = ();
                const SCHEMA: #p::Schema = <Self as #krate::ItemCollection>::SCHEMA;
                const NAME: &'static str = #name;
                fn found(dynacond_item: #krate::Item, dynacond_table: &str) -> #krate::Result<Self> {
                    <Self as #krate::ItemCollection>::read(
                        dynacond_item, #p::Reading::Query(::core::option::Option::Some(dynacond_table)),
                    )
                }
                fn value(dynacond_item: #krate::Item) -> #krate::Result<Self> {
                    <Self as #krate::ItemCollection>::read(
                        dynacond_item, #p::Reading::Query(::core::option::Option::None),
                    )
                }
            }
            #[automatically_derived]
            impl #p::HasTable for #ident {
                type Of = #first;
                const MODELS: &'static [&'static #p::Model] = &[#(&<#of as #krate::Versioned>::MODEL),*];
            }
            #(#proofs)*
        };
    })
}

/// That two variants are in one partition, that the sort key tells them apart, and that one table can have the indexes of both.
fn proof(a: (&Ident, &TokenStream), b: (&Ident, &TokenStream), krate: &TokenStream) -> TokenStream {
    let ((a, a_item), (b, b_item)) = (a, b);
    let p = quote!(#krate::__private);
    let span = b.span();
    let tables = format!(
        "`{a}` and `{b}` are in two tables, and a query reads one: the item types of a collection have the same `table`"
    );
    let partitions = format!(
        "`{a}` and `{b}` have different partition keys, and a query reads one partition: their attribute and its template are the same for all item types of a collection"
    );
    let sorts = format!(
        "the sort key does not tell `{a}` from `{b}`: the sort key of each item type in a collection needs a different literal beginning, such as `order#`, and none of them may begin with another"
    );
    let indexes = format!(
        "one table cannot have the indexes of both `{a}` and `{b}`: an index that both declare has the same key attributes, and is local or global for both; and an attribute has one data type in all indexes"
    );
    quote_spanned! {span=>
        const _: () = {
            const A: &#p::Model = &<#a_item as #krate::Versioned>::MODEL;
            const B: &#p::Model = &<#b_item as #krate::Versioned>::MODEL;
            ::core::assert!(#p::is_one_table(A, B), #tables);
            ::core::assert!(#p::is_one_partition(A, B), #partitions);
            ::core::assert!(#p::is_told_apart(A, B), #sorts);
            ::core::assert!(#p::are_indexes_of_one_table(A, B), #indexes);
        };
    }
}
