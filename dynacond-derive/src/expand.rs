//! The generated code: a guest in the user's module. It names everything by absolute paths and takes no names there.
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DeriveInput, GenericParam, Generics, Path, Result, WherePredicate, parse_quote};

use crate::ast::{Derive, Errors, Field, Kind, Stored, Struct, Template, at, mentions};
use crate::data_type::{DataType, Wire};
use crate::valid::{Key, Model, Part};

const AMBIGUOUS: &str = "this key template is ambiguous: two different keys could be written as the same string; put one field in partition_key and the other in sort_key, or keep at most one text field, beside numbers that are set off by a character other than a digit or a sign";

const BINARY: &str = "a key template takes strings and numbers, and this field is stored as binary";

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
            .flat_map(|field| item.key_bounds(field, &types));
        let clause = generics.make_where_clause();
        clause.predicates.push(parse_quote!(#ident #parameters: #p::serde::Serialize + #p::serde::de::DeserializeOwned));
        clause.predicates.extend(bounds);
    }
    let (impl_generics, parameters, clause) = generics.split_for_impl();
    let attributes = item.attributes(|field| model.is_fixed(field));
    let (struct_ident, values) = (&item.attributes, item.values(|field| model.is_fixed(field)));
    let constant = item.model(&model);
    let key = item.key_functions(&model);
    let mirror = item.mirror();
    let assertions = item.assertions(&model, false);
    Ok(quote! {
        const _: () = {
            #attributes
            #[automatically_derived]
            impl #impl_generics #krate::Versioned for #ident #parameters #clause {
                type Attributes = #struct_ident #parameters;
                const ATTRIBUTES: Self::Attributes = #struct_ident { #values };
                const MODEL: #p::Model = #constant;
                #key
                #mirror
            }
            #(const _: () = #assertions;)*
        };
    })
}

pub(crate) fn document(input: &DeriveInput) -> Result<TokenStream> {
    let mut errors = Errors::default();
    let parsed = Struct::parse(input, Derive::Document, &mut errors);
    let Some(item) = &parsed else {
        return errors.or(None);
    };
    item.document(errors)?;
    let krate = at(item.attr.krate.as_ref(), Span::call_site());
    let p = item.private(Span::call_site());
    let ident = item.ident;
    let attributes = item.attributes(|_| false);
    let (struct_ident, values) = (&item.attributes, item.values(|_| false));
    let sensitive = item
        .fields
        .iter()
        .any(|field| field.attr.sensitive.is_some());
    let (impl_generics, parameters, clause) = item.generics.split_for_impl();
    let value = value_generics(&item.generics, &p);
    let value_clause = &value.where_clause;
    Ok(quote! {
        const _: () = {
            #attributes
            #[automatically_derived]
            impl #impl_generics #krate::Document for #ident #parameters #clause {
                type Attributes = #struct_ident #parameters;
                const ATTRIBUTES: Self::Attributes = #struct_ident { #values };
            }
            #[automatically_derived]
            impl #impl_generics #p::AttributeType for #ident #parameters #clause {
                type Kind = #p::kind::MapType;
                type Value = Self;
                const SENSITIVE: bool = #sensitive;
            }
            #[automatically_derived]
            impl #impl_generics #p::Value for #ident #parameters #value_clause {}
        };
    })
}

