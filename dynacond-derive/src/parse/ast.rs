//! The parsed input: what the user wrote, before it is judged.
use proc_macro2::{Ident, Span};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::{
    Attribute, Data, DeriveInput, Fields, GenericArgument, Generics, Meta, PathArguments, Type,
    Visibility,
};

use crate::parse::attr;
use crate::parse::errors::{Derive, Errors};
use crate::parse::kind::Kind;
use crate::parse::serde_attr::{self, rename_field};
use crate::parse::shape::wrong_shape;
use crate::parse::template::Piece;
use crate::parse::tokens::{generics, itself, mentions, without_self};

/// A struct with named fields.
pub(crate) struct Struct<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) vis: &'a Visibility,
    pub(crate) generics: Generics,
    pub(crate) attr: attr::Container,
    pub(crate) serde: serde_attr::Container,
    pub(crate) fields: Vec<Field>,
    /// The struct of its attributes.
    pub(crate) attributes: Ident,
    /// The name of the parts of its sort key.
    pub(crate) sort_key: Ident,
    /// Whether an attribute was not understood, so that what seems to be missing may be there.
    pub(crate) misread: bool,
}

pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) ty: Type,
    pub(crate) attr: attr::OnField,
    pub(crate) serde: serde_attr::OnField,
    /// The name that serde writes.
    pub(crate) wire: String,
    /// What dynacond is called here.
    krate: String,
}

impl<'a> Struct<'a> {
    /// Anything else is a mistake. The message says what is accepted.
    pub(crate) fn parse(
        input: &'a DeriveInput,
        derive: Derive,
        errors: &mut Errors,
    ) -> Option<Self> {
        // A document that has a table is an item as well, and its attributes are those of both.
        let attributes_of = match derive {
            Derive::Document if attr::names_table(&input.attrs) => Derive::Versioned,
            derive => derive,
        };
        let attr = attr::Container::parse(&input.attrs, attributes_of, errors);
        let serde = serde_attr::Container::parse(&input.attrs);
        let fields = match &input.data {
            Data::Struct(data) => match &data.fields {
                Fields::Named(fields) => Ok(&fields.named),
                Fields::Unnamed(_) => Err("a tuple struct"),
                Fields::Unit => Err("a unit struct"),
            },
            Data::Enum(_) => Err("an enum"),
            Data::Union(_) => Err("a union"),
        };
        let fields = match fields {
            Ok(fields) => fields,
            Err(found) => {
                wrong_shape(&input.ident, derive, found, errors);
                return None;
            }
        };
        let itself = itself(input);
        let krate = krate(&attr);
        let fields = fields
            .iter()
            .filter_map(|field| {
                let ident = field.ident.clone()?;
                let own = serde_attr::OnField::parse(&field.attrs);
                let wire = wire_name(&ident, &own, &serde);
                Some(Field {
                    vis: field.vis.clone(),
                    docs: field
                        .attrs
                        .iter()
                        .filter(|attribute| is_doc(attribute))
                        .cloned()
                        .collect(),
                    ty: without_self(&field.ty, &itself),
                    attr: attr::OnField::parse(&field.attrs, attributes_of, errors),
                    serde: own,
                    wire,
                    krate: krate.clone(),
                    ident,
                })
            })
            .collect();
        let generics = generics(input);
        let attributes = unused_ident(input, "Attributes");
        let sort_key = unused_ident(input, "SortKey");
        let misread = !errors.is_empty();
        Some(Self {
            ident: &input.ident,
            vis: &input.vis,
            generics,
            attr,
            serde,
            fields,
            attributes,
            sort_key,
            misread,
        })
    }

    /// Whether the table's key is made of the field.
    pub(crate) fn is_in_primary_key(&self, field: &Field) -> bool {
        let templates = [&self.attr.partition_key, &self.attr.sort_key];
        let pieces = templates
            .into_iter()
            .flatten()
            .flat_map(|template| &template.pieces);
        let named = |piece: &Piece| matches!(piece, Piece::Field { name, .. } if field.ident.unraw() == name);
        field.attr.partition_key.is_some()
            || field.attr.sort_key.is_some()
            || pieces.into_iter().any(named)
    }

    /// The field of a Rust name, without `r#`.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.ident.unraw() == name)
    }
}

pub(crate) fn is_doc(attribute: &Attribute) -> bool {
    matches!(&attribute.meta, Meta::NameValue(pair) if pair.path.is_ident("doc"))
}

/// As serde's derive finds it.
fn wire_name(
    ident: &Ident,
    own: &serde_attr::OnField,
    container: &serde_attr::Container,
) -> String {
    let rust = ident.unraw().to_string();
    let renamed = own.rename.as_ref().and_then(|names| names.written.clone());
    let rule = container
        .rename_all
        .as_ref()
        .and_then(|names| names.written.as_deref());
    renamed
        .or_else(|| rule.and_then(|rule| rename_field(&rust, rule)))
        .unwrap_or(rust)
}

