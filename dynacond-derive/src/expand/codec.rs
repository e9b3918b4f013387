//! How a field's value is written: the type of its attribute, and of what serialises as a `with` module does.
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Type, WherePredicate};

use crate::expand::paths::type_parameters;
use crate::parse::ast::{By, Field, Stored, Struct};
use crate::parse::kind::Kind;
use crate::parse::serde_attr::pascal;
use crate::parse::tokens::mentions;

impl Struct<'_> {
    /// `T` of `Attribute<Order, T>`.
    pub(crate) fn attribute_type(&self, field: &Field) -> TokenStream {
        let span = field.ty.span();
        let p = self.private(span);
        match field.stored() {
            Stored::Own(ty) => ty.to_token_stream(),
            Stored::With(ty) => quote_spanned!(span=> #p::With<#ty>),
            Stored::As {
                kind,
                ty,
                optional,
                by,
            } => {
                let inner = self.as_type(field, kind, ty, by);
                if optional {
                    quote_spanned!(span=> ::core::option::Option<#inner>)
                } else {
                    inner
                }
            }
        }
    }

    /// `HexOfColour` for the field `colour` with the module `hex`. The compiler's messages show this name.
    fn codec_ident(&self, field: &Field) -> Ident {
        let module = field
            .serde
            .codec
            .iter()
            .flat_map(|codec| &codec.path.path.segments)
            .map(|segment| segment.ident.unraw().to_string())
            .rfind(|name| name != "serialize")
            .unwrap_or_default();
        let mut name = format!(
            "{}Of{}",
            pascal(&module),
            pascal(&field.ident.unraw().to_string())
        );
        let taken = |name: &String| {
            let names = [name.clone()];
            let mut types = self.fields.iter().map(|field| field.ty.to_token_stream());
            types.any(|ty| mentions(ty, &names)) || type_parameters(&self.generics).contains(name)
        };
        while taken(&name) {
            name.push_str("OfItem");
        }
        Ident::new(&name, Span::call_site())
    }

    /// A type that is stored as the field says.
    pub(crate) fn as_type(&self, field: &Field, kind: Kind, ty: &Type, by: By) -> TokenStream {
        let span = field.ty.span();
        let (p, kind) = (self.private(span), kind.ident());
        let codec = || {
            let codec = self.codec_ident(field);
            let (_, parameters, _) = self.generics.split_for_impl();
            quote!(#codec #parameters)
        };
        let codec = match by {
            By::Bytes => return quote_spanned!(span=> #p::AsBytes<#ty>),
            By::Type => None,
            By::Module => Some(codec()),
            By::ModuleOfOption => {
                let codec = codec();
                Some(quote!(#p::InOption<#codec>))
            }
        };
        let codec = codec.into_iter();
        quote_spanned!(span=> #p::As<#ty, #p::kind::#kind #(, #codec)*>)
    }

    /// The type that serialises as a `with` module does.
    pub(super) fn codec(&self, field: &Field) -> Option<TokenStream> {
        let ty = match field.stored() {
            Stored::As {
                ty, by: By::Module, ..
            } => ty,
            Stored::As {
                by: By::ModuleOfOption,
                ..
            } => &field.ty,
            _ => return None,
        };
        let with = field.serde.codec.as_ref()?;
        let (p, vis, name) = (
            self.private(Span::call_site()),
            self.vis,
            self.codec_ident(field),
        );
        let ident = self.ident;
        let (_, parameters, clause) = self.generics.split_for_impl();
        let generics = &self.generics;
        let variant = (!generics.params.is_empty()).then(|| {
            quote!(Of(::core::marker::PhantomData<fn() -> #ident #parameters>, ::core::convert::Infallible))
        });
        let mut bounded = generics.clone();
        let bounds: Vec<&WherePredicate> = self
            .serde
            .bounds
            .iter()
            .chain(&field.serde.bounds)
            .collect();
        if !bounds.is_empty() {
            bounded
                .make_where_clause()
                .predicates
                .extend(bounds.into_iter().cloned());
        }
        let (impl_generics, _, bounded_clause) = bounded.split_for_impl();
        let call = with.function();
        let call = quote_spanned!(with.span=> #call(dynacond_value, dynacond_serializer));
        Some(quote! {
            #[doc = "Serialises as serde's `with` does."]
            #vis enum #name #generics #clause { #variant }
            #[automatically_derived]
            impl #impl_generics #p::Codec<#ty> for #name #parameters #bounded_clause {
                fn serialize<__DynacondS: #p::serde::Serializer>(
                    dynacond_value: &#ty,
                    dynacond_serializer: __DynacondS,
                ) -> ::core::result::Result<
                    <__DynacondS as #p::serde::Serializer>::Ok,
                    <__DynacondS as #p::serde::Serializer>::Error,
                > {
                    #call
                }
            }
        })
    }
}
