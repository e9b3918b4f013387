//! The attributes that every write stamps: version, write id, and the time of the write.
use proc_macro2::Span;
use syn::ext::IdentExt;

use crate::parse::ast::{Field, Struct};
use crate::parse::errors::Errors;
use crate::parse::template::Piece;
use crate::parse::value::Stamp;

/// The name of an attribute that dynacond writes, and where it was given.
pub(super) type Stamped = (String, Span);

pub(crate) struct Reserved<'a> {
    pub(super) version: Option<&'a Stamped>,
    pub(super) write_id: Option<&'a Stamped>,
    pub(super) written_at: Option<&'a Stamped>,
}

impl Reserved<'_> {
    pub(crate) fn has(&self, name: &str) -> bool {
        let is = |own: Option<&Stamped>| own.is_some_and(|(own, _)| own == name);
        is(self.version) || is(self.write_id) || is(self.written_at)
    }
}

impl Struct<'_> {
    /// The names of version and write id, with their places.
    pub(super) fn version(&self, errors: &mut Errors) -> (Option<Stamped>, Option<Stamped>) {
        let mut marked = self
            .fields
            .iter()
            .filter_map(|field| Some((field, field.attr.version?)));
        let field = marked.next();
        for (_, span) in marked {
            errors.at(span, "an item has one version");
        }
        let named = |said: &Option<Stamp>, usual: &str| match said {
            None => Some((usual.to_owned(), self.ident.span())),
            Some(Stamp::Named(name)) => Some((name.value(), name.span())),
            Some(Stamp::Off(_)) => None,
        };
        let version = match field {
            None => named(&self.attr.version, "item_version"),
            Some((field, span)) => {
                self.version_field(field, span, errors);
                match &self.attr.version {
                    Some(Stamp::Named(name)) if name.value() != field.wire => {
                        errors.at(name.span(), format!("the version has one name: the marked field is written as `{}`; leave this out, or rename the field with serde", field.wire));
                    }
                    Some(Stamp::Off(off)) => {
                        let ident = field.ident.unraw();
                        errors.at(*off, format!("the field `{ident}` shows the version, so there is one: leave this out, or unmark the field"));
                    }
                    _ => {}
                }
                Some((field.wire.clone(), field.ident.span()))
            }
        };
        let write_id = named(&self.attr.write_id, "item_write_id");
        if let Some((name, span)) = &write_id
            && version.as_ref().is_some_and(|(version, _)| version == name)
        {
            errors.at(
                *span,
                format!("version and write id are two attributes, both called `{name}` here"),
            );
        }
        (version, write_id)
    }

    /// The attribute with the time of the latest write: a separate attribute, or a field that shows the time.
    pub(super) fn written_at(
        &self,
        others: [&Option<Stamped>; 2],
        key_fields: &[&Field],
        errors: &mut Errors,
    ) -> Option<Stamped> {
        let said = self.attr.written_at.as_ref()?;
        let (name, span) = (said.value(), said.span());
        if others
            .into_iter()
            .flatten()
            .any(|(other, _)| *other == name)
        {
            errors.at(
                span,
                format!("the time of a write needs a separate attribute, and `{name}` is the version or the write id"),
            );
        }
        let shown = self.fields.iter().find(|field| field.wire == name);
        if let Some(codec) = shown.and_then(|field| field.serde.codec.as_ref())
            && let Some(module) = codec.path.path.segments.last()
            && (module.ident == "epoch_millis" || module.ident == "sortable_time")
        {
            errors.at(codec.span, "the time of a write is stored in whole seconds: the field is a number, or has `with = \"dynacond::epoch_seconds\"`");
        }
        let is_in_key = |field: &Field| {
            let key = [
                field.attr.partition_key,
                field.attr.sort_key,
                field.attr.in_key,
            ];
            key.iter().any(Option::is_some) || key_fields.iter().any(|key| key.ident == field.ident)
        };
        if self
            .fields
            .iter()
            .any(|field| field.wire == name && is_in_key(field))
        {
            errors.at(
                span,
                format!("a key never changes and the time of the write always does: `{name}` is part of the key"),
            );
        }
        Some((name, span))
    }

    fn version_field(&self, field: &Field, span: Span, errors: &mut Errors) {
        if !field.is_written() {
            errors.at(span, "the version is mirrored in a field that serde writes and reads: no `skip`, no `flatten`");
        }
        if let Some(span) = field.serde.codec.as_ref().map(|codec| codec.span) {
            errors.at(span, "the version is a plain number: no `with`");
        }
        if field.attr.stored_as.is_some() {
            errors.at(
                span,
                "the version is always stored as N: leave out `stored_as`",
            );
        }
        let template = [&self.attr.partition_key, &self.attr.sort_key];
        let mut pieces = template
            .into_iter()
            .flatten()
            .flat_map(|template| &template.pieces);
        let named = pieces
            .any(|piece| matches!(piece, Piece::Field { name, .. } if field.ident.unraw() == name));
        if named || field.attr.partition_key.is_some() || field.attr.sort_key.is_some() {
            errors.at(
                span,
                "a key never changes, and the version changes with every write, so the version cannot be part of a key",
            );
        }
    }

    /// No field is written under dynacond's own attributes.
    pub(super) fn reserved(&self, reserved: &Reserved<'_>, errors: &mut Errors) {
        for field in self
            .fields
            .iter()
            .filter(|field| field.is_written() && field.attr.version.is_none())
        {
            let (wire, span) = (&field.wire, field.ident.span());
            if reserved.version.is_some_and(|(name, _)| name == wire)
                && !self.fields.iter().any(|field| field.attr.version.is_some())
            {
                errors.at(span, format!("`{wire}` is the version's attribute: mark the field `#[dynacond(version)]` to see the version in it, or give the version another name: `#[dynacond(version = \"…\")]` on the struct"));
            } else if reserved.write_id.is_some_and(|(name, _)| name == wire) {
                errors.at(span, format!("`{wire}` is the write id's attribute, which dynacond writes: rename the field, or give the write id another name: `#[dynacond(write_id = \"…\")]` on the struct"));
            }
        }
    }
}
