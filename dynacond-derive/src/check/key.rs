//! Keys: of fields or of templates, and what their fields may be.
use syn::ext::IdentExt;

use crate::parse::ast::{Field, Stored};
use crate::parse::errors::Errors;
use crate::parse::kind::Kind;
use crate::parse::template::Template;

#[derive(Clone)]
pub(crate) enum Key<'a> {
    Field(&'a Field),
    Template(&'a Template, Vec<Part<'a>>),
}

#[derive(Clone, Copy)]
pub(crate) enum Part<'a> {
    Literal(&'a str),
    /// A field, and the digits that it is padded to, or 0.
    Field(&'a Field, usize),
}

impl<'a> Key<'a> {
    /// Whether the field is this key attribute.
    pub(super) fn is_field(&self, field: &Field) -> bool {
        matches!(self, Self::Field(own) if own.ident == field.ident)
    }

    pub(crate) fn fields(&self) -> Vec<&'a Field> {
        match self {
            Self::Field(field) => vec![field],
            Self::Template(_, parts) => parts
                .iter()
                .filter_map(|part| match part {
                    Part::Field(field, _) => Some(*field),
                    Part::Literal(_) => None,
                })
                .collect(),
        }
    }
}

/// As many fields as `key(..)` and `partition(..)` take in one tuple.
const MAX_FIELDS: usize = 12;

/// The fields of a key, or of the partition key of an index, fit in one tuple.
pub(super) fn check_count(fields: &[&Field], errors: &mut Errors) {
    if let Some(field) = fields.get(MAX_FIELDS) {
        let ident = field.ident.unraw();
        errors.at(field.ident.span(), format!("a key is made of at most {MAX_FIELDS} fields, and `{ident}` is one more: make one field of several, or take fewer into the templates"));
    }
}

/// The fields that keys are made of, in order of first appearance.
pub(crate) fn fields_of<'k, 'a: 'k>(keys: impl IntoIterator<Item = &'k Key<'a>>) -> Vec<&'a Field> {
    let mut fields: Vec<&Field> = Vec::new();
    for field in keys.into_iter().flat_map(Key::fields) {
        if !fields.iter().any(|known| known.ident == field.ident) {
            fields.push(field);
        }
    }
    fields
}

/// A field that is stored in the key alone is one of a template.
pub(super) fn in_key(field: &Field, key_fields: &[&Field], errors: &mut Errors) {
    let Some(span) = field.attr.in_key else {
        return;
    };
    let ident = field.ident.unraw();
    if field.attr.partition_key.is_some() || field.attr.sort_key.is_some() {
        errors.at(span, format!("`in_key` is for fields of key templates: `{ident}` is a key attribute already, which is stored once"));
    } else if !key_fields.iter().any(|key| key.ident == field.ident) {
        errors.at(span, format!("a field that is stored in the key alone must be in the key: no template of `partition_key` or `sort_key` has `{{{ident}}}`"));
    }
}

/// A field that makes a key is written and read as itself.
pub(crate) fn key_field(field: &Field, errors: &mut Errors) {
    let plain = field.attr.partition_key.is_some() || field.attr.sort_key.is_some();
    let serde = &field.serde;
    let skipped = [
        serde.skip_serializing,
        serde.skip_deserializing,
        serde.flatten,
    ];
    if let Some(span) = skipped.into_iter().flatten().next() {
        let ident = field.ident.unraw();
        errors.at(span, format!("a field of a key is written and read, and `{ident}` makes the key: no `skip`, no `flatten`"));
    }
    if let Some(span) = field.attr.sensitive {
        errors.at(span, format!("a key is never `sensitive`, and `{}` makes the key: keys name the item in errors and traces; store a hash or an id without meaning as the key, or leave `sensitive` out (`Store::builder(..).trace_keys(false)` keeps keys out of traces)", field.ident.unraw()));
    }
    if let Some((kind, span)) = field.attr.stored_as
        && plain
        && !matches!(kind, Kind::String | Kind::Number | Kind::Binary)
    {
        errors.at(span, "DynamoDB's keys are stored as S, N or B");
    }
    if plain && let Stored::With(_) = field.stored() {
        let span = serde
            .codec
            .as_ref()
            .map_or_else(|| field.ident.span(), |codec| codec.span);
        errors.at(
            span,
            "a key under `with` needs its type: `#[dynacond(stored_as = \"S\")]` (or N, or B)",
        );
    }
}
