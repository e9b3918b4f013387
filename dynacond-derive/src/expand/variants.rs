//! `#[derive(Document)]` on an enum that is always stored as a map: its variants, and paths into their data.
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Data, DataEnum, DataStruct, DeriveInput, Fields, FieldsNamed, Result, Token, Type,
    Variant, parse_quote, token,
};

use crate::check::model::{Place, Tagging};
use crate::expand::document::document_of;
use crate::expand::paths::{private, value_generics};
use crate::parse::ast::{Field, Struct, is_doc};
use crate::parse::attr;
use crate::parse::errors::{Derive, Errors};
use crate::parse::serde_attr::{Container, Names, OnField, rename_variant};
use crate::parse::shape::aliased_variant;
use crate::parse::tokens::{itself, mentions, without_self};

pub(crate) fn document(input: &DeriveInput, data: &DataEnum) -> Result<TokenStream> {
    let mut errors = Errors::default();
    let own = attr::Container::parse(&input.attrs, Derive::Document, &mut errors);
    let serde = Container::parse(&input.attrs);
    let p = private(own.krate.as_ref(), Span::call_site());
    if let Some((span, name)) = &serde.conversion {
        errors.at(*span, format!("`#[derive(Document)]` accepts an enum that serde writes variant by variant: under `{name}` its attributes are another type's"));
    }
    let mut variants = Vec::new();
    for variant in &data.variants {
        let names = OnField::parse(&variant.attrs);
        // A variant that is never written, or that is written for unknown names, cannot be asked for.
        if names.skip_serializing.is_some() || names.other {
            continue;
        }
        variants.push(One::parse(input, &serde, variant, &names, &p, &mut errors));
    }
    // The derive treats an enum as a document whose fields are the variants.
    let seen = like_struct(input, &variants);
    let parsed = Struct::parse(&seen, Derive::Document, &mut errors);
    let inner: Vec<TokenStream> = variants
        .iter()
        .filter_map(|variant| variant.inner(input, &p, &mut errors))
        .collect();
    let item = errors.or(parsed)?;
    let place = |ident: &Ident| {
        let variant = variants.iter().find(|variant| variant.ident == *ident);
        variant.map_or(Place::Free, |variant| Place::Variant(variant.tagging()))
    };
    let has_data = |field: &&Field| {
        let mut variants = variants.iter();
        variants
            .any(|variant| variant.ident == field.ident && !matches!(variant.data, What::Nothing))
    };
    let with_data = || item.fields.iter().filter(has_data);
    let of_data: Vec<_> = with_data()
        .flat_map(|field| item.questions_of(field, &p))
        .collect();
    let questions = match (&serde.tag, &serde.content) {
        // The data of a variant stand under its name, as a field's.
        (None, _) => quote!(#p::verify_fields(dynacond_map, &[#(#of_data),*])),
        (Some(tag), Some(content)) => {
            quote!(#p::verify_content(dynacond_map, #tag, #content, &[#(#of_data),*]))
        }
        (Some(tag), None) => {
            let data = with_data().map(|field| {
                let (wire, ty) = (&field.wire, &field.ty);
                quote!((#wire, #p::Probe::<#ty>::verify_map))
            });
            quote!(#p::verify_tagged(dynacond_map, #tag, &[#(#data),*]))
        }
    };
    let is_asked = !of_data.is_empty();
    let document = document_of(
        &item,
        |field| place(&field.ident),
        &quote!(::core::option::Option::None),
        is_asked.then_some(questions).as_slice(),
    );
    let value = value_generics(&item.generics, &p);
    let (ident, value_clause) = (item.ident, &value.where_clause);
    let (impl_generics, parameters, _) = item.generics.split_for_impl();
    Ok(quote! {
        const _: () = {
            #(#inner)*
            #document
            #[automatically_derived]
            impl #impl_generics #p::Value for #ident #parameters #value_clause {}
        };
    })
}

/// A variant that serde writes.
struct One {
    ident: Ident,
    docs: Vec<Attribute>,
    wire: String,
    /// The names under which it is read: its own first.
    names: Vec<String>,
    tag: Option<String>,
    content: Option<String>,
    data: What,
}

/// The data of a variant.
enum What {
    /// None, or such that no path leads into.
    Nothing,
    /// Of a type; inside of an internally tagged map, under this marker.
    Of(Box<Type>, Vec<Attribute>, Option<Ident>),
    /// Fields: a document of this name.
    Fields(Box<DeriveInput>),
}

impl One {
    fn parse(
        input: &DeriveInput,
        serde: &Container,
        variant: &Variant,
        names: &OnField,
        p: &TokenStream,
        errors: &mut Errors,
    ) -> Self {
        let ident = variant.ident.clone();
        let rust = ident.unraw().to_string();
        let (wire, read) = wire_names(&rust, names.rename.as_ref(), serde.rename_all.as_ref());
        if names.skip_deserializing.is_none() && !read.contains(&wire) {
            errors.at(ident.span(), format!("split rename: the name that is written and the name that is read must be the same; serde writes `{wire}`"));
        }
        let tag = serde.tag.as_ref().map(syn::LitStr::value);
        let content = serde.content.as_ref().map(syn::LitStr::value);
        if tag.is_none() {
            aliased_variant(names, errors);
        }
        let aliases = names.aliases.iter().map(|(_, alias)| alias.clone());
        let mut all = vec![wire.clone()];
        all.extend(aliases.filter(|alias| *alias != wire));
        let itself = itself(input);
        let skipped = |field: &syn::Field| OnField::parse(&field.attrs).skip_serializing.is_some();
        let data = match &variant.fields {
            _ if names.codec.is_some() => What::Nothing,
            Fields::Unnamed(fields) if fields.unnamed.iter().any(skipped) => What::Nothing,
            Fields::Unit => What::Nothing,
            Fields::Unnamed(fields) => {
                let types = fields.unnamed.iter();
                let mut types = types.map(|field| without_self(&field.ty, &itself));
                match (types.next(), fields.unnamed.first(), types.next()) {
                    (Some(ty), Some(field), None) => {
                        let inside = tag.is_some() && content.is_none();
                        let marker = inside.then(|| unused(input, &format!("{rust}Tag")));
                        let ty = match &marker {
                            Some(marker) => parse_quote!(#p::UnderTag<#ty, #marker>),
                            None => ty,
                        };
                        What::Of(Box::new(ty), written_by(&field.attrs), marker)
                    }
                    _ => {
                        let types = fields.unnamed.iter();
                        let types = types.map(|field| without_self(&field.ty, &itself));
                        What::Of(Box::new(parse_quote!((#(#types,)*))), Vec::new(), None)
                    }
                }
            }
            Fields::Named(fields) => {
                What::Fields(Box::new(fields_of(input, serde, variant, fields)))
            }
        };
        let docs = variant.attrs.iter().filter(|attribute| is_doc(attribute));
        Self {
            docs: docs.cloned().collect(),
            ident,
            wire,
            names: all,
            tag,
            content,
            data,
        }
    }

    fn tagging(&self) -> Tagging {
        let has_data = !matches!(self.data, What::Nothing);
        Tagging {
            tag: self.tag.clone(),
            content: self.content.clone().filter(|_| has_data),
            names: self.names.clone(),
        }
    }

    /// The type that represents its data: a document of its fields, or a marker.
    fn inner(
        &self,
        input: &DeriveInput,
        p: &TokenStream,
        errors: &mut Errors,
    ) -> Option<TokenStream> {
        let vis = &input.vis;
        match &self.data {
            What::Nothing | What::Of(_, _, None) => None,
            What::Of(_, _, Some(marker)) => {
                let (tag, name) = (self.tag.as_ref(), &self.wire);
                Some(quote! {
                    #[doc = "The tag of a variant."]
                    #vis enum #marker {}
                    impl #p::InternalTag for #marker {
                        const TAG: &'static str = #tag;
                        const NAME: &'static str = #name;
                    }
                })
            }
            What::Fields(fields) => {
                let item = Struct::parse(fields, Derive::Document, errors)?;
                if let Err(error) = item.document(Errors::default()) {
                    errors.push(error);
                    return None;
                }
                let (ident, generics) = (item.ident, &item.generics);
                let (_, parameters, clause) = generics.split_for_impl();
                let of = &input.ident;
                let variant = (!generics.params.is_empty()).then(|| {
                    quote!(Of(::core::marker::PhantomData<fn() -> #of #parameters>, ::core::convert::Infallible))
                });
                let document = document_of(
                    &item,
                    |_| Place::Free,
                    &item.names_written(),
                    &item.questions(p),
                );
                let doc = format!("The data of `{}::{}`.", of.unraw(), self.ident.unraw());
                Some(quote! {
                    #[doc = #doc]
                    #vis enum #ident #generics #clause { #variant }
                    #document
                })
            }
        }
    }
}

/// A struct with a field for each variant.
fn like_struct(input: &DeriveInput, variants: &[One]) -> DeriveInput {
    let own = private(None, Span::call_site());
    let krate =
        attr::Container::parse(&input.attrs, Derive::Document, &mut Errors::default()).krate;
    let p = krate.map_or(own, |krate| private(Some(&krate), Span::call_site()));
    let vis = &input.vis;
    let (_, parameters, _) = input.generics.split_for_impl();
    let fields = variants.iter().map(|variant| {
        let (ident, docs, wire) = (&variant.ident, &variant.docs, &variant.wire);
        let (ty, attrs) = match &variant.data {
            What::Nothing => (quote!(#p::NoData), Vec::new()),
            What::Of(ty, attrs, _) => (ty.to_token_stream(), attrs.clone()),
            What::Fields(fields) => {
                let ident = &fields.ident;
                (quote!(#ident #parameters), Vec::new())
            }
        };
        let field: FieldsNamed =
            parse_quote!({ #(#docs)* #(#attrs)* #[serde(rename = #wire)] #vis #ident: #ty });
        field.named
    });
    let mut named = Punctuated::new();
    named.extend(fields.flatten());
    as_struct(input, input.ident.clone(), own_attributes(input), named)
}

/// A struct of a variant's fields, as visible as the enum.
fn fields_of(
    input: &DeriveInput,
    serde: &Container,
    variant: &Variant,
    fields: &FieldsNamed,
) -> DeriveInput {
    let mut attrs = own_attributes(input);
    let all = Container::parse(&variant.attrs).rename_all;
    if let Some(Names { written, read, .. }) = all.or_else(|| serde.rename_all_fields.clone()) {
        let written = written.iter();
        attrs.push(
            parse_quote!(#[serde(rename_all(#(serialize = #written,)* #(deserialize = #read),*))]),
        );
    }
    let itself = itself(input);
    let mut named = fields.named.clone();
    for field in &mut named {
        field.vis = input.vis.clone();
        field.ty = without_self(&field.ty, &itself);
    }
    let name = format!("{}{}", input.ident.unraw(), variant.ident.unraw());
    as_struct(input, unused(input, &name), attrs, named)
}

fn as_struct(
    input: &DeriveInput,
    ident: Ident,
    attrs: Vec<Attribute>,
    named: Punctuated<syn::Field, Token![,]>,
) -> DeriveInput {
    DeriveInput {
        attrs,
        vis: input.vis.clone(),
        ident,
        generics: input.generics.clone(),
        data: Data::Struct(DataStruct {
            struct_token: <Token![struct]>::default(),
            fields: Fields::Named(FieldsNamed {
                brace_token: token::Brace::default(),
                named,
            }),
            semi_token: None,
        }),
    }
}

fn own_attributes(input: &DeriveInput) -> Vec<Attribute> {
    let own = |attribute: &&Attribute| attribute.path().is_ident("dynacond");
    input.attrs.iter().filter(own).cloned().collect()
}

/// What says how a value is written.
fn written_by(attrs: &[Attribute]) -> Vec<Attribute> {
    let said = |attribute: &&Attribute| {
        attribute.path().is_ident("dynacond") || attribute.path().is_ident("serde")
    };
    attrs.iter().filter(said).cloned().collect()
}

/// The name under which a variant is written, and those under which it is read.
fn wire_names(rust: &str, own: Option<&Names>, all: Option<&Names>) -> (String, Vec<String>) {
    let by = |rule: Option<&String>| {
        let renamed = rule.and_then(|rule| rename_variant(rust, rule));
        renamed.unwrap_or_else(|| rust.to_owned())
    };
    let written = own.and_then(|names| names.written.clone());
    let written = written.unwrap_or_else(|| by(all.and_then(|names| names.written.as_ref())));
    let read = match own.filter(|names| !names.read.is_empty()) {
        Some(names) => names.read.clone(),
        None => vec![by(all.and_then(|names| names.read.first()))],
    };
    (written, read)
}

/// The name, unless the user has a type of this name in sight.
fn unused(input: &DeriveInput, name: &str) -> Ident {
    let mut ident = format_ident!("{name}", span = Span::call_site());
    while mentions(input.to_token_stream(), &[ident.to_string()]) {
        ident = format_ident!("{ident}OfVariant", span = Span::call_site());
    }
    ident
}
