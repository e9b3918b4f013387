//! What the derives accept. Every error points at its own place, and its first line says what is accepted.
//!
//! Types are not judged here: the compiler does it, by the bounds of the generated code.
use std::collections::HashMap;

use syn::ext::IdentExt;
use syn::{LitStr, Result};

use crate::check::index::Index;
use crate::check::key::{Key, Part, check_count, in_key, key_field};
use crate::check::stamp::Reserved;
use crate::parse::ast::{Field, Struct};
use crate::parse::errors::{Derive, Errors};
use crate::parse::kind::Kind;
use crate::parse::serde_attr::{Names, rename_field};
use crate::parse::shape::aliased_field;
use crate::parse::template::{Piece, Template, close};

/// What `#[derive(Versioned)]` found.
pub(crate) struct Model<'a> {
    pub(crate) table: &'a LitStr,
    pub(crate) partition_key: Key<'a>,
    pub(crate) sort_key: Option<Key<'a>>,
    pub(crate) version: Option<String>,
    pub(crate) write_id: Option<String>,
    pub(crate) written_at: Option<String>,
    /// The fields of the key, in order of first appearance.
    pub(crate) key_fields: Vec<&'a Field>,
    pub(crate) indexes: Vec<Index<'a>>,
}

impl Model<'_> {
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Key<'_>> {
        std::iter::once(&self.partition_key).chain(&self.sort_key)
    }

    pub(crate) fn place(&self, field: &Field) -> Place {
        if field.attr.in_key.is_some() {
            Place::InKey
        } else if field.attr.version.is_some() || self.written_at.as_ref() == Some(&field.wire) {
            Place::Version
        } else if self.keys().any(|key| key.is_field(field)) {
            Place::PrimaryKey
        } else if self.key_fields.iter().any(|key| key.ident == field.ident) {
            Place::InKeyTemplate
        } else if self
            .indexes
            .iter()
            .flat_map(Index::keys)
            .any(|key| key.has_in_template(field))
        {
            Place::InIndex
        } else {
            Place::Free
        }
    }
}

/// What may be done with a field's attribute.
pub(crate) enum Place {
    /// Compared and updated.
    Free,
    /// Compared: a key attribute of the table.
    PrimaryKey,
    /// Compared: part of a key template.
    InKeyTemplate,
    /// Compared: it shows the version, or the time of the latest write.
    Version,
    /// It can be compared, and changes only together with the index whose template contains it.
    InIndex,
    /// Nothing: it is stored in the key alone.
    InKey,
    /// Asked for, and led into: a variant with this tagging.
    Variant(Tagging),
}

/// How serde tells a variant from others.
pub(crate) struct Tagging {
    /// The attribute that holds the variant's name, unless the data are found under the name.
    pub(crate) tag: Option<String>,
    /// The attribute for the data, next to the tag.
    pub(crate) content: Option<String>,
    /// The names under which the variant is read: the one that is written first.
    pub(crate) names: Vec<String>,
}

