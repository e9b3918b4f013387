//! The generated code: a guest in the user's module. It names everything by absolute paths and takes no names there.
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DeriveInput, Result, Type, WherePredicate, parse_quote};

use crate::check::data_type::{DataType, Wire};
use crate::check::key::Key;
use crate::check::model::{Model, Place};
use crate::expand::paths::{
    at, docs, ends, known_name, optional, private, type_parameters, value_generics,
};
use crate::expand::sensitive::{any_withholds, withholds};
use crate::expand::verify;
use crate::parse::ast::{By, Field, Stored, Struct, option};
use crate::parse::errors::{Derive, Errors};
use crate::parse::kind::Kind;
use crate::parse::serde_attr::pascal;
use crate::parse::tokens::mentions;

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
            .flat_map(|field| item.key_bounds(field));
        let clause = generics.make_where_clause();
        clause.predicates.push(parse_quote!(#ident #parameters: #p::serde::Serialize + #p::serde::de::DeserializeOwned));
        clause.predicates.extend(bounds);
    }
    let (impl_generics, parameters, clause) = generics.split_for_impl();
    let attributes = item.attributes(|field| model.place(field));
    // Not through the trait: where its bounds do not hold, they would be told once more.
    let struct_ident = &item.attributes;
    let of_item = quote!(.of(|| &<#struct_ident #parameters>::DYNACOND_MODEL));
    let values = item.values(|field| model.place(field), Some(&of_item));
    let constant = item.model(&model);
    let key = item.key_functions(&model);
    let queried = item.queried(&model);
    let partition = item.partition_function(&queried);
    let queryable = item.queryable(&queried, &generics);
    let index_types = item.index_types(&model.indexes);
    let table = [Some(&model.partition_key), model.sort_key.as_ref()];
    let indexes = model
        .indexes
        .iter()
        .map(|index| item.index_impls(index, table));
    let projects = item.projects(&quote!(#ident #parameters), None);
    let mirror = item.mirror();
    let verify = verify::item(&item.questions(&p), &krate, &p);
    let assertions = item.assertions(&model, false);
    let locking = match (&model.version, &model.write_id) {
        (Some(_), _) => quote!(ByVersion),
        (None, Some(_)) => quote!(ByWriteId),
        (None, None) => quote!(ByNothing),
    };
    Ok(quote! {
        #index_types
        const _: () = {
            #attributes
            #(#indexes)*
            #[automatically_derived]
            impl #impl_generics #struct_ident #parameters #clause {
                const DYNACOND_MODEL: #p::Model = #constant;
            }
            #[automatically_derived]
            impl #impl_generics #krate::Versioned for #ident #parameters #clause {
                type Attributes = #struct_ident #parameters;
                type Locking = #p::#locking;
                const ATTRIBUTES: Self::Attributes = #struct_ident { #values };
                const MODEL: #p::Model = <#struct_ident #parameters>::DYNACOND_MODEL;
                #verify
                #key
                #partition
                #mirror
            }
            #queryable
            #projects
            #[automatically_derived]
            impl #impl_generics #p::WholeItems for #ident #parameters #clause {}
            #[automatically_derived]
            impl #impl_generics #p::Consistent for #ident #parameters #clause {}
            #(const _: () = #assertions;)*
        };
    })
}

pub(super) fn document(input: &DeriveInput) -> Result<TokenStream> {
    let mut errors = Errors::default();
    let parsed = Struct::parse(input, Derive::Document, &mut errors);
    let Some(item) = &parsed else {
        return errors.or(None);
    };
    item.document(errors)?;
    let p = item.private(Span::call_site());
    let document = document_of(
        item,
        |_| Place::Free,
        &item.names_written(),
        &item.questions(&p),
    );
    let ident = item.ident;
    let (impl_generics, parameters, _) = item.generics.split_for_impl();
    let value = value_generics(&item.generics, &p);
    let value_clause = &value.where_clause;
    // A table is an item's: what has one and is no item has another derive missing.
    let krate = at(item.attr.krate.as_ref(), Span::call_site());
    let table = item
        .attr
        .table
        .as_ref()
        .filter(|_| item.generics.params.is_empty());
    let is_item = table.map(|table| {
        quote_spanned! {table.span()=>
            const _: () = {
                const fn item<__DynacondT: #krate::Versioned>() {}
                item::<#ident>()
            };
        }
    });
    Ok(quote! {
        const _: () = {
            #document
            #is_item
            #[automatically_derived]
            impl #impl_generics #p::Value for #ident #parameters #value_clause {}
        };
    })
}

/// A document's attributes, and what it is stored as.
pub(crate) fn document_of(
    item: &Struct<'_>,
    place: impl Fn(&Field) -> Place,
    names: &TokenStream,
    questions: &[TokenStream],
) -> TokenStream {
    let krate = at(item.attr.krate.as_ref(), Span::call_site());
    let p = item.private(Span::call_site());
    let ident = item.ident;
    let attributes = item.attributes(&place);
    let (struct_ident, values) = (&item.attributes, item.values(&place, None));
    let withholds = item.withholds(&p);
    let verify = verify::document(questions, &p);
    let (impl_generics, parameters, clause) = item.generics.split_for_impl();
    quote! {
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
            type Encoding = #p::Own;
            #withholds
            #verify
            const NAMES: ::core::option::Option<&'static [&'static str]> = #names;
        }
    }
}

