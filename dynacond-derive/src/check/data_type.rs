//! `#[derive(AttributeType)]`: what serde writes for an enum or a newtype.
use syn::{Data, DataEnum, DeriveInput, Error, Field, Fields, Generics, Result, Type, Variant};

use crate::parse::ast::{known_kind, krate};
use crate::parse::attr;
use crate::parse::errors::{Derive, Errors};
use crate::parse::kind::Kind;
use crate::parse::serde_attr;
use crate::parse::shape::{aliased_field, aliased_variant};
use crate::parse::tokens::{generics, itself, without_self};

/// A type and what it is stored as.
pub(crate) struct DataType {
    pub(crate) attr: attr::Container,
    pub(crate) generics: Generics,
    pub(crate) wire: Wire,
    /// The types of its fields, and of those of its variants.
    pub(crate) fields: Vec<Type>,
}

pub(crate) enum Wire {
    Kind(Kind),
    /// As another type is stored.
    Of(Box<Type>),
}

impl DataType {
    pub(crate) fn parse(input: &DeriveInput) -> Result<Self> {
        let mut errors = Errors::default();
        let attr = attr::Container::parse(&input.attrs, Derive::AttributeType, &mut errors);
        let inner: Vec<&[syn::Attribute]> = match &input.data {
            Data::Struct(data) => data
                .fields
                .iter()
                .map(|field| field.attrs.as_slice())
                .collect(),
            Data::Enum(data) => {
                let fields = data
                    .variants
                    .iter()
                    .flat_map(|variant| &variant.fields)
                    .map(|field| field.attrs.as_slice());
                data.variants
                    .iter()
                    .map(|variant| variant.attrs.as_slice())
                    .chain(fields)
                    .collect()
            }
            Data::Union(_) => Vec::new(),
        };
        for attributes in inner {
            attr::OnField::parse(attributes, Derive::AttributeType, &mut errors);
        }
        names(
            &input.data,
            &serde_attr::Container::parse(&input.attrs),
            &mut errors,
        );
        let written = wire(input, &krate(&attr));
        let wire = match (attr.stored_as, written) {
            // A moment stays one if its data type is said as well.
            (Some((Kind::Number, _)), Ok(Wire::Kind(Kind::Moment))) => {
                Some(Wire::Kind(Kind::Moment))
            }
            (Some((kind, _)), _) => Some(Wire::Kind(kind)),
            (None, written) => written.map_err(|error| errors.push(error)).ok(),
        };
        errors.or(wire).map(|wire| Self {
            attr,
            generics: generics(input),
            wire,
            fields: fields(input),
        })
    }
}

fn fields(input: &DeriveInput) -> Vec<Type> {
    let fields: Vec<&Field> = match &input.data {
        Data::Struct(data) => data.fields.iter().collect(),
        Data::Enum(data) => data
            .variants
            .iter()
            .flat_map(|variant| &variant.fields)
            .collect(),
        Data::Union(_) => Vec::new(),
    };
    let written = fields.into_iter().filter(|field| {
        serde_attr::OnField::parse(&field.attrs)
            .skip_serializing
            .is_none()
    });
    written
        .map(|field| without_self(&field.ty, &itself(input)))
        .collect()
}

/// What is stored as a map has attributes, and each has one name. A variant's name is one if its data stand under it; as the
/// text of an enum without data, or of a tag, it is a value, and may be read under several.
fn names(data: &Data, serde: &serde_attr::Container, errors: &mut Errors) {
    if serde.conversion.is_some() || serde.transparent.is_some() {
        return;
    }
    match data {
        Data::Struct(data) => field_names(&data.fields, errors),
        Data::Enum(data) => {
            let tagged = serde.tag.is_some() || serde.untagged.is_some();
            for variant in &data.variants {
                let own = serde_attr::OnField::parse(&variant.attrs);
                let is_unit = matches!(variant.fields, Fields::Unit);
                if !is_stored(&own) {
                    continue;
                }
                if !(is_unit || tagged || own.untagged.is_some()) {
                    aliased_variant(&own, errors);
                }
                field_names(&variant.fields, errors);
            }
        }
        Data::Union(_) => {}
    }
}

fn field_names(fields: &Fields, errors: &mut Errors) {
    for field in fields.iter().filter(|field| field.ident.is_some()) {
        let own = serde_attr::OnField::parse(&field.attrs);
        if is_stored(&own) {
            aliased_field(&own, None, errors);
        }
    }
}