impl Struct<'_> {
    pub(crate) fn versioned(&self, mut errors: Errors) -> Result<Model<'_>> {
        self.names(Derive::Versioned, &mut errors);
        let mut key_fields = Vec::new();
        let partition_key = self.key(true, &mut key_fields, &mut errors);
        let sort_key = self.key(false, &mut key_fields, &mut errors);
        check_count(&key_fields, &mut errors);
        for field in &key_fields {
            key_field(field, &mut errors);
        }
        for field in &self.fields {
            in_key(field, &key_fields, &mut errors);
        }
        let (version, write_id) = self.version(&mut errors);
        let written_at = self.written_at([&version, &write_id], &key_fields, &mut errors);
        let fixed = Reserved {
            version: version.as_ref(),
            write_id: write_id.as_ref(),
            written_at: written_at.as_ref(),
        };
        self.reserved(&fixed, &mut errors);
        self.template_names(&fixed, &mut errors);
        let table = (partition_key.clone(), sort_key.clone());
        let indexes = self.indexes(&table, &fixed, &mut errors);
        self.time_in_no_template(&indexes, &mut errors);
        if self.attr.table.is_none() && !self.misread {
            let text =
                "`#[derive(Versioned)]` needs the name of the table: `#[dynacond(table = \"…\")]`";
            errors.at(self.ident.span(), text);
        }
        let model = self
            .attr
            .table
            .as_ref()
            .zip(partition_key)
            .map(|(table, partition_key)| Model {
                table,
                partition_key,
                sort_key,
                version: version.map(|(name, _)| name),
                write_id: write_id.map(|(name, _)| name),
                written_at: written_at.map(|(name, _)| name),
                key_fields,
                indexes,
            });
        errors.or(model)
    }

    pub(crate) fn document(&self, mut errors: Errors) -> Result<()> {
        self.names(Derive::Document, &mut errors);
        errors.or(Some(()))
    }

    /// Serde reads what it writes and nothing else, and writes no two fields under one name.
    fn names(&self, derive: Derive, errors: &mut Errors) {
        let refused = self.serde.conversion.clone();
        if let Some((span, name)) = refused.or(self
            .serde
            .transparent
            .map(|span| (span, "transparent".to_owned())))
        {
            let text = "accepts a struct that serde writes field by field";
            errors.at(
                span,
                format!(
                    "`#[derive({derive})]` {text}: under `{name}` its attributes are another type's"
                ),
            );
        }
        let mut seen: HashMap<String, String> = HashMap::new();
        if let Some(tag) = &self.serde.tag {
            seen.insert(tag.value(), "`#[serde(tag)]`".to_owned());
        }
        let mut container_told = false;
        for field in &self.fields {
            if let (Some(span), Some(_)) = (field.attr.sensitive, field.serde.flatten) {
                errors.at(span, "`sensitive` marks one attribute, and a flattened field writes several: mark the fields of its type, or the type");
            }
        }
        for field in self.fields.iter().filter(|field| field.is_written()) {
            if field.serde.skip_deserializing.is_none() {
                self.split(field, &mut container_told, errors);
                aliased_field(&field.serde, Some(&field.wire), errors);
            }
            let rust = format!("`{}`", field.ident.unraw());
            let wire = &field.wire;
            if let Some(first) = seen.get(wire) {
                let text = format!(
                    "two fields with one attribute: {first} and {rust} are both written as `{wire}`"
                );
                errors.at(field.ident.span(), text);
            } else {
                seen.insert(wire.clone(), rust);
            }
            if wire.is_empty() {
                errors.at(
                    field.ident.span(),
                    "an attribute's name in DynamoDB is never empty",
                );
            }
        }
    }

    /// `rename(serialize = "a", deserialize = "b")`.
    fn split(&self, field: &Field, container_told: &mut bool, errors: &mut Errors) {
        let rust = field.ident.unraw().to_string();
        let all = self.serde.rename_all.as_ref();
        let rule = all.and_then(|names| names.read.first());
        let by_rule = rule
            .and_then(|rule| rename_field(&rust, rule))
            .unwrap_or(rust);
        let own = field.serde.rename.as_ref();
        let (read, at) = match own {
            Some(Names { read, span, .. }) if !read.is_empty() => (read.clone(), Some(*span)),
            _ => (vec![by_rule], own.or(all).map(|names| names.span)),
        };
        let wire = &field.wire;
        let Some(read) = read.iter().find(|read| *read != wire) else {
            return;
        };
        if own.is_none() && std::mem::replace(container_told, true) {
            return;
        }
        let text =
            "split rename: the name that is written and the name that is read must be the same";
        errors.at(
            at.unwrap_or_else(|| field.ident.span()),
            format!("{text}; serde writes `{wire}` and reads `{read}`"),
        );
    }

    fn key<'a>(
        &'a self,
        partition: bool,
        key_fields: &mut Vec<&'a Field>,
        errors: &mut Errors,
    ) -> Option<Key<'a>> {
        let (name, template) = if partition {
            ("partition_key", self.attr.partition_key.as_ref())
        } else {
            ("sort_key", self.attr.sort_key.as_ref())
        };
        let mark = |field: &Field| {
            if partition {
                field.attr.partition_key
            } else {
                field.attr.sort_key
            }
        };
        let mut marked = self
            .fields
            .iter()
            .filter_map(|field| Some((field, mark(field)?)));
        let first = marked.next();
        let others = template.and(first).into_iter().chain(marked);
        for (_, span) in others {
            let what = name.replace('_', " ");
            errors.at(span, format!("an item has one {what}; several fields make one by a template on the struct: `#[dynacond({name}(name = \"pk\", value = \"{{a}}#{{b}}\"))]`"));
        }
        let key = match (template, first) {
            (Some(template), _) => Some(Key::Template(template, self.parts(template, errors))),
            (None, Some((field, span))) => {
                if partition || field.attr.partition_key.is_none() {
                    Some(Key::Field(field))
                } else {
                    errors.at(
                        span,
                        "partition key and sort key are two attributes: mark another field",
                    );
                    None
                }
            }
            (None, None) => {
                if partition && !self.misread {
                    self.no_partition_key(errors);
                }
                None
            }
        };
        for field in key.iter().flat_map(Key::fields) {
            if !key_fields.iter().any(|known| known.ident == field.ident) {
                key_fields.push(field);
            }
        }
        key
    }

    fn no_partition_key(&self, errors: &mut Errors) {
        let sort = self.fields.iter().find_map(|field| field.attr.sort_key);
        let span = sort.or(self
            .attr
            .sort_key
            .as_ref()
            .map(|template| template.name.span()));
        let ident = self.ident;
        let how = "mark a field `#[dynacond(partition_key)]`, or write a template on the struct: `#[dynacond(partition_key(name = \"pk\", value = \"order#{id}\"))]`";
        match span {
            Some(span) => errors.at(span, format!("a sort key needs a partition key: {how}")),
            None => errors.at(
                ident.span(),
                format!("`#[derive(Versioned)]` needs a partition key: {how}"),
            ),
        }
    }

    pub(crate) fn parts<'a>(
        &'a self,
        template: &'a Template,
        errors: &mut Errors,
    ) -> Vec<Part<'a>> {
        let mut parts = Vec::new();
        for piece in &template.pieces {
            match piece {
                Piece::Literal(text) => parts.push(Part::Literal(text)),
                Piece::Field { name, width } => {
                    if let Some(field) = self.field(name) {
                        parts.push(Part::Field(field, *width));
                    } else {
                        let braces = |field: &str| format!("{{{field}}}");
                        let text = self.no_field("a key template", name, braces);
                        errors.at(template.value.span(), text);
                    }
                }
            }
        }
        for part in &parts {
            if let Part::Field(field, _) = part
                && let Some((kind, _)) = field.attr.stored_as
                && !matches!(kind, Kind::String | Kind::Number)
            {
                errors.at(
                    template.value.span(),
                    format!(
                        "a key template takes strings and numbers, and `{}` is neither",
                        field.ident
                    ),
                );
            }
        }
        parts
    }

    /// The message about a name that is not a field. `spelled` shows how a field is named at this place.
    pub(crate) fn no_field(
        &self,
        what: &str,
        name: &str,
        spelled: impl Fn(&str) -> String,
    ) -> String {
        let names = self
            .fields
            .iter()
            .map(|field| field.ident.unraw().to_string());
        let hint = close(name, names);
        let hint = hint.map(|close| format!("; did you mean `{}`?", spelled(&close)));
        let (ident, hint) = (self.ident, hint.unwrap_or_default());
        format!(
            "{what} takes fields of the struct by their Rust names, and `{ident}` has no field `{name}`{hint}"
        )
    }

    /// A template's attribute is no other attribute.
    fn template_names(&self, reserved: &Reserved<'_>, errors: &mut Errors) {
        let (partition, sort) = (
            self.attr.partition_key.as_ref(),
            self.attr.sort_key.as_ref(),
        );
        for template in [partition, sort].into_iter().flatten() {
            let (name, span) = (template.name.value(), template.name.span());
            if let Some(field) = self
                .fields
                .iter()
                .find(|field| field.is_written() && field.wire == name)
            {
                let ident = field.ident.unraw();
                errors.at(span, format!("a key template needs a separate attribute, and `{name}` is the field `{ident}`: mark the field as the key, or give the key another name"));
            }
            if reserved.has(&name) {
                errors.at(
                    span,
                    format!(
                        "`{name}` is an attribute that dynacond writes: give the key another name"
                    ),
                );
            }
        }
        if let (Some(partition), Some(sort)) = (partition, sort)
            && partition.name.value() == sort.name.value()
        {
            errors.at(
                sort.name.span(),
                "partition key and sort key are two attributes: call them differently",
            );
        }
    }
}
