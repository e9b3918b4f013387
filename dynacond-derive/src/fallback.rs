//! When a derive refuses: the errors, and impls that let the rest of the program compile, so that one mistake is one error.
//!
//! A type that is not known is made of a `compile_error!`: the compiler knows that it is wrong, and is silent about
//! everything that is made of it. Equal errors at one place are shown once.
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{DeriveInput, Error, parse_quote};

use crate::ast::{Derive, Errors, at, generics};
use crate::attr;

pub(crate) fn stub(input: &DeriveInput, derive: Derive, error: &Error) -> TokenStream {
    let container = attr::Container::parse(&input.attrs, derive, &mut Errors::default());
    let krate = at(container.krate.as_ref(), Span::call_site());
    let p = quote!(#krate::__private);
    let ident = &input.ident;
    let mut generics = generics(input);
    let errors = error
        .clone()
        .into_iter()
        .map(|error| error.to_compile_error());
    let errors: Vec<TokenStream> = errors.collect();
    let first = errors.first();
    let unknown = quote!(<[(); #first] as ::core::iter::IntoIterator>::Item);
    if generics.type_params().next().is_some() {
        let bound = match derive {
            Derive::Versioned => quote!(#p::serde::Serialize + #p::serde::de::DeserializeOwned),
            _ => quote!(#p::serde::Serialize),
        };
        generics
            .make_where_clause()
            .predicates
            .push(parse_quote!(Self: #bound));
    }
    let (impl_generics, parameters, clause) = generics.split_for_impl();
    let head = quote!(#ident #parameters #clause);
    let stored = quote! {
        #[automatically_derived]
        impl #impl_generics #p::AttributeType for #head {
            type Kind = #unknown;
            type Value = Self;
        }
        #[automatically_derived]
        impl #impl_generics #p::Value for #head {}
    };
    let stub = match derive {
        Derive::Versioned => quote! {
            #[automatically_derived]
            impl #impl_generics #krate::Versioned for #head {
                type Attributes = #unknown;
                type KeyFields<'dynacond> = #unknown where Self: 'dynacond;
                const ATTRIBUTES: Self::Attributes = ::core::unreachable!();
                const MODEL: #p::Model = ::core::unreachable!();
                fn key(_: Self::KeyFields<'_>) -> #krate::Key<Self> {
                    ::core::unreachable!()
                }
                fn to_key(&self) -> #krate::Key<Self> {
                    ::core::unreachable!()
                }
            }
        },
        Derive::Document => quote! {
            #[automatically_derived]
            impl #impl_generics #krate::Document for #head {
                type Attributes = #unknown;
                const ATTRIBUTES: Self::Attributes = ::core::unreachable!();
            }
            #stored
        },
        Derive::AttributeType => stored,
    };
    quote! {
        const _: () = {
            #(#errors)*
            #stub
        };
    }
}
