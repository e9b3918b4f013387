//! `#[derive(Projection)]`: which attributes of an item a struct is read from, and what the compiler is asked of each.
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{DeriveInput, Result};

use crate::check::projection::Read;
use crate::expand::paths::{at, ends};
use crate::parse::ast::{Field, Stored, Struct};
use crate::parse::errors::{Derive, Errors};
use crate::parse::serde_attr::rename_field;

pub(crate) fn projection(input: &DeriveInput) -> Result<TokenStream> {
    let mut errors = Errors::default();
    let parsed = Struct::parse(input, Derive::Projection, &mut errors);
    let Some(parsed) = &parsed else {
        return errors.or(None);
    };
    let reads = parsed.reads(&mut errors);
    let of = parsed.attr.of.as_ref();
    if of.is_none() && !parsed.misread {
        errors.at(
            parsed.ident.span(),
            "a projection needs its item type: `#[dynacond(of = Order)]`",
        );
    }
    let of = errors.or(of)?;
    let (ident, name) = (parsed.ident, parsed.ident.unraw().to_string());
    let p = parsed.private(Span::call_site());
    let krate = at(parsed.attr.krate.as_ref(), Span::call_site());
    let fields = reads.iter().map(|read| parsed.projected(read, &p));
    let projects = reads.iter().map(|read| {
        let (span, root) = (read.path[0].span(), letters(&read.path[0], &p));
        quote_spanned!(span=> __DynacondQ: #p::Projects<#root>)
    });
    let (start, end) = ends(of);
    let holds = quote_spanned!(start=> __DynacondQ: #p::Holds);
    let open = quote_spanned!(end=> <#of>);
    Ok(quote! {
        const _: () = {
            #[automatically_derived]
            impl #krate::Projection for #ident {
                type Of = #of;
                const NAME: &'static str = #name;
                fn fields() -> #p::Fields {
                    let dynacond_of = <#of as #krate::Versioned>::ATTRIBUTES;
                    #p::Fields::from([#(#fields),*])
                }
            }
            impl<__DynacondQ> #p::ProjectedBy<__DynacondQ> for #ident
            where
                #holds #open,
                #(#projects,)*
            {
            }
        };
    })
}

/// The name of a field as a type.
pub(crate) fn letters(ident: &Ident, p: &TokenStream) -> TokenStream {
    let name = ident.unraw().to_string();
    let letters = name.chars();
    quote!((#(#p::Letter<#letters>,)*))
}

impl Struct<'_> {
    /// One field: the attribute by the item's own struct of them, asked whether it is stored as the field is.
    fn projected(&self, Read { field, path }: &Read<'_>, p: &TokenStream) -> TokenStream {
        let (name, rust) = (self.name_read(field), path[0].unraw().to_string());
        let (start, end) = ends(&field.ty);
        let kind = match field.stored() {
            _ if field.serde.deserialize_with => quote!(#p::AnyKind),
            Stored::With(_) => quote!(#p::AnyKind),
            Stored::As { kind, .. } => {
                let kind = kind.ident();
                quote!(#p::kind::#kind)
            }
            Stored::Own(ty) => {
                let q = self.private(end);
                let open = quote_spanned!(start=> <);
                quote_spanned!(end=> #open #ty as #q::AttributeType>::Kind)
            }
        };
        let mut attribute = TokenStream::new();
        for (i, step) in path.iter().enumerate() {
            let span = step.span();
            let dynacond_of = Ident::new("dynacond_of", Span::call_site().located_at(span));
            attribute = if i == 0 {
                quote_spanned!(span=> #dynacond_of.#step)
            } else {
                quote_spanned!(span=> #attribute.at(|#dynacond_of| #dynacond_of.#step))
            };
        }
        let call = quote_spanned!(end=> projected);
        quote_spanned!(end=> #attribute.#call::<#kind>(#name, #rust))
    }

    /// The name under which serde's derive reads a field.
    fn name_read(&self, field: &Field) -> String {
        let rust = field.ident.unraw().to_string();
        let own = field.serde.rename.as_ref();
        let renamed = own.and_then(|names| names.read.first().cloned());
        let rule = self.serde.rename_all.as_ref();
        let rule = rule.and_then(|names| names.read.first());
        renamed
            .or_else(|| rule.and_then(|rule| rename_field(&rust, rule)))
            .unwrap_or(rust)
    }

    /// Tells the compiler which attributes an index has.
    pub(crate) fn projects(&self, index: &Ident, fields: &[&Field]) -> TokenStream {
        let p = self.private(Span::call_site());
        let names = fields.iter().map(|field| letters(&field.ident, &p));
        quote! {
            #(#[automatically_derived]
            impl #p::Projects<#names> for #index {})*
        }
    }
}