/// `OrderAttributes`, unless the user has a type of this name in sight.
fn unused_ident(input: &DeriveInput, suffix: &str) -> Ident {
    let name = input.ident.unraw();
    let mut ident = format_ident!("{name}{suffix}", span = Span::call_site());
    let tokens = input.to_token_stream();
    while mentions(tokens.clone(), &[ident.to_string()]) {
        ident = format_ident!("{ident}OfItem", span = Span::call_site());
    }
    ident
}

/// The name of the crate, as paths to its modules begin.
pub(crate) fn krate(attr: &attr::Container) -> String {
    let last = attr.krate.as_ref().and_then(|path| path.segments.last());
    last.map_or_else(
        || "dynacond".to_owned(),
        |segment| segment.ident.to_string(),
    )
}

/// How a field's value becomes an attribute value.
pub(crate) enum Stored<'a> {
    /// By its type.
    Own(&'a Type),
    /// As said; the type inside of an `Option`, where it is optional.
    As {
        kind: Kind,
        ty: &'a Type,
        optional: bool,
        by: By,
    },
    /// By a `with` module of which nothing is known.
    With(&'a Type),
}

/// What writes a value of which the data type is said.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum By {
    /// The type's own `Serialize`.
    Type,
    /// `serde_bytes`.
    Bytes,
    /// A `with` module, which takes the type.
    Module,
    /// A `with` module, which takes the `Option`.
    ModuleOfOption,
}

impl Field {
    pub(crate) fn stored(&self) -> Stored<'_> {
        let codec = self.serde.codec.as_ref();
        let known = codec.and_then(|codec| known_kind(codec, &self.krate));
        let said = self.attr.stored_as.map(|(kind, _)| kind);
        let inner = option(&self.ty);
        let (kind, by) = match (said, known, codec) {
            (_, Some((kind, by)), _) if said.is_none_or(|said| said == kind) => (kind, by),
            (Some(kind), _, None) => (kind, By::Type),
            // Modules that are not known are written for the type of the field.
            (Some(kind), _, Some(_)) if inner.is_some() => (kind, By::ModuleOfOption),
            (Some(kind), _, Some(_)) => (kind, By::Module),
            (None, _, Some(_)) => return Stored::With(&self.ty),
            (None, _, None) => return Stored::Own(&self.ty),
        };
        Stored::As {
            kind,
            ty: inner.unwrap_or(&self.ty),
            optional: inner.is_some(),
            by,
        }
    }

    /// Whether something reads or writes it in its type's place, which may scale a number.
    pub(crate) const fn is_converted(&self) -> bool {
        self.serde.codec.is_some() || self.serde.deserialize_with
    }

    /// Whether serde writes it under its name.
    pub(crate) const fn is_written(&self) -> bool {
        self.serde.skip_serializing.is_none() && self.serde.flatten.is_none()
    }

    /// Whether the item has an attribute of its name.
    pub(crate) const fn is_attribute(&self) -> bool {
        self.is_written() && self.attr.in_key.is_none()
    }
}

/// The data types that the modules of dynacond, `serde_dynamo` and `serde_bytes` write. They take any type, and the type in an `Option`.
pub(crate) fn known_kind(codec: &serde_attr::Codec, krate: &str) -> Option<(Kind, By)> {
    let mut segments: Vec<String> = codec
        .path
        .path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    if !codec.module && segments.last().is_some_and(|last| last == "serialize") {
        segments.pop();
    }
    let last = segments.pop()?;
    let of = |name: &str| segments.iter().any(|segment| segment == name);
    let kind = match last.as_str() {
        "serde_bytes" => return Some((Kind::Binary, By::Bytes)),
        "string_set" if of("serde_dynamo") => Kind::StringSet,
        "number_set" if of("serde_dynamo") => Kind::NumberSet,
        "binary_set" if of("serde_dynamo") => Kind::BinarySet,
        "epoch_seconds" | "epoch_millis" if of(krate) => Kind::Moment,
        "exact_number" if of(krate) => Kind::Number,
        "sortable_time" if of(krate) => Kind::String,
        _ => return None,
    };
    Some((kind, By::Module))
}

/// `X` of `Option<X>`, as serde's derive sees it.
pub(crate) fn option(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Group(group) => option(&group.elem),
        Type::Path(path) if path.qself.is_none() => {
            let last = path
                .path
                .segments
                .last()
                .filter(|segment| segment.ident == "Option")?;
            match &last.arguments {
                PathArguments::AngleBracketed(inner) => match inner.args.first()? {
                    GenericArgument::Type(ty) if inner.args.len() == 1 => Some(ty),
                    _ => None,
                },
                _ => None,
            }
        }
        _ => None,
    }
}
