//! The values of `#[dynacond(..)]`: texts, names, flags, key templates and indexes. Each error says what is expected at its place.
use std::ops::RangeInclusive;

use proc_macro2::{Ident, Span, TokenTree};
use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::{Error, LitBool, LitStr, Path, Result, Token, token};

use crate::parse::kind::Kind;
use crate::parse::template::Template;

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

pub(super) fn once<T>(
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
pub(super) fn text(meta: &ParseNestedMeta<'_>, spelling: &str) -> Result<LitStr> {
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

/// A name that DynamoDB takes, or may take after a store's prefix, so it has no shortest length.
///
/// [Naming rules](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html);
/// an [ARN](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Update.html) is taken in place of a name.
pub(super) fn table(meta: &ParseNestedMeta<'_>) -> Result<LitStr> {
    let value = text(meta, "table = \"…\"")?;
    let name = value.value();
    if name.starts_with("arn:") {
        name_of(value, "a table's ARN", 1..=1024, "_-.:/")
    } else {
        name_of(value, "a table's name", 1..=255, "_-.")
    }
}

/// The name of an index. Nothing is put in front of it.
fn index_name(meta: &ParseNestedMeta<'_>) -> Result<LitStr> {
    let value = text(meta, "name = \"…\"")?;
    name_of(value, "an index's name", 3..=255, "_-.")
}

fn name_of(
    value: LitStr,
    what: &str,
    lengths: RangeInclusive<usize>,
    more: &str,
) -> Result<LitStr> {
    let name = value.value();
    let wrong = |letter: &char| !letter.is_ascii_alphanumeric() && !more.contains(*letter);
    let letters = name.chars().count();
    let text = if let Some(wrong) = name.chars().find(wrong) {
        let more: Vec<_> = more.chars().map(|letter| format!("`{letter}`")).collect();
        let more = more.join(", ");
        format!("{what} is of ASCII letters, digits, {more}, and this one has {wrong:?}")
    } else if letters > *lengths.end() {
        let limit = lengths.end();
        format!("{what} has at most {limit} characters, and this one has {letters}")
    } else if letters < *lengths.start() {
        let least = lengths.start();
        format!("{what} has at least {least} characters, and this one has {letters}")
    } else {
        return Ok(value);
    };
    Err(Error::new(value.span(), text))
}

pub(super) fn flag(meta: &ParseNestedMeta<'_>) -> Result<Span> {
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
            "expected `{name}` alone on a field; a template belongs on the struct: `{name}(name = \"…\", value = \"…\")`"
        )
    } else if name == "version" {
        "expected `version` alone on a field; the attribute's name is what serde writes".to_owned()
    } else {
        format!("expected `{name}` alone")
    };
    Err(Error::new(span, text))
}

/// `at = address.city`: Rust names.
pub(super) fn steps(meta: &ParseNestedMeta<'_>) -> Result<Vec<Ident>> {
    let input = meta.value()?;
    let mut steps = vec![input.call(Ident::parse_any)?];
    loop {
        if input.peek(token::Bracket) {
            return Err(input.error("a projection cannot read an element of a list, because the elements that remain would have other positions: read the whole list"));
        }
        if !input.peek(Token![.]) {
            return Ok(steps);
        }
        input.parse::<Token![.]>()?;
        steps.push(input.call(Ident::parse_any)?);
    }
}

pub(super) fn path(meta: &ParseNestedMeta<'_>) -> Result<Path> {
    let value = meta.value()?;
    if value.peek(LitStr) {
        value.parse::<LitStr>()?.parse()
    } else {
        value.call(Path::parse_mod_style)
    }
}

pub(super) fn public(meta: &ParseNestedMeta<'_>) -> Result<Span> {
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
pub(super) fn stamp(meta: &ParseNestedMeta<'_>, name: &str) -> Result<Stamp> {
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

pub(super) fn kind(meta: &ParseNestedMeta<'_>) -> Result<(Kind, Span)> {
    let value = text(meta, "stored_as = \"S\"")?;
    let (name, span) = (value.value(), value.span());
    let kind = Kind::from_name(&name).map(|kind| (kind, span));
    kind.ok_or_else(|| {
        let text = format!("DynamoDB stores S, N, B, BOOL, NULL, L, M, SS, NS and BS; there is no data type `{name}`");
        Error::new(span, text)
    })
}

/// `partition_key(name = "pk", value = "order#{id}")`.
pub(super) fn template(meta: &ParseNestedMeta<'_>) -> Result<Template> {
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

pub(super) fn index(meta: &ParseNestedMeta<'_>) -> Result<Index> {
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
            "name" => once(&mut name, part, index_name),
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
pub(super) fn index_key(meta: &ParseNestedMeta<'_>) -> Result<IndexKey> {
    let ahead = meta.input.fork();
    let inner;
    syn::parenthesized!(inner in ahead);
    if inner.peek(syn::Ident) && inner.peek2(Token![=]) {
        return template(meta).map(IndexKey::Template);
    }
    idents(meta).map(IndexKey::Fields)
}

pub(super) fn idents(meta: &ParseNestedMeta<'_>) -> Result<Vec<Ident>> {
    let mut idents = Vec::new();
    nested(meta, |part| {
        idents.push(part.path.require_ident()?.clone());
        if part.input.peek(Token![.]) {
            return Err(part.error("an index contains whole attributes of the item, not parts of an attribute: store the value in a separate field"));
        }
        Ok(())
    })?;
    if idents.is_empty() {
        return Err(meta.error("expected fields of the struct, by their Rust names"));
    }
    Ok(idents)
}

/// Parses the content of parentheses, and continues to the end after a mistake, so that one mistake is one error.
pub(super) fn nested(
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
