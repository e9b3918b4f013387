//! `#[derive(AttributeType)]`: what an enum or a newtype is stored as.
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{DeriveInput, Result, parse_quote};

use crate::check::data_type::{DataType, Wire};
use crate::expand::paths::{ends, private, type_parameters, value_generics};
use crate::expand::sensitive::{any_withholds, withholds};
use crate::expand::verify;
use crate::parse::tokens::mentions;

pub(crate) fn attribute_type(input: &DeriveInput) -> Result<TokenStream> {
    let parsed = DataType::parse(input)?;
    let ident = &input.ident;
    let p = private(parsed.attr.krate.as_ref(), Span::call_site());
    let mut generics = parsed.generics.clone();
    // A newtype holds no negative number if its field does not, whatever it is stored as.
    let of_field = match (&input.data, &parsed.fields[..]) {
        (syn::Data::Struct(_), [field]) => quote!(#p::Probe::<#field>::RANGE),
        _ => quote!(#p::NumberRange::ANY),
    };
    let written = match &parsed.wire {
        Wire::Of(ty) => Some(&**ty),
        Wire::Kind(_) => None,
    };
    let any = any_withholds(parsed.fields.iter().chain(written), &generics, &p);
    let withholds = withholds(&any, &p);
    if let Some(ty) = written
        && mentions(ty.to_token_stream(), &type_parameters(&generics))
    {
        generics
            .make_where_clause()
            .predicates
            .push(parse_quote!(#ty: #p::AttributeType));
    }
    let constants = constants(&parsed, &of_field, &p);
    let is_key = match &parsed.wire {
        Wire::Kind(kind) => kind.is_key(),
        Wire::Of(_) => true,
    };
    let value = value_generics(&generics, &p);
    let value_clause = &value.where_clause;
    let (impl_generics, parameters, clause) = generics.split_for_impl();
    let verify = verify::of_type(&parsed, &p);
    let key = is_key.then(|| {
        let mut of_key = value.clone();
        if !of_key.params.is_empty() {
            // The type is its own argument of `key(..)`, which is borrowed.
            let clause = of_key.make_where_clause();
            clause.predicates.push(parse_quote!(Self: 'static));
        }
        let key_clause = &of_key.where_clause;
        quote! {
            #[automatically_derived]
            impl #impl_generics #p::KeyField for #ident #parameters #key_clause {
                type Field = Self;
                type Arg = Self;
                const TEXT: #p::KeyText = #p::KeyText::Free;
                fn value(dynacond_field: &Self) -> #p::KeyPart<'_> {
                    #p::key_value(dynacond_field)
                }
            }
        }
    });
    let probe = probe(&p);
    Ok(quote! {
        const _: () = {
            #probe
            #[automatically_derived]
            impl #impl_generics #p::AttributeType for #ident #parameters #clause {
                type Value = Self;
                type Encoding = #p::Own;
                #constants
                #verify
                #withholds
            }
            #[automatically_derived]
            impl #impl_generics #p::Value for #ident #parameters #value_clause {}
            #key
        };
    })
}

/// Its data type and what else is constant; `of_field` is the range of the numbers that a newtype's field holds.
fn constants(parsed: &DataType, of_field: &TokenStream, p: &TokenStream) -> TokenStream {
    let own_sensitive = parsed.attr.sensitive.is_some();
    match &parsed.wire {
        Wire::Kind(kind) => {
            let name = kind.ident();
            // A declared data type hides nothing of what the types inside say.
            let inside = &parsed.fields;
            quote! {
                type Kind = #p::kind::#name;
                const RANGE: #p::NumberRange = #of_field.converted();
                const SENSITIVE: bool = #own_sensitive #(|| #p::Probe::<#inside>::SENSITIVE)*;
            }
        }
        Wire::Of(ty) => {
            let (start, end) = ends(ty);
            let q = private(parsed.attr.krate.as_ref(), end);
            let inner = |member: &str| {
                let member = Ident::new(member, end);
                let open = quote_spanned!(start=> <);
                quote_spanned!(end=> #open #ty as #q::AttributeType>::#member)
            };
            let (kind, range) = (inner("Kind"), inner("RANGE"));
            let sensitive = if own_sensitive {
                quote!(true)
            } else {
                inner("SENSITIVE")
            };
            quote! {
                type Kind = #kind;
                const RANGE: #p::NumberRange = #range.of_newtype(#of_field);
                const SENSITIVE: bool = #sensitive;
            }
        }
    }
}

/// The trait that answers for types that do not answer for themselves. The import is used here at least.
pub(super) fn probe(p: &TokenStream) -> TokenStream {
    quote! {
        use #p::Unmarked as _;
        const _: bool = #p::Probe::<#p::Nothing>::SENSITIVE;
    }
}
