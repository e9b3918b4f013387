//! The struct of attributes: a field for each, and the table of what the derive knows of them.
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;

use crate::check::model::{Place, Tagging};
use crate::expand::attribute_type::probe;
use crate::expand::paths::{docs, known_name};
use crate::parse::ast::{Field, Struct};

impl Struct<'_> {
    pub(super) fn written(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.is_written())
    }

    /// The fields that have a row in the table of attributes, in its order.
    fn rows(&self, place: impl Fn(&Field) -> Place) -> impl Iterator<Item = (&Field, Place)> {
        let placed = self.written().map(move |field| (field, place(field)));
        placed.filter(|(_, place)| !matches!(place, Place::InKey))
    }

    /// The struct of attributes, and what it needs.
    pub(super) fn attributes(&self, place: impl Fn(&Field) -> Place) -> TokenStream {
        let p = self.private(Span::call_site());
        let (vis, ident, name) = (self.vis, self.ident, &self.attributes);
        let (impl_generics, parameters, clause) = self.generics.split_for_impl();
        let fields = self.written().map(|field| {
            let field_ident = &field.ident;
            let vis = if self.attr.public.is_some() {
                quote!(pub)
            } else {
                field.vis.to_token_stream()
            };
            let docs = docs(field);
            let ty = self.attribute_type(field);
            let place = match place(field) {
                Place::Free => None,
                Place::PrimaryKey => Some(quote!(, #p::PrimaryKey)),
                Place::InKeyTemplate => Some(quote!(, #p::InKeyTemplate)),
                Place::Version => Some(quote!(, #p::ItemVersion)),
                Place::InIndex => Some(quote!(, #p::Indexed)),
                Place::Variant(_) => Some(quote!(, #p::Variant)),
                Place::InKey => {
                    return quote!(#docs #vis #field_ident: #p::StoredInKey<#ident #parameters, #ty>);
                }
            };
            quote!(#docs #vis #field_ident: #p::Attribute<#ident #parameters, #ty #place>)
        });
        let mut fields: Vec<_> = fields.collect();
        if fields.is_empty() && !self.generics.params.is_empty() {
            fields.push(quote!(of: ::core::marker::PhantomData<fn() -> #ident #parameters>));
        }
        let codecs = self.written().filter_map(|field| self.codec(field));
        // The fields' names are the user's, at the user's places; where a macro of the user's wrote them, unread ones are told.
        let named = self.fields.iter().any(|field| !is_snake_case(&field.ident));
        let named =
            named.then(|| quote!(#[allow(non_snake_case, reason = "the struct's own names")]));
        let allow =
            quote!(#[allow(dead_code, reason = "not every attribute is named in code")] #named);
        let doc = format!("The attributes of `{}`.", ident.unraw());
        let (generics, probe) = (&self.generics, probe(&p));
        quote! {
            #probe
            #[doc = #doc]
            #allow
            #vis struct #name #generics #clause { #(#fields,)* }
            #[automatically_derived]
            impl #impl_generics ::core::clone::Clone for #name #parameters #clause {
                fn clone(&self) -> Self { *self }
            }
            #[automatically_derived]
            impl #impl_generics ::core::marker::Copy for #name #parameters #clause {}
            #(#codecs)*
        }
    }

    /// The table of its attributes: a row for each, with its name and the place of its type's marks. The marks of a type are said
    /// once, however many fields have it.
    pub(super) fn known(&self, place: impl Fn(&Field) -> Place) -> Table {
        let p = self.private(Span::call_site());
        let (mut types, mut marks, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        let mut tag = None;
        for (field, place) in self.rows(place) {
            let ty = (
                field.attr.sensitive.is_some(),
                field.is_converted(),
                field.ty.to_token_stream().to_string(),
            );
            // `$crate` is the same text in the macros of two crates.
            let same = types
                .iter()
                .position(|known| *known == ty && !ty.2.contains('$'));
            let of_type = same.unwrap_or(types.len());
            if same.is_none() {
                types.push(ty);
                marks.push(self.marks(field, &p));
            }
            let mut name = &field.wire;
            if let Place::Variant(tagging) = &place {
                name = tagging.content.as_ref().unwrap_or(name);
                tag = tag.or_else(|| tagging.tag.clone());
            }
            let name = known_name(name);
            rows.push(quote!((#name, #of_type)));
        }
        if let Some(tag) = tag {
            let (name, unmarked) = (known_name(&tag), types.len());
            rows.push(quote!((#name, #unmarked)));
        }
        Table { marks, rows }
    }

    /// The attributes as values, of a table that is called `dynacond_known`.
    pub(super) fn values(&self, place: impl Fn(&Field) -> Place) -> TokenStream {
        let p = self.private(Span::call_site());
        let behind_fields = self.rows(&place).count();
        let mut rows = 0_usize..;
        let values = self.written().map(|field| {
            let ident = &field.ident;
            let new = match place(field) {
                Place::Free => quote!(new),
                Place::PrimaryKey => quote!(primary_key),
                Place::InKeyTemplate => quote!(in_key_template),
                Place::Version => quote!(version),
                Place::InIndex => quote!(indexed),
                Place::InKey => return quote!(#ident: #p::StoredInKey::new(),),
                Place::Variant(tagging) => {
                    let tagging =
                        tagging.expand(rows.next().unwrap_or_default(), behind_fields, &p);
                    return quote!(#ident: #p::Attribute::variant(#tagging),);
                }
            };
            let row = rows.next();
            quote!(#ident: #p::Attribute::#new(&dynacond_known[#row]),)
        });
        let mut values: TokenStream = values.collect();
        if values.is_empty() && !self.generics.params.is_empty() {
            values = quote!(of: ::core::marker::PhantomData);
        }
        let name = &self.attributes;
        quote!(#name { #values })
    }
}

/// What the derive knows of the attributes of a type.
pub(super) struct Table {
    marks: Vec<TokenStream>,
    rows: Vec<TokenStream>,
}

impl Table {
    /// The constant for an item with this model, or for a document.
    pub(super) fn expand(&self, model: Option<&TokenStream>, p: &TokenStream) -> TokenStream {
        let (Self { marks, rows }, count) = (self, self.rows.len());
        let table = match model {
            Some(model) => quote!(of_item(&[#(#marks),*], [#(#rows),*], || &#model)),
            None => quote!(of_document(&[#(#marks),*], [#(#rows),*])),
        };
        quote!(const DYNACOND_KNOWN: &'static [#p::Known; #count] = &#p::Known::#table;)
    }
}

impl Tagging {
    /// As dynacond has it: its own name, or that of its data, is in the row `own`, and the tag's in the row `tag`.
    fn expand(&self, own: usize, tag: usize, p: &TokenStream) -> TokenStream {
        let (names, own, tag) = (
            &self.names,
            quote!(&dynacond_known[#own]),
            quote!(&dynacond_known[#tag]),
        );
        match (&self.tag, &self.content) {
            (None, _) => quote!(#p::Tagging::External { name: #own }),
            (Some(_), Some(_)) => {
                quote!(#p::Tagging::Adjacent { tag: #tag, names: &[#(#names),*], content: #own })
            }
            (Some(_), None) => quote!(#p::Tagging::Internal { tag: #tag, names: &[#(#names),*] }),
        }
    }
}

fn is_snake_case(ident: &Ident) -> bool {
    let name = ident.unraw().to_string();
    !name.contains("__") && !name.contains(char::is_uppercase)
}