pub(crate) fn attribute_type(input: &DeriveInput) -> Result<TokenStream> {
    let parsed = DataType::parse(input)?;
    let ident = &input.ident;
    let p = private(parsed.attr.krate.as_ref(), Span::call_site());
    let mut generics = parsed.generics.clone();
    let own_sensitive = parsed.attr.sensitive.is_some();
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
    let (constants, is_key) = match &parsed.wire {
        Wire::Kind(kind) => {
            let name = kind.ident();
            let constants = quote! {
                type Kind = #p::kind::#name;
                const RANGE: #p::NumberRange = #of_field.converted();
                const SENSITIVE: bool = #own_sensitive;
            };
            (constants, kind.is_key())
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
            let (kind, range, sensitive) = (inner("Kind"), inner("RANGE"), inner("SENSITIVE"));
            let sensitive = if own_sensitive {
                quote!(true)
            } else {
                sensitive
            };
            let constants = quote! {
                type Kind = #kind;
                const RANGE: #p::NumberRange = #range.of_newtype(#of_field);
                const SENSITIVE: bool = #sensitive;
            };
            (constants, true)
        }
    };
    let value = value_generics(&generics, &p);
    let value_clause = &value.where_clause;
    let (impl_generics, parameters, clause) = generics.split_for_impl();
    let verify = verify::of_type(&parsed, &p);
    let key = is_key.then(|| {
        quote! {
            #[automatically_derived]
            impl #impl_generics #p::KeyField for #ident #parameters #value_clause {
                type Field = Self;
                type Arg<'dynacond> = &'dynacond Self where Self: 'dynacond;
                const TEXT: #p::KeyText = #p::KeyText::Free;
                fn arg<'dynacond>(dynacond_field: &'dynacond Self) -> &'dynacond Self where Self: 'dynacond {
                    dynacond_field
                }
                fn value<'dynacond>(dynacond_arg: &&'dynacond Self) -> #p::KeyPart where Self: 'dynacond {
                    #p::key_value(*dynacond_arg)
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

/// The trait that answers for types that do not answer for themselves. The import is used here at least.
fn probe(p: &TokenStream) -> TokenStream {
    quote! {
        use #p::Unmarked as _;
        const _: bool = #p::Probe::<#p::Nothing>::SENSITIVE;
    }
}

impl Struct<'_> {
    pub(crate) fn private(&self, span: Span) -> TokenStream {
        private(self.attr.krate.as_ref(), span)
    }

    fn written(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.is_written())
    }

    /// The struct of attributes, and what it needs.
    fn attributes(&self, place: impl Fn(&Field) -> Place) -> TokenStream {
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

    /// The values of its fields.
    fn values(
        &self,
        place: impl Fn(&Field) -> Place,
        of_item: Option<&TokenStream>,
    ) -> TokenStream {
        let p = self.private(Span::call_site());
        let values = self.written().map(|field| {
            let (ident, wire) = (&field.ident, &field.wire);
            let marks = self.marks(field, &p);
            let new = match place(field) {
                Place::Free => quote!(new),
                Place::PrimaryKey => quote!(primary_key),
                Place::InKeyTemplate => quote!(in_key_template),
                Place::Version => quote!(version),
                Place::InIndex => quote!(indexed),
                Place::InKey => return quote!(#ident: #p::StoredInKey::new(),),
                Place::Variant(tagging) => {
                    return quote!(#ident: #p::Attribute::variant(&#tagging, #marks),);
                }
            };
            let name = known_name(wire);
            quote!(#ident: #p::Attribute::#new(#name, #marks #of_item),)
        });
        let values: TokenStream = values.collect();
        if values.is_empty() && !self.generics.params.is_empty() {
            return quote!(of: ::core::marker::PhantomData);
        }
        values
    }

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

    /// `HexOfColour`, for the field `colour` under the module `hex`: the compiler's messages show this name.
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
    fn codec(&self, field: &Field) -> Option<TokenStream> {
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

    fn model(&self, model: &Model<'_>) -> TokenStream {
        let p = self.private(Span::call_site());
        let (name, table) = (self.ident.unraw().to_string(), model.table);
        let partition = self.key_attribute(&model.partition_key, &model.key_fields);
        let sort = optional(
            model
                .sort_key
                .as_ref()
                .map(|key| self.key_attribute(key, &model.key_fields)),
        );
        let indexes = self.index_schemas(&model.indexes);
        let stamp = |name: &Option<String>| optional(name.as_ref().map(ToTokens::to_token_stream));
        let (version, write_id) = (stamp(&model.version), stamp(&model.write_id));
        let templates = model.keys().filter_map(|key| match key {
            Key::Template(template, _) => Some(template.name.value()),
            Key::Field(_) => None,
        });
        let fixed = templates.chain(model.key_fields.iter().map(|field| field.wire.clone()));
        let tag = self.serde.tag.iter().map(syn::LitStr::value);
        let attributes = || self.written().filter(|field| field.is_attribute());
        let known = tag.chain(attributes().map(|field| field.wire.clone()));
        let marks = attributes().map(|field| {
            let (wire, marks) = (&field.wire, self.marks(field, &p));
            quote!((#wire, #marks))
        });
        let flattened = self.flattened().map(|field| {
            let ty = option(&field.ty).unwrap_or(&field.ty);
            let withheld = self.withheld(field, &p);
            quote!(#p::Flattened::new(#p::Probe::<#ty>::NAMES, #withheld))
        });
        quote! {
            #p::Model::new(
                #name, #table, #partition, #sort, #version, #write_id,
                &[#(#fixed),*], &[#(#known),*], &[#(#marks),*], &[#(#flattened),*], #indexes,
            )
        }
    }

    fn flattened(&self) -> impl Iterator<Item = &Field> {
        let flattened = |field: &&Field| {
            field.serde.flatten.is_some() && field.serde.skip_serializing.is_none()
        };
        self.fields.iter().filter(flattened)
    }

    /// The names of what a document writes, unless serde's `flatten` adds others.
    pub(crate) fn names_written(&self) -> TokenStream {
        let tag = self.serde.tag.iter().map(syn::LitStr::value);
        let names = tag.chain(self.written().map(|field| field.wire.clone()));
        optional(
            self.flattened()
                .next()
                .is_none()
                .then(|| quote!(&[#(#names),*])),
        )
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
            fn mirror_version(&mut self, dynacond_version: u64) {
                self.#ident = #value(dynacond_version);
            }
        })
    }
}

fn is_snake_case(ident: &Ident) -> bool {
    let name = ident.unraw().to_string();
    !name.contains("__") && !name.contains(char::is_uppercase)
}