pub(crate) fn attribute_type(input: &DeriveInput) -> Result<TokenStream> {
    let parsed = DataType::parse(input)?;
    let ident = &input.ident;
    let p = private(parsed.attr.krate.as_ref(), Span::call_site());
    let mut generics = parsed.generics;
    let own_sensitive = parsed.attr.sensitive.is_some();
    let (constants, is_key) = match &parsed.wire {
        Wire::Kind(kind) => {
            let name = kind.ident();
            let constants =
                quote!(type Kind = #p::kind::#name; const SENSITIVE: bool = #own_sensitive;);
            (
                constants,
                matches!(kind, Kind::String | Kind::Number | Kind::Binary),
            )
        }
        Wire::Of(ty) => {
            if mentions(ty.to_token_stream(), &type_parameters(&generics)) {
                generics
                    .make_where_clause()
                    .predicates
                    .push(parse_quote!(#ty: #p::AttributeType));
            }
            let (start, end) = ends(ty);
            let q = private(parsed.attr.krate.as_ref(), end);
            let inner = |member: &str| {
                let member = Ident::new(member, end);
                let open = quote_spanned!(start=> <);
                quote_spanned!(end=> #open #ty as #q::AttributeType>::#member)
            };
            let (kind, unsigned, sensitive) =
                (inner("Kind"), inner("UNSIGNED"), inner("SENSITIVE"));
            let constants = quote! {
                type Kind = #kind;
                const UNSIGNED: bool = #unsigned;
                const SENSITIVE: bool = #own_sensitive || #sensitive;
            };
            (constants, true)
        }
    };
    let value = value_generics(&generics, &p);
    let value_clause = &value.where_clause;
    let (impl_generics, parameters, clause) = generics.split_for_impl();
    let key = is_key.then(|| {
        quote! {
            #[automatically_derived]
            impl #impl_generics #p::KeyField for #ident #parameters #value_clause {
                type Field = Self;
                type Arg<'dynacond> = &'dynacond Self where Self: 'dynacond;
                const TEXT: #p::KeyText = #p::KeyText::Free;
                fn arg<'dynacond>(field: &'dynacond Self) -> &'dynacond Self where Self: 'dynacond {
                    field
                }
                fn value<'dynacond>(arg: &&'dynacond Self) -> #p::KeyPart where Self: 'dynacond {
                    #p::key_value(*arg)
                }
            }
        }
    });
    Ok(quote! {
        const _: () = {
            #[automatically_derived]
            impl #impl_generics #p::AttributeType for #ident #parameters #clause {
                type Value = Self;
                #constants
            }
            #[automatically_derived]
            impl #impl_generics #p::Value for #ident #parameters #value_clause {}
            #key
        };
    })
}

