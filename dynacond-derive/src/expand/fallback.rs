//! When a derive refuses: the errors, and impls that let the rest of the program compile, so that one mistake is one error.
//!
//! A type that is not known is made of a `compile_error!`: the compiler knows that it is wrong, and is silent about
//! everything that is made of it. Equal errors at one place are shown once.
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{DeriveInput, Error, parse_quote};

use crate::expand::paths::at;
use crate::parse::attr;
use crate::parse::errors::{Derive, Errors};
use crate::parse::tokens::generics;

pub(crate) fn stub(input: &DeriveInput, derive: Derive, error: &Error) -> TokenStream {
    let container = attr::Container::parse(&input.attrs, derive, &mut Errors::default());
    let krate = at(container.krate.as_ref(), Span::call_site());
    let p = quote!(#krate::__private);
    let ident = &input.ident;
    let mut generics = generics(input);
    let errors: Vec<TokenStream> = compile_errors(error);
    let first = errors.first();
    if generics.type_params().next().is_some() {
        let read = (derive == Derive::Versioned).then(|| quote!(+ #p::serde::de::DeserializeOwned));
        let bound = quote!(#p::serde::Serialize #read);
        generics
            .make_where_clause()
            .predicates
            .push(parse_quote!(Self: #bound));
    }
    let (impl_generics, parameters, clause) = generics.split_for_impl();
    let refused = Refused {
        krate: &krate,
        p: &p,
        unknown: &quote!(<[(); #first] as ::core::iter::IntoIterator>::Item),
        impl_generics: &quote!(#impl_generics),
        head: &quote!(#ident #parameters #clause),
    };
    let stub = match derive {
        Derive::Versioned => [refused.versioned(), TokenStream::new()],
        Derive::Document => [refused.document(), refused.attribute_type()],
        Derive::Projection => {
            let by_all = generics.params.is_empty().then(|| {
                quote! {
                    #[automatically_derived]
                    impl<__DynacondQ> #p::ProjectedBy<__DynacondQ> for #ident {}
                }
            });
            [refused.projection(), by_all.unwrap_or_default()]
        }
        Derive::ItemCollection => [refused.item_collection(), TokenStream::new()],
        Derive::AttributeType => [refused.attribute_type(), refused.key_field()],
    };
    quote! {
        const _: () = {
            #(#errors)*
            #(#stub)*
        };
    }
}

/// A type that the derive has refused, and the impls that let the rest compile.
struct Refused<'r> {
    krate: &'r TokenStream,
    p: &'r TokenStream,
    /// A type that the compiler knows to be wrong.
    unknown: &'r TokenStream,
    impl_generics: &'r TokenStream,
    /// The type with its parameters and its where clause.
    head: &'r TokenStream,
}

impl Refused<'_> {
    /// An impl of the trait for the type.
    fn implements(&self, name: &TokenStream, body: &TokenStream) -> TokenStream {
        let Self {
            impl_generics,
            head,
            ..
        } = self;
        quote! {
            #[automatically_derived]
            impl #impl_generics #name for #head { #body }
        }
    }

    /// The item type.
    fn versioned(&self) -> TokenStream {
        let Self {
            krate, p, unknown, ..
        } = self;
        self.implements(
            &quote!(#krate::Versioned),
            &quote! {
                type Attributes = #unknown;
                type Locking = #p::ByVersion;
                type KeyFields = #unknown;
                const ATTRIBUTES: Self::Attributes = ::core::unreachable!();
                const MODEL: #p::Model = ::core::unreachable!();
                fn to_key(&self) -> #krate::Key<Self> {
                    ::core::unreachable!()
                }
                type SortKey = #unknown;
                const SORT_KEY: Self::SortKey = ::core::unreachable!();
                type PartitionFields = #unknown;
            },
        )
    }

    /// The document.
    fn document(&self) -> TokenStream {
        let Self { krate, unknown, .. } = self;
        self.implements(
            &quote!(#krate::Document),
            &quote! {
                type Attributes = #unknown;
                const ATTRIBUTES: Self::Attributes = ::core::unreachable!();
            },
        )
    }

    /// What DynamoDB stores.
    fn attribute_type(&self) -> TokenStream {
        let Self { p, unknown, .. } = self;
        let attribute_type = self.implements(
            &quote!(#p::AttributeType),
            &quote! {
                type Kind = #unknown;
                type Value = Self;
                type Encoding = #p::Own;
            },
        );
        let value = self.implements(&quote!(#p::Value), &TokenStream::new());
        quote!(#attribute_type #value)
    }

    /// The projection.
    fn projection(&self) -> TokenStream {
        let Self {
            krate, p, unknown, ..
        } = self;
        self.implements(
            &quote!(#krate::Projection),
            &quote! {
                type Of = #unknown;
                const NAME: &'static str = "";
                fn fields() -> #p::Fields {
                    ::core::unreachable!()
                }
            },
        )
    }

    /// The types of one partition.
    fn item_collection(&self) -> TokenStream {
        let Self {
            krate, p, unknown, ..
        } = self;
        let has_table = self.implements(
            &quote!(#p::HasTable),
            &quote! {
                type Of = #unknown;
                const MODELS: &'static [&'static #p::Model] = &[];
            },
        );
        let collection = self.implements(
            &quote!(#krate::ItemCollection),
            &quote! {
                const NAME: &'static str = "";
                const SCHEMA: #p::Schema = #p::Schema::table(&[], &[]);
                fn read(_: #krate::Item, _: #p::Reading<'_>) -> #krate::Result<Self> {
                    ::core::unreachable!()
                }
            },
        );
        quote!(#has_table #collection)
    }

    /// A part of a key.
    fn key_field(&self) -> TokenStream {
        let p = self.p;
        self.implements(
            &quote!(#p::KeyField),
            &quote! {
                type Field = Self;
                type Arg = Self;
                const TEXT: #p::KeyText = ::core::unreachable!();
                fn value(_: &Self) -> #p::KeyPart<'_> {
                    ::core::unreachable!()
                }
            },
        )
    }
}

fn compile_errors(error: &Error) -> Vec<TokenStream> {
    let errors = error.clone().into_iter();
    errors.map(|error| error.to_compile_error()).collect()
}
