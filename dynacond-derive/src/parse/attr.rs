//! Parsing of `#[dynacond(..)]`. A mistake is noted and the rest is still read, so that all are reported together.
use proc_macro2::{Ident, Span, TokenTree};
use syn::meta::ParseNestedMeta;
use syn::{Attribute, LitStr, Path, Result, Type};

use crate::parse::errors::{Derive, Errors};
use crate::parse::kind::Kind;
use crate::parse::template::{Template, close};
use crate::parse::tokens::skip;
use crate::parse::value::{
    Index, Stamp, flag, index, kind, once, path, public, stamp, steps, table, template, text,
};

/// What `#[dynacond(..)]` says on a struct or an enum.
#[derive(Default)]
pub(crate) struct Container {
    pub(crate) krate: Option<Path>,
    pub(crate) table: Option<LitStr>,
    pub(crate) partition_key: Option<Template>,
    pub(crate) sort_key: Option<Template>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) version: Option<Stamp>,
    pub(crate) write_id: Option<Stamp>,
    pub(crate) written_at: Option<LitStr>,
    pub(crate) public: Option<Span>,
    pub(crate) stored_as: Option<(Kind, Span)>,
    pub(crate) sensitive: Option<Span>,
    /// The item of a projection.
    pub(crate) of: Option<Type>,
}

/// What `#[dynacond(..)]` says on a field.
#[derive(Default)]
pub(crate) struct OnField {
    pub(crate) partition_key: Option<Span>,
    pub(crate) sort_key: Option<Span>,
    pub(crate) version: Option<Span>,
    pub(crate) in_key: Option<Span>,
    pub(crate) stored_as: Option<(Kind, Span)>,
    pub(crate) sensitive: Option<Span>,
    /// The path of a projection's field.
    pub(crate) at: Option<Vec<Ident>>,
    /// The variant of a collection that takes all other items.
    pub(crate) other: Option<Span>,
}

impl Derive {
    const fn on_container(self) -> &'static [&'static str] {
        match self {
            Self::Versioned => &[
                "table",
                "partition_key",
                "sort_key",
                "index",
                "version",
                "write_id",
                "written_at",
                "attributes",
                "crate",
            ],
            Self::Document => &["attributes", "crate"],
            Self::AttributeType => &["stored_as", "sensitive", "crate"],
            Self::Projection => &["of", "crate"],
            Self::ItemCollection => &["crate"],
        }
    }

    const fn on_field(self) -> &'static [&'static str] {
        match self {
            Self::Versioned => &[
                "partition_key",
                "sort_key",
                "in_key",
                "version",
                "stored_as",
                "sensitive",
            ],
            Self::Document => &["stored_as", "sensitive"],
            Self::AttributeType => &[],
            Self::Projection => &["at", "stored_as"],
            Self::ItemCollection => &["other"],
        }
    }
}

impl Container {
    pub(crate) fn parse(attributes: &[Attribute], derive: Derive, errors: &mut Errors) -> Self {
        let mut this = Self::default();
        each(attributes, errors, |meta| {
            let name = known(
                &meta,
                derive,
                derive.on_container(),
                derive.on_field(),
                "a field",
            )?;
            this.set(&name, &meta)
        });
        this
    }

    fn set(&mut self, name: &str, meta: &ParseNestedMeta<'_>) -> Result<()> {
        match name {
            "crate" => once(&mut self.krate, meta, path),
            "of" => once(&mut self.of, meta, |meta| meta.value()?.parse()),
            "table" => once(&mut self.table, meta, table),
            "partition_key" => once(&mut self.partition_key, meta, template),
            "sort_key" => once(&mut self.sort_key, meta, template),
            "index" => {
                self.indexes.push(index(meta)?);
                Ok(())
            }
            "version" => once(&mut self.version, meta, |meta| stamp(meta, "version")),
            "write_id" => once(&mut self.write_id, meta, |meta| stamp(meta, "write_id")),
            "written_at" => once(&mut self.written_at, meta, |meta| {
                text(meta, "written_at = \"…\"")
            }),
            "stored_as" => once(&mut self.stored_as, meta, kind),
            "sensitive" => once(&mut self.sensitive, meta, flag),
            _ => once(&mut self.public, meta, public),
        }
    }
}

impl OnField {
    pub(crate) fn parse(attributes: &[Attribute], derive: Derive, errors: &mut Errors) -> Self {
        let mut this = Self::default();
        each(attributes, errors, |meta| {
            let name = known(
                &meta,
                derive,
                derive.on_field(),
                derive.on_container(),
                derive.item(),
            )?;
            match name.as_str() {
                "partition_key" => once(&mut this.partition_key, &meta, flag),
                "sort_key" => once(&mut this.sort_key, &meta, flag),
                "in_key" => once(&mut this.in_key, &meta, flag),
                "version" => once(&mut this.version, &meta, flag),
                "sensitive" => once(&mut this.sensitive, &meta, flag),
                "at" => once(&mut this.at, &meta, steps),
                "other" => once(&mut this.other, &meta, flag),
                _ => once(&mut this.stored_as, &meta, kind),
            }
        });
        this
    }
}

/// Whether a struct is said to have a table.
pub(crate) fn names_table(attributes: &[Attribute]) -> bool {
    let own = attributes
        .iter()
        .filter(|each| each.path().is_ident("dynacond"));
    own.filter_map(|each| each.meta.require_list().ok())
        .flat_map(|list| list.tokens.clone())
        .any(|token| matches!(token, TokenTree::Ident(word) if word == "table"))
}

/// Every part of every `#[dynacond(..)]`.
fn each(
    attributes: &[Attribute],
    errors: &mut Errors,
    mut part: impl FnMut(ParseNestedMeta<'_>) -> Result<()>,
) {
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("dynacond"))
    {
        let parsed = attribute.parse_nested_meta(|meta| {
            let input = meta.input;
            if let Err(error) = part(meta) {
                errors.push(error);
                skip(input)?;
            }
            Ok(())
        });
        if let Err(error) = parsed {
            errors.push(error);
        }
    }
}

fn known(
    meta: &ParseNestedMeta<'_>,
    derive: Derive,
    here: &[&str],
    elsewhere: &[&str],
    other_place: &str,
) -> Result<String> {
    let name = meta
        .path
        .get_ident()
        .map(ToString::to_string)
        .unwrap_or_default();
    if here.contains(&name.as_str()) {
        Ok(name)
    } else if elsewhere.contains(&name.as_str()) {
        Err(meta.error(format!("`{name}` belongs on {other_place}")))
    } else if here.is_empty() {
        let known = list(elsewhere);
        Err(meta.error(format!(
            "`#[derive({derive})]` takes {known}, on {other_place}; fields take none"
        )))
    } else {
        let known = list(here);
        let names = here.iter().map(|&name| name.to_owned());
        let hint = close(&name, names).map(|close| format!("; did you mean `{close}`?"));
        let hint = hint.unwrap_or_default();
        Err(meta.error(format!(
            "unknown attribute: `#[derive({derive})]` takes {known} here{hint}"
        )))
    }
}

/// "`a`, `b` and `c`".
fn list(names: &[&str]) -> String {
    let mut text = String::new();
    for (i, name) in names.iter().enumerate() {
        let separator = match i {
            0 => "",
            _ if i + 1 == names.len() => " and ",
            _ => ", ",
        };
        text.push_str(separator);
        text.push('`');
        text.push_str(name);
        text.push('`');
    }
    text
}
