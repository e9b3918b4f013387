//! The generated key: its functions, what the model says of it, and the proof that its templates are unambiguous.
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{WherePredicate, parse_quote};

use crate::check::key::{Key, Part};
use crate::check::model::Model;
use crate::expand::paths::{at, ends, optional, type_parameters};
use crate::parse::ast::{Field, Stored, Struct, option};
use crate::parse::template::Template;
use crate::parse::tokens::{mentions, with_static_lifetimes};

const AMBIGUOUS: &str = "this key template is ambiguous: two different keys could be written as the same string; put text such as `#` between two fields, and next to a number a character that is not a digit or a sign";

const PADDED: &str = "a key template pads unsigned integers: text is not padded, and a sign before padding would not sort as numbers do";

const SENSITIVE: &str = "a key is never `sensitive`, and this type is: keys name the item in errors and traces; store a hash or an id without meaning as the key";

const BINARY: &str = "a key template takes strings and numbers, and this field is stored as binary";

/// The lifetimes in a field's type.
#[derive(Clone, Copy)]
pub(crate) enum Life {
    /// The struct's.
    Own,
    /// `'static`: what `key(..)` takes borrows from no struct.
    Static,
}

impl Struct<'_> {
    /// The type that represents a field of the key.
    pub(crate) fn key_type(&self, field: &Field, life: Life) -> TokenStream {
        // A field of an index may be `None`, and is then not in the index; a field of the table's key may not.
        let ty = match field.stored() {
            Stored::Own(ty) if !self.is_in_primary_key(field) => {
                option(ty).unwrap_or(ty).to_token_stream()
            }
            Stored::Own(ty) | Stored::With(ty) => ty.to_token_stream(),
            Stored::As {
                kind,
                ty,
                optional: true,
                by,
            } if !self.is_in_primary_key(field) => self.as_type(field, kind, ty, by),
            Stored::As { .. } => self.attribute_type(field),
        };
        match life {
            Life::Own => ty,
            Life::Static => with_static_lifetimes(ty),
        }
    }

    /// The type of a field of a key, as functions take it that know no struct.
    pub(crate) fn static_type(&self, field: &Field) -> TokenStream {
        self.key_type(field, Life::Static)
    }

    /// `<String as KeyField>::value`. All of it has the span of the field's type, so errors point there.
    fn of_key(&self, field: &Field, life: Life, member: &str) -> TokenStream {
        let ty = self.key_type(field, life);
        let (start, end) = ends(&field.ty);
        let (p, member) = (self.private(end), Ident::new(member, end));
        let open = quote_spanned!(start=> <);
        quote_spanned!(end=> #open #ty as #p::KeyField>::#member)
    }

    /// The data type of a key field. It is read through `KeyField`, so a type that cannot be a key is one error.
    pub(crate) fn scalar(&self, field: &Field) -> TokenStream {
        let (start, end) = ends(&field.ty);
        let p = self.private(end);
        let open = quote_spanned!(start=> <);
        let stored = field.stored();
        let kind = if let Stored::As { kind, optional, .. } = stored
            && !(optional && self.is_in_primary_key(field))
        {
            let kind = kind.ident();
            quote_spanned!(end=> #p::kind::#kind)
        } else {
            let ty = if self.is_generic(field) {
                self.key_type(field, Life::Static)
            } else {
                self.of_key(field, Life::Static, "Field")
            };
            quote_spanned!(end=> #open #ty as #p::AttributeType>::Kind)
        };
        quote_spanned!(end=> #open #kind as #p::KeyKind>::SCALAR)
    }

    /// Whether only the type's parameters tell the field's type.
    fn is_generic(&self, field: &Field) -> bool {
        let constants = self
            .generics
            .const_params()
            .map(|parameter| parameter.ident.to_string());
        let parameters: Vec<_> = type_parameters(&self.generics)
            .into_iter()
            .chain(constants)
            .collect();
        mentions(self.key_type(field, Life::Own), &parameters)
    }

    /// What a key of the type's parameters must be.
    pub(crate) fn key_bounds(&self, field: &Field) -> Vec<WherePredicate> {
        if !self.is_generic(field) {
            return Vec::new();
        }
        let p = self.private(Span::call_site());
        let own = &field.ty;
        let field_static = with_static_lifetimes(own.to_token_stream());
        let (ty, ty_static) = (
            self.key_type(field, Life::Own),
            self.key_type(field, Life::Static),
        );
        vec![
            parse_quote!(#ty: #p::KeyField<Field = #own>),
            parse_quote!(#ty_static: #p::KeyField<Field = #field_static> + 'static),
            parse_quote!(<#ty_static as #p::AttributeType>::Kind: #p::KeyKind),
        ]
    }

    /// The types of these fields, as a tuple.
    pub(crate) fn key_types(&self, fields: &[&Field]) -> TokenStream {
        let types = fields.iter().map(|field| self.static_type(field));
        quote!((#(#types,)*))
    }

    /// `type KeyFields = (String,);`. If a type is private, the compiler points at the field's type.
    pub(crate) fn fields_of_key(&self, name: &str, fields: &[&Field]) -> TokenStream {
        let types = self.key_types(fields);
        let (start, end) = match fields {
            [only] => ends(&only.ty),
            _ => (Span::call_site(), Span::call_site()),
        };
        let (keyword, semicolon) = (quote_spanned!(start=> type), quote_spanned!(end=> ;));
        let name = Ident::new(name, Span::call_site());
        quote!(#keyword #name = #types #semicolon)
    }

    pub(crate) fn key_functions(&self, model: &Model<'_>) -> TokenStream {
        let fields = &model.key_fields;
        let krate = at(self.attr.krate.as_ref(), Span::call_site());
        let own = fields.iter().map(|field| {
            let (own, ident) = (self.of_key(field, Life::Own, "own"), &field.ident);
            let field = borrowed(field, quote!(self.#ident));
            quote!(#own(#field))
        });
        let types = self.fields_of_key("KeyFields", fields);
        quote! {
            #types
            fn to_key(&self) -> #krate::Key<Self> {
                #krate::Key::from_fields([#(#own),*])
            }
        }
    }

    /// What the model says of a key attribute; `fields` are those that its values are given for.
    pub(crate) fn key_attribute(&self, key: &Key<'_>, fields: &[&Field]) -> TokenStream {
        let p = self.private(Span::call_site());
        match key {
            Key::Field(field) => {
                let (wire, scalar, index) = (&field.wire, self.scalar(field), place(field, fields));
                quote!(#p::KeyAttribute::field(#wire, #scalar, #index))
            }
            Key::Template(Template { name, .. }, parts) => {
                let parts = self.template_parts(parts, fields, Span::call_site());
                quote!(#p::KeyAttribute::template(#name, &[#(#parts),*]))
            }
        }
    }

    fn template_parts(
        &self,
        parts: &[Part<'_>],
        fields: &[&Field],
        span: Span,
    ) -> Vec<TokenStream> {
        let p = self.private(span);
        let parts = parts.iter().map(|part| match part {
            Part::Literal(text) => quote!(#p::TemplatePart::Literal(#text)),
            Part::Field(field, width) => {
                let (index, name, wire) = (
                    place(field, fields),
                    field.ident.unraw().to_string(),
                    &field.wire,
                );
                let text = self.of_key(field, Life::Static, "TEXT");
                let in_key = optional(field.attr.in_key.map(|_| self.scalar(field)));
                quote!(#p::TemplatePart::Field(#p::TemplateField {
                    index: #index, name: #name, wire: #wire, text: #text, width: #width, in_key: #in_key,
                }))
            }
        });
        parts.collect()
    }

    /// That no key is of a sensitive type, and that key templates write different texts for different keys, of strings and
    /// numbers only. Those that are `generic` are known when the type's parameters are.
    pub(crate) fn assertions(&self, model: &Model<'_>, generic: bool) -> Vec<TokenStream> {
        let mut assertions = Vec::new();
        let of_indexes: Vec<_> = model
            .indexes
            .iter()
            .map(|index| (index, index.fields()))
            .collect();
        let of_indexes_fields = of_indexes.iter().flat_map(|(_, fields)| fields);
        let mut told: Vec<&Ident> = Vec::new();
        for field in model.key_fields.iter().chain(of_indexes_fields) {
            if told.contains(&&field.ident) {
                continue;
            }
            told.push(&field.ident);
            if self.is_generic(field) == generic {
                let span = field.ty.span();
                let (p, ty) = (self.private(span), self.key_type(field, Life::Static));
                assertions.push(quote_spanned! {span=>
                    ::core::assert!(!#p::Probe::<#ty>::SENSITIVE, #SENSITIVE)
                });
                // The marker of a declared data type does not know what the field's own type says.
                if !matches!(field.stored(), Stored::Own(_)) {
                    let own = with_static_lifetimes(field.ty.to_token_stream());
                    assertions.push(quote_spanned! {span=> {
                        #[allow(unused_imports)]
                        use #p::Unmarked as _;
                        ::core::assert!(!#p::Probe::<#own>::SENSITIVE, #SENSITIVE)
                    }});
                }
            }
        }
        let of_table = model.keys().map(|key| (key, &model.key_fields));
        let of_indexes = of_indexes
            .iter()
            .flat_map(|(index, fields)| index.keys().map(move |key| (key, fields)));
        for (key, all) in of_table.chain(of_indexes) {
            let Key::Template(template, parts) = key else {
                continue;
            };
            let fields = key.fields();
            for field in fields
                .iter()
                .filter(|field| self.is_generic(field) == generic)
            {
                let scalar = self.scalar(field);
                let krate = at(self.attr.krate.as_ref(), field.ty.span());
                assertions.push(quote_spanned! {field.ty.span()=>
                    ::core::assert!(!::core::matches!(#scalar, #krate::DataType::B), #BINARY)
                });
            }
            let padded = parts
                .iter()
                .any(|part| matches!(part, Part::Field(_, width) if *width > 0));
            // One field, or none, has nothing to be confused with.
            if !padded && fields.len() < 2
                || fields.iter().any(|field| self.is_generic(field)) != generic
            {
                continue;
            }
            let span = template.value.span();
            let p = self.private(span);
            let mut demand = |test: &str, text: &str| {
                let test = Ident::new(test, span);
                let parts = self.template_parts(parts, all, span);
                assertions.push(
                    quote_spanned! {span=> ::core::assert!(#p::#test(&[#(#parts),*]), #text)},
                );
            };
            if padded {
                demand("template_pads_integers", PADDED);
            }
            if fields.len() > 1 {
                demand("template_is_injective", AMBIGUOUS);
            }
        }
        assertions
    }
}

/// Where a field is among others.
fn place(field: &Field, fields: &[&Field]) -> usize {
    let place = fields.iter().position(|other| other.ident == field.ident);
    place.unwrap_or_default()
}

/// `&(..)`, at the field's type.
fn borrowed(field: &Field, inner: TokenStream) -> TokenStream {
    let (start, end) = ends(&field.ty);
    let mut group = Group::new(Delimiter::Parenthesis, inner);
    group.set_span(end);
    quote_spanned!(start=> &#group)
}