/// Whether it is both written and read, under a name.
const fn is_stored(serde: &serde_attr::OnField) -> bool {
    serde.skip_serializing.is_none()
        && serde.skip_deserializing.is_none()
        && serde.flatten.is_none()
}

fn wire(input: &DeriveInput, krate: &str) -> Result<Wire> {
    let serde = serde_attr::Container::parse(&input.attrs);
    let error = |text: &str| {
        Err(Error::new(
            input.ident.span(),
            format!("`#[derive(AttributeType)]` takes an enum or a newtype: {text}"),
        ))
    };
    if let Some(written) = serde.into {
        return Ok(Wire::Of(Box::new(without_self(&written, &itself(input)))));
    }
    match &input.data {
        Data::Enum(data) => of_enum(data, &serde, input),
        Data::Struct(data) => {
            let transparent = serde.transparent.is_some();
            let mut fields = data
                .fields
                .iter()
                .filter(|field| !transparent || is_transparent(field));
            match (fields.next(), fields.next(), &data.fields) {
                (Some(field), None, fields)
                    if transparent || matches!(fields, Fields::Unnamed(_)) =>
                {
                    of_newtype(field, input, krate)
                }
                (_, _, Fields::Named(_)) => {
                    error("a struct stored as a map has `#[derive(Document)]`")
                }
                (_, _, Fields::Unnamed(_)) => error(
                    "a struct of several is stored as a list; say so by `#[dynacond(stored_as = \"L\")]`",
                ),
                (_, _, Fields::Unit) => error(
                    "a unit struct is stored as null; say so by `#[dynacond(stored_as = \"NULL\")]`",
                ),
            }
        }
        Data::Union(_) => error("serde writes no unions"),
    }
}

/// Whether a field of a `#[serde(transparent)]` struct may be the one that is written.
fn is_transparent(field: &Field) -> bool {
    let phantom = match &field.ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == "PhantomData"),
        _ => false,
    };
    !phantom
        && serde_attr::OnField::parse(&field.attrs)
            .skip_serializing
            .is_none()
}

fn of_newtype(field: &Field, input: &DeriveInput, krate: &str) -> Result<Wire> {
    match serde_attr::OnField::parse(&field.attrs).codec {
        None => Ok(Wire::Of(Box::new(without_self(&field.ty, &itself(input))))),
        Some(codec) => known_kind(&codec, krate).map(|(kind, _)| Wire::Kind(kind)).ok_or_else(|| {
            Error::new(codec.span, "a newtype under `with` needs its type: `#[dynacond(stored_as = \"S\")]` on the struct (or another of DynamoDB's types)")
        }),
    }
}

pub(crate) fn of_enum(
    data: &DataEnum,
    serde: &serde_attr::Container,
    input: &DeriveInput,
) -> Result<Wire> {
    const SAY: &str =
        "say the one it has: `#[dynacond(stored_as = \"S\")]` (or another of DynamoDB's types)";
    let written = |variant: &&Variant| {
        serde_attr::OnField::parse(&variant.attrs)
            .skip_serializing
            .is_none()
    };
    let variants: Vec<&Variant> = data.variants.iter().filter(written).collect();
    let untagged = variants
        .iter()
        .find_map(|variant| serde_attr::OnField::parse(&variant.attrs).untagged);
    if let Some(span) = serde.untagged.or(untagged) {
        return Err(Error::new(
            span,
            format!(
                "an attribute has one type, and an untagged enum can be stored as several: add `#[serde(tag = \"…\")]` to make it a map always, or {SAY}"
            ),
        ));
    }
    let units = variants
        .iter()
        .filter(|variant| matches!(variant.fields, Fields::Unit))
        .count();
    if serde.tag.is_some() {
        Ok(Wire::Kind(Kind::Map))
    } else if units == variants.len() {
        Ok(Wire::Kind(Kind::String))
    } else if units == 0 {
        Ok(Wire::Kind(Kind::Map))
    } else {
        Err(Error::new(
            input.ident.span(),
            "an attribute has one type, and this enum is stored as a string without data, as a map with data: add `#[serde(tag = \"…\")]` to make it a map always",
        ))
    }
}

/// Whether an enum is always stored as a map.
pub(crate) fn is_map(data: &DataEnum, input: &DeriveInput) -> bool {
    let serde = serde_attr::Container::parse(&input.attrs);
    matches!(of_enum(data, &serde, input), Ok(Wire::Kind(Kind::Map)))
}