fn private(krate: Option<&Path>, span: Span) -> TokenStream {
    let krate = at(krate, span);
    quote_spanned!(span=> #krate::__private)
}

/// With `Self: Serialize`, where that is not known from the type alone.
fn value_generics(generics: &Generics, p: &TokenStream) -> Generics {
    let mut generics = generics.clone();
    if !type_parameters(&generics).is_empty() {
        generics
            .make_where_clause()
            .predicates
            .push(parse_quote!(Self: #p::serde::Serialize));
    }
    generics
}

fn type_parameters(generics: &Generics) -> Vec<String> {
    generics
        .type_params()
        .map(|parameter| parameter.ident.to_string())
        .collect()
}

fn parameters(generics: &Generics) -> Vec<String> {
    let name = |parameter: &GenericParam| match parameter {
        GenericParam::Lifetime(parameter) => parameter.lifetime.to_string(),
        GenericParam::Type(parameter) => parameter.ident.to_string(),
        GenericParam::Const(parameter) => parameter.ident.to_string(),
    };
    generics.params.iter().map(name).collect()
}

impl Struct<'_> {
    fn private(&self, span: Span) -> TokenStream {
        private(self.attr.krate.as_ref(), span)
    }

    fn written(&self) -> impl Iterator<Item = (usize, &Field)> {
        self.fields
            .iter()
            .enumerate()
            .filter(|(_, field)| field.is_written())
    }

    /// The struct of attributes, and what it needs.
    fn attributes(&self, fixed: impl Fn(&Field) -> bool) -> TokenStream {
        let p = self.private(Span::call_site());
        let (vis, ident, name) = (self.vis, self.ident, &self.attributes);
        let (impl_generics, parameters, clause) = self.generics.split_for_impl();
        let fields = self.written().map(|(index, field)| {
            let field_ident = &field.ident;
            let vis = if self.attr.public.is_some() {
                quote!(pub)
            } else {
                field.vis.to_token_stream()
            };
            let docs = docs(field);
            let ty = self.attribute_type(index, field);
            let place = fixed(field).then(|| quote!(, #p::Fixed));
            quote!(#docs #vis #field_ident: #p::Attribute<#ident #parameters, #ty #place>)
        });
        let mut fields: Vec<_> = fields.collect();
        if fields.is_empty() && !self.generics.params.is_empty() {
            fields.push(quote!(of: ::core::marker::PhantomData<fn() -> #ident #parameters>));
        }
        let codecs = self
            .written()
            .filter_map(|(index, field)| self.codec(index, field));
        let doc = format!("The attributes of `{}`.", ident.unraw());
        let generics = &self.generics;
        quote! {
            #[doc = #doc]
            #[allow(
                dead_code, deprecated, missing_debug_implementations, non_camel_case_types, non_snake_case,
                private_bounds, private_interfaces, unnameable_types, unreachable_pub,
                reason = "generated: it mirrors the struct"
            )]
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

    /// The values of its fields.
    fn values(&self, fixed: impl Fn(&Field) -> bool) -> TokenStream {
        let p = self.private(Span::call_site());
        let values = self.written().map(|(_, field)| {
            let (ident, wire, sensitive) =
                (&field.ident, &field.wire, field.attr.sensitive.is_some());
            let new = if fixed(field) {
                quote!(fixed)
            } else {
                quote!(new)
            };
            quote!(#ident: #p::Attribute::#new(#wire, #sensitive),)
        });
        let values: TokenStream = values.collect();
        if values.is_empty() && !self.generics.params.is_empty() {
            return quote!(of: ::core::marker::PhantomData);
        }
        values
    }

    /// `T` of `Attribute<Order, T>`.
    fn attribute_type(&self, index: usize, field: &Field) -> TokenStream {
        let span = field.ty.span();
        let p = self.private(span);
        match field.stored() {
            Stored::Own(ty) => ty.to_token_stream(),
            Stored::With(ty) => quote_spanned!(span=> #p::With<#ty>),
            Stored::As {
                kind,
                ty,
                optional,
                coded,
            } => {
                let kind = kind.ident();
                let codec = coded.then(|| {
                    let codec = codec_ident(index);
                    let (_, parameters, _) = self.generics.split_for_impl();
                    quote!(, #codec #parameters)
                });
                let inner = quote_spanned!(span=> #p::As<#ty, #p::kind::#kind #codec>);
                if optional {
                    quote_spanned!(span=> ::core::option::Option<#inner>)
                } else {
                    inner
                }
            }
        }
    }

    /// The type that serialises as a `with` module does.
    fn codec(&self, index: usize, field: &Field) -> Option<TokenStream> {
        let Stored::As {
            ty, coded: true, ..
        } = field.stored()
        else {
            return None;
        };
        let with = field.serde.codec.as_ref()?;
        let (p, vis, name) = (
            self.private(Span::call_site()),
            self.vis,
            codec_ident(index),
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
        let call = quote_spanned!(with.span=> #call(value, serializer));
        Some(quote! {
            #[doc = "Serialises as serde's `with` does."]
            #[allow(
                dead_code, missing_debug_implementations, private_bounds, private_interfaces,
                unnameable_types, unreachable_pub, reason = "generated: it is never made"
            )]
            #vis enum #name #generics #clause { #variant }
            #[automatically_derived]
            impl #impl_generics #p::Codec<#ty> for #name #parameters #bounded_clause {
                fn serialize<__DynacondS: #p::serde::Serializer>(
                    value: &#ty,
                    serializer: __DynacondS,
                ) -> ::core::result::Result<
                    <__DynacondS as #p::serde::Serializer>::Ok,
                    <__DynacondS as #p::serde::Serializer>::Error,
                > {
                    #call
                }
            }
        })
    }

    /// The type that stands for a field of the key.
    fn key_type(&self, field: &Field) -> TokenStream {
        let index = self
            .fields
            .iter()
            .position(|other| other.ident == field.ident)
            .unwrap_or_default();
        match field.stored() {
            Stored::Own(ty) | Stored::With(ty) => ty.to_token_stream(),
            Stored::As { .. } => self.attribute_type(index, field),
        }
    }

    /// `<String as KeyField>::value`: all of it stands at the field's type, where its errors are told.
    fn of_key(&self, field: &Field, member: &str) -> TokenStream {
        let ty = self.key_type(field);
        let (start, end) = ends(&field.ty);
        let (p, member) = (self.private(end), Ident::new(member, end));
        let open = quote_spanned!(start=> <);
        quote_spanned!(end=> #open #ty as #p::KeyField>::#member)
    }

    /// The data type of a key field. By way of `KeyField`, so that what is no key is one error.
    fn scalar(&self, field: &Field) -> TokenStream {
        let (start, end) = ends(&field.ty);
        let p = self.private(end);
        let open = quote_spanned!(start=> <);
        let kind = if let Stored::As {
            kind,
            optional: false,
            ..
        } = field.stored()
        {
            let kind = kind.ident();
            quote_spanned!(end=> #p::kind::#kind)
        } else {
            let own = self.of_key(field, "Field");
            quote_spanned!(end=> #open #own as #p::AttributeType>::Kind)
        };
        quote_spanned!(end=> #open #kind as #p::KeyKind>::SCALAR)
    }

    fn key_bounds(&self, field: &Field, types: &[String]) -> Vec<WherePredicate> {
        let ty = self.key_type(field);
        if !mentions(ty.clone(), types) {
            return Vec::new();
        }
        let p = self.private(Span::call_site());
        vec![
            parse_quote!(#ty: #p::KeyField),
            parse_quote!(<#ty as #p::AttributeType>::Kind: #p::KeyKind),
        ]
    }

    fn model(&self, model: &Model<'_>) -> TokenStream {
        let p = self.private(Span::call_site());
        let (name, table, version) = (self.ident.unraw().to_string(), model.table, &model.version);
        let key = |key: &Key<'_>| match key {
            Key::Field(field) => {
                let (wire, scalar) = (&field.wire, self.scalar(field));
                quote!(#p::KeyAttribute::new(#wire, #scalar))
            }
            Key::Template(Template { name, .. }, _) => {
                quote!(#p::KeyAttribute::new(#name, <#p::kind::StringType as #p::KeyKind>::SCALAR))
            }
        };
        let partition = key(&model.partition_key);
        let sort = optional(model.sort_key.as_ref().map(key));
        let write_id = optional(model.write_id.as_ref().map(ToTokens::to_token_stream));
        let templates = model.keys().filter_map(|key| match key {
            Key::Template(template, _) => Some(template.name.value()),
            Key::Field(_) => None,
        });
        let fixed = templates.chain(model.key_fields.iter().map(|field| field.wire.clone()));
        let tag = self.serde.tag.iter().map(syn::LitStr::value);
        let known = tag.chain(self.written().map(|(_, field)| field.wire.clone()));
        let sensitive = self
            .written()
            .filter(|(_, field)| field.attr.sensitive.is_some());
        let sensitive = sensitive.map(|(_, field)| &field.wire);
        quote! {
            #p::Model::new(
                #name, #table, #partition, #sort, #version, #write_id,
                &[#(#fixed),*], &[#(#known),*], &[#(#sensitive),*],
            )
        }
    }

    fn key_functions(&self, model: &Model<'_>) -> TokenStream {
        let fields = &model.key_fields;
        let krate = at(self.attr.krate.as_ref(), Span::call_site());
        let args = fields.iter().map(|field| {
            let arg = self.of_key(field, "Arg");
            quote_spanned!(ends(&field.ty).1=> #arg<'dynacond>)
        });
        let own = fields.iter().map(|field| {
            let (arg, ident) = (self.of_key(field, "arg"), &field.ident);
            let own = borrowed(field, quote!(self.#ident));
            quote!(#arg(#own))
        });
        let (ty, own) = (tuple(args), tuple(own));
        let partition = self.key_part(&model.partition_key, fields);
        let sort = optional(
            model
                .sort_key
                .as_ref()
                .map(|key| self.key_part(key, fields)),
        );
        let key = quote!(#krate::Key::from_parts(#partition, #sort));
        let (fields_ident, own) = if fields.is_empty() {
            (quote!(_), None)
        } else {
            (
                quote!(dynacond_fields),
                Some(quote!(let dynacond_fields = #own;)),
            )
        };
        let assertions = self.assertions(model, true);
        // The compiler compares the signature with the trait's, and says once more at its place what is no key.
        let (start, end) = match fields.as_slice() {
            [only] => ends(&only.ty),
            _ => (Span::call_site(), Span::call_site()),
        };
        let signature = quote_spanned!(start=> fn key<'dynacond>);
        let close = quote_spanned!(end=> >);
        let body = grouped(
            Delimiter::Brace,
            end,
            quote!(#(const { #assertions };)* #key),
        );
        quote! {
            type KeyFields<'dynacond> = #ty where Self: 'dynacond;
            #signature(#fields_ident: #ty) -> #krate::Key<Self #close #body
            #[allow(deprecated, reason = "generated: the field is part of the key")]
            fn to_key(&self) -> #krate::Key<Self> {
                #own
                #key
            }
        }
    }

    fn key_part(&self, key: &Key<'_>, fields: &[&Field]) -> TokenStream {
        let p = self.private(Span::call_site());
        let value = |field: &Field| {
            let value = self.of_key(field, "value");
            let index = fields
                .iter()
                .position(|other| other.ident == field.ident)
                .unwrap_or_default();
            let index = syn::Index::from(index);
            let one = fields.len() == 1;
            let arg = if one {
                quote!(dynacond_fields)
            } else {
                quote!(dynacond_fields.#index)
            };
            let arg = borrowed(field, arg);
            quote!(#value(#arg))
        };
        match key {
            Key::Field(field) => value(field),
            Key::Template(_, parts) => {
                let parts = parts.iter().map(|part| match part {
                    Part::Literal(text) => quote!(#p::TemplateValue::Literal(#text)),
                    Part::Field(field) => {
                        let value = value(field);
                        quote!(#p::TemplateValue::Field(#value))
                    }
                });
                quote!(#p::render_template([#(#parts),*]))
            }
        }
    }

    /// That key templates write different texts for different keys, of strings and numbers only. Those that are `generic`
    /// are known when the type's parameters are.
    fn assertions(&self, model: &Model<'_>, generic: bool) -> Vec<TokenStream> {
        let all = parameters(&self.generics);
        let depends = |field: &Field| mentions(self.key_type(field), &all);
        let mut assertions = Vec::new();
        for key in model.keys() {
            let Key::Template(template, parts) = key else {
                continue;
            };
            let fields = key.fields();
            for field in fields.iter().filter(|field| depends(field) == generic) {
                let scalar = self.scalar(field);
                let krate = at(self.attr.krate.as_ref(), field.ty.span());
                assertions.push(quote_spanned! {field.ty.span()=>
                    ::core::assert!(!::core::matches!(#scalar, #krate::DataType::B), #BINARY)
                });
            }
            // One field, or none, has nothing to be confused with.
            if fields.len() < 2 || fields.iter().any(|field| depends(field)) != generic {
                continue;
            }
            let span = template.value.span();
            let p = self.private(span);
            let parts = parts.iter().map(|part| match part {
                Part::Literal(text) => quote!(#p::TemplatePart::Literal(#text)),
                Part::Field(field) => {
                    let text = self.of_key(field, "TEXT");
                    quote!(#p::TemplatePart::Field(#text))
                }
            });
            assertions.push(quote_spanned! {span=>
                ::core::assert!(#p::template_is_injective(&[#(#parts),*]), #AMBIGUOUS)
            });
        }
        assertions
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
            #[allow(deprecated, reason = "generated: the field mirrors the version")]
            fn mirror_version(&mut self, dynacond_version: u64) {
                self.#ident = #value(dynacond_version);
            }
        })
    }
}

/// The field's own docs. Not with code in them, which would be tested twice.
fn docs(field: &Field) -> TokenStream {
    let docs = &field.docs;
    let text = quote!(#(#docs)*);
    if docs.is_empty() || text.to_string().contains("```") {
        let text = format!("The attribute `{}`.", field.wire);
        return quote!(#[doc = #text]);
    }
    text
}

/// The spans of the first and the last token: an expression between them is shown as the whole.
fn ends(node: &impl ToTokens) -> (Span, Span) {
    let mut spans = node.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}

/// `&(..)`, at the field's type.
fn borrowed(field: &Field, inner: TokenStream) -> TokenStream {
    let (start, end) = ends(&field.ty);
    let group = grouped(Delimiter::Parenthesis, end, inner);
    quote_spanned!(start=> &#group)
}

fn grouped(delimiter: Delimiter, span: Span, inner: TokenStream) -> Group {
    let mut group = Group::new(delimiter, inner);
    group.set_span(span);
    group
}

/// The one, or a tuple.
fn tuple(mut items: impl Iterator<Item = TokenStream>) -> TokenStream {
    match (items.next(), items.next()) {
        (Some(only), None) => only,
        (first, second) => {
            let all = first.into_iter().chain(second).chain(items);
            quote!((#(#all),*))
        }
    }
}

fn codec_ident(index: usize) -> Ident {
    format_ident!("__DynacondCodec{index}")
}

fn optional(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}
