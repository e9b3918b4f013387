//! Parsing of `#[dynacond(..)]`. A mistake is noted and the rest is still read, so that all are reported together.
use proc_macro2::{Ident, Span, TokenTree};
use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Error, LitBool, LitStr, Path, Result, Token, Type, token};

use crate::parse::errors::{Derive, Errors};
use crate::parse::kind::Kind;
use crate::parse::template::{Template, close};
use crate::parse::tokens::skip;

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

/// `index(ByStatus, name = "by-status", partition_key(status, region), sort_key(total, id))`.
pub(crate) struct Index {
    pub(crate) ident: Ident,
    pub(crate) name: LitStr,
    pub(crate) partition_key: Option<IndexKey>,
    pub(crate) sort_key: Option<IndexKey>,
    pub(crate) keys_only: Option<Span>,
    pub(crate) include: Option<Vec<Ident>>,
    pub(crate) local: Option<Span>,
}

/// What makes a key of an index.
pub(crate) enum IndexKey {
    /// Attributes as they are.
    Fields(Vec<Ident>),
    Template(Template),
}

/// An attribute that dynacond writes: version or write id.
pub(crate) enum Stamp {
    Named(LitStr),
    /// Switched off, here.
    Off(Span),
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

fn once<T>(
    slot: &mut Option<T>,
    meta: &ParseNestedMeta<'_>,
    parse: impl FnOnce(&ParseNestedMeta<'_>) -> Result<T>,
) -> Result<()> {
    let value = parse(meta)?;
    if slot.is_some() {
        let name = meta
            .path
            .get_ident()
            .map(ToString::to_string)
            .unwrap_or_default();
        return Err(meta.error(format!("`{name}` is said twice")));
    }
    *slot = Some(value);
    Ok(())
}

/// A string, or an error that shows the attribute as it is written.
fn text(meta: &ParseNestedMeta<'_>, spelling: &str) -> Result<LitStr> {
    let expected = |span| Error::new(span, format!("expected `{spelling}`"));
    if !meta.input.peek(Token![=]) {
        return Err(meta.error(format!("expected `{spelling}`")));
    }
    let value: LitStr = meta
        .value()?
        .parse()
        .map_err(|error| expected(error.span()))?;
    if value.value().is_empty() {
        return Err(Error::new(
            value.span(),
            format!("expected `{spelling}`, found an empty string"),
        ));
    }
    Ok(value)
}

/// A name that DynamoDB takes, or may take after a store's prefix: so it has no shortest length.
///
/// [Naming rules](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html);
/// an [ARN](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Update.html) is taken in place of a name.
fn table(meta: &ParseNestedMeta<'_>) -> Result<LitStr> {
    let value = text(meta, "table = \"…\"")?;
    let name = value.value();
    let (what, limit, more) = if name.starts_with("arn:") {
        ("a table's ARN", 1024, "_-.:/")
    } else {
        ("a table's name", 255, "_-.")
    };
    let wrong = |letter: &char| !letter.is_ascii_alphanumeric() && !more.contains(*letter);
    let letters = name.chars().count();
    let text = if let Some(wrong) = name.chars().find(wrong) {
        let more: Vec<_> = more.chars().map(|letter| format!("`{letter}`")).collect();
        let more = more.join(", ");
        format!("{what} is of ASCII letters, digits, {more}, and this one has {wrong:?}")
    } else if letters > limit {
        format!("{what} has at most {limit} characters, and this one has {letters}")
    } else {
        return Ok(value);
    };
    Err(Error::new(value.span(), text))
}

fn flag(meta: &ParseNestedMeta<'_>) -> Result<Span> {
    let span = meta
        .path
        .get_ident()
        .map_or_else(Span::call_site, syn::Ident::span);
    if meta.input.is_empty() || meta.input.peek(Token![,]) {
        return Ok(span);
    }
    let name = meta
        .path
        .get_ident()
        .map(ToString::to_string)
        .unwrap_or_default();
    let text = if name.ends_with("_key") {
        format!(
            "expected `{name}` alone on a field; a template stands on the struct: `{name}(name = \"…\", value = \"…\")`"
        )
    } else if name == "version" {
        "expected `version` alone on a field; the attribute's name is what serde writes".to_owned()
    } else {
        format!("expected `{name}` alone")
    };
    Err(Error::new(span, text))
}

/// `at = address.city`: Rust names.
fn steps(meta: &ParseNestedMeta<'_>) -> Result<Vec<Ident>> {
    let input = meta.value()?;
    let mut steps = vec![input.call(Ident::parse_any)?];
    loop {
        if input.peek(token::Bracket) {
            return Err(input.error("a projection takes no elements of lists: what is left of a list has other places than before; read the whole list"));
        }
        if !input.peek(Token![.]) {
            return Ok(steps);
        }
        input.parse::<Token![.]>()?;
        steps.push(input.call(Ident::parse_any)?);
    }
}

fn path(meta: &ParseNestedMeta<'_>) -> Result<Path> {
    let value = meta.value()?;
    if value.peek(LitStr) {
        value.parse::<LitStr>()?.parse()
    } else {
        value.call(Path::parse_mod_style)
    }
}

fn public(meta: &ParseNestedMeta<'_>) -> Result<Span> {
    let value = text(meta, "attributes = \"pub\"")?;
    if value.value() == "pub" {
        Ok(value.span())
    } else {
        Err(Error::new(
            value.span(),
            "expected `attributes = \"pub\"`; without it, each has its field's visibility",
        ))
    }
}

/// `version = "…"`, or `version = false`.
fn stamp(meta: &ParseNestedMeta<'_>, name: &str) -> Result<Stamp> {
    let spelling = format!("{name} = \"…\"`, or `{name} = false");
    let ahead = meta.input.fork();
    if ahead.parse::<Token![=]>().is_ok() && ahead.peek(LitBool) {
        let value: LitBool = meta.value()?.parse()?;
        if value.value {
            return Err(Error::new(
                value.span,
                format!("expected `{spelling}`; it is on unless switched off"),
            ));
        }
        return Ok(Stamp::Off(value.span));
    }
    text(meta, &spelling).map(Stamp::Named)
}

fn kind(meta: &ParseNestedMeta<'_>) -> Result<(Kind, Span)> {
    let value = text(meta, "stored_as = \"S\"")?;
    let (name, span) = (value.value(), value.span());
    let kind = Kind::from_name(&name).map(|kind| (kind, span));
    kind.ok_or_else(|| {
        let text = format!("DynamoDB stores S, N, B, BOOL, NULL, L, M, SS, NS and BS; there is no data type `{name}`");
        Error::new(span, text)
    })
}

/// `partition_key(name = "pk", value = "order#{id}")`.
fn template(meta: &ParseNestedMeta<'_>) -> Result<Template> {
    let key = meta
        .path
        .get_ident()
        .map(ToString::to_string)
        .unwrap_or_default();
    let spelling = format!("{key}(name = \"…\", value = \"…\")");
    if !meta.input.peek(token::Paren) {
        return Err(meta.error(format!(
            "expected `{spelling}`; a key that is one field is marked on the field"
        )));
    }
    let (mut name, mut value) = (None, None);
    meta.parse_nested_meta(|part| {
        if part.path.is_ident("name") {
            once(&mut name, &part, |part| text(part, &spelling))
        } else if part.path.is_ident("value") {
            once(&mut value, &part, |part| text(part, &spelling))
        } else {
            Err(part.error(format!("expected `{spelling}`")))
        }
    })?;
    match (name, value) {
        (Some(name), Some(value)) => Template::parse(name, value),
        _ => Err(meta.error(format!("expected `{spelling}`"))),
    }
}

const INDEX: &str =
    "index(ByStatus, name = \"by-status\", partition_key(status), sort_key(placed))";

fn index(meta: &ParseNestedMeta<'_>) -> Result<Index> {
    if !meta.input.peek(token::Paren) {
        return Err(meta.error(format!("expected `{INDEX}`")));
    }
    let (mut ident, mut name) = (None, None);
    let (mut partition_key, mut sort_key, mut keys_only, mut include, mut local) =
        (None, None, None, None, None);
    nested(meta, |part| {
        let word = part.path.require_ident()?.clone();
        if ident.is_none() {
            ident = Some(word);
            return if part.input.is_empty() || part.input.peek(Token![,]) {
                Ok(())
            } else {
                Err(part.error(format!(
                    "an index begins with the name of its type: `{INDEX}`"
                )))
            };
        }
        match word.to_string().as_str() {
            "name" => once(&mut name, part, |part| text(part, "name = \"…\"")),
            "partition_key" => once(&mut partition_key, part, index_key),
            "sort_key" => once(&mut sort_key, part, index_key),
            "keys_only" => once(&mut keys_only, part, flag),
            "local" => once(&mut local, part, flag),
            "include" => once(&mut include, part, idents),
            _ => Err(part.error(
                "an index takes `name`, `partition_key`, `sort_key`, `keys_only`, `include(..)` and `local`",
            )),
        }
    })?;
    let (Some(ident), Some(name)) = (ident, name) else {
        return Err(meta.error(format!("expected `{INDEX}`")));
    };
    Ok(Index {
        ident,
        name,
        partition_key,
        sort_key,
        keys_only,
        include,
        local,
    })
}

/// `partition_key(status, region)`, or `partition_key(name = "gsi1pk", value = "email#{email}")`.
fn index_key(meta: &ParseNestedMeta<'_>) -> Result<IndexKey> {
    let ahead = meta.input.fork();
    let inner;
    syn::parenthesized!(inner in ahead);
    if inner.peek(syn::Ident) && inner.peek2(Token![=]) {
        return template(meta).map(IndexKey::Template);
    }
    idents(meta).map(IndexKey::Fields)
}

fn idents(meta: &ParseNestedMeta<'_>) -> Result<Vec<Ident>> {
    let mut idents = Vec::new();
    nested(meta, |part| {
        idents.push(part.path.require_ident()?.clone());
        Ok(())
    })?;
    if idents.is_empty() {
        return Err(meta.error("expected fields of the struct, by their Rust names"));
    }
    Ok(idents)
}

/// What stands in parentheses, to the end also after a mistake, so that one mistake is one error.
fn nested(
    meta: &ParseNestedMeta<'_>,
    mut each: impl FnMut(&ParseNestedMeta<'_>) -> Result<()>,
) -> Result<()> {
    meta.parse_nested_meta(|part| {
        let parsed = each(&part);
        if parsed.is_err() {
            while !part.input.is_empty() {
                part.input.parse::<TokenTree>()?;
            }
        }
        parsed
    })
}
