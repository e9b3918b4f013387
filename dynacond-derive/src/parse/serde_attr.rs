//! Parsing of `#[serde(..)]`, by serde's own rules. serde itself accepts or refuses everything that is not read here.
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Attribute, ExprPath, LitStr, Result, Token, Type, WherePredicate, token};

use crate::parse::tokens::skip;

/// What `#[serde(..)]` says on a struct or an enum.
#[derive(Default)]
pub(crate) struct Container {
    pub(crate) rename_all: Option<Names>,
    /// On an enum: for the fields of its variants.
    pub(crate) rename_all_fields: Option<Names>,
    pub(crate) tag: Option<LitStr>,
    pub(crate) content: Option<LitStr>,
    pub(crate) untagged: Option<Span>,
    pub(crate) transparent: Option<Span>,
    /// `into`: the type that is written instead.
    pub(crate) into: Option<Type>,
    /// `into`, `from`, `try_from` and `remote`: another type's names.
    pub(crate) conversion: Option<(Span, String)>,
    pub(crate) bounds: Vec<WherePredicate>,
}

/// What `#[serde(..)]` says on a field or a variant.
#[derive(Default)]
pub(crate) struct OnField {
    pub(crate) rename: Option<Names>,
    pub(crate) aliases: Vec<(Span, String)>,
    pub(crate) skip_serializing: Option<Span>,
    pub(crate) skip_deserializing: Option<Span>,
    /// Whether a value may be left out when it is written.
    pub(crate) skip_if: bool,
    pub(crate) flatten: Option<Span>,
    pub(crate) untagged: Option<Span>,
    /// The variant of all other names.
    pub(crate) other: bool,
    pub(crate) codec: Option<Codec>,
    /// Whether a function reads it, of which nothing is known.
    pub(crate) deserialize_with: bool,
    pub(crate) bounds: Vec<WherePredicate>,
}

/// `rename` or `rename_all`: one name, or one for writing and others for reading.
#[derive(Clone)]
pub(crate) struct Names {
    pub(crate) span: Span,
    pub(crate) written: Option<String>,
    pub(crate) read: Vec<String>,
}

/// `with` or `serialize_with`.
pub(crate) struct Codec {
    pub(crate) span: Span,
    /// The path as it was written.
    pub(crate) path: ExprPath,
    /// Whether it names a module with a `serialize` in it.
    pub(crate) module: bool,
}

impl Codec {
    /// The function that serialises.
    pub(crate) fn function(&self) -> TokenStream {
        let path = &self.path;
        if self.module {
            quote!(#path::serialize)
        } else {
            quote!(#path)
        }
    }
}

impl Container {
    pub(crate) fn parse(attributes: &[Attribute]) -> Self {
        let mut this = Self::default();
        each(attributes, |meta| {
            let span = meta.path.span();
            let name = meta
                .path
                .get_ident()
                .map(ToString::to_string)
                .unwrap_or_default();
            match name.as_str() {
                "rename_all" => this.rename_all = Some(names(meta)?),
                "rename_all_fields" => this.rename_all_fields = Some(names(meta)?),
                "tag" => this.tag = Some(string(meta)?),
                "content" => this.content = Some(string(meta)?),
                "untagged" => this.untagged = Some(span),
                "transparent" => this.transparent = Some(span),
                "bound" => this.bounds = bounds(meta)?,
                "into" | "from" | "try_from" | "remote" => {
                    let value = string(meta)?;
                    if name == "into" {
                        this.into = Some(value.parse()?);
                    }
                    this.conversion.get_or_insert((span, name));
                }
                _ => {}
            }
            Ok(())
        });
        this
    }
}

impl OnField {
    pub(crate) fn parse(attributes: &[Attribute]) -> Self {
        let mut this = Self::default();
        each(attributes, |meta| {
            let span = meta.path.span();
            let name = meta
                .path
                .get_ident()
                .map(ToString::to_string)
                .unwrap_or_default();
            match name.as_str() {
                "rename" => this.rename = Some(names(meta)?),
                "alias" => this.aliases.push((span, string(meta)?.value())),
                "skip" => {
                    this.skip_serializing = Some(span);
                    this.skip_deserializing = Some(span);
                }
                "skip_serializing" => this.skip_serializing = Some(span),
                "skip_serializing_if" => {
                    this.skip_if = true;
                    string(meta)?;
                }
                "skip_deserializing" => this.skip_deserializing = Some(span),
                "flatten" => this.flatten = Some(span),
                "untagged" => this.untagged = Some(span),
                "other" => this.other = true,
                "bound" => this.bounds = bounds(meta)?,
                "deserialize_with" => this.deserialize_with = true,
                "with" | "serialize_with" => {
                    let path = string(meta)?.parse()?;
                    this.codec = Some(Codec {
                        span,
                        path,
                        module: name == "with",
                    });
                }
                _ => {}
            }
            Ok(())
        });
        this
    }
}

/// Every part of every `#[serde(..)]`. Errors are serde's to report.
fn each(attributes: &[Attribute], mut part: impl FnMut(&ParseNestedMeta<'_>) -> Result<()>) {
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
    {
        let _: Result<()> = attribute.parse_nested_meta(|meta| {
            let _: Result<()> = part(&meta);
            skip(meta.input)
        });
    }
}

fn string(meta: &ParseNestedMeta<'_>) -> Result<LitStr> {
    meta.value()?.parse()
}

/// `= "…"`, or `(serialize = "…", deserialize = "…")`.
fn names(meta: &ParseNestedMeta<'_>) -> Result<Names> {
    let mut names = Names {
        span: meta.path.span(),
        written: None,
        read: Vec::new(),
    };
    if meta.input.peek(Token![=]) {
        let name = string(meta)?.value();
        names.written = Some(name.clone());
        names.read.push(name);
    } else {
        meta.parse_nested_meta(|part| {
            let name = string(&part)?.value();
            if part.path.is_ident("serialize") {
                names.written = Some(name);
            } else {
                names.read.push(name);
            }
            Ok(())
        })?;
    }
    Ok(names)
}

/// The bounds of `Serialize`.
fn bounds(meta: &ParseNestedMeta<'_>) -> Result<Vec<WherePredicate>> {
    let mut all = Vec::new();
    let mut take = |text: &LitStr| -> Result<()> {
        let predicates =
            text.parse_with(syn::punctuated::Punctuated::<_, Token![,]>::parse_terminated)?;
        all.extend(predicates);
        Ok(())
    };
    if meta.input.peek(token::Paren) {
        meta.parse_nested_meta(|part| {
            let text = string(&part)?;
            if part.path.is_ident("serialize") {
                take(&text)
            } else {
                Ok(())
            }
        })?;
    } else {
        take(&string(meta)?)?;
    }
    Ok(all)
}

/// A name of a Rust field under a `rename_all` rule; none if serde knows no such rule.
pub(crate) fn rename_field(field: &str, rule: &str) -> Option<String> {
    Some(match rule {
        "lowercase" | "snake_case" => field.to_owned(),
        "UPPERCASE" | "SCREAMING_SNAKE_CASE" => field.to_ascii_uppercase(),
        "PascalCase" => pascal(field),
        "camelCase" => {
            let mut name = pascal(field);
            if let Some(first) = name.get_mut(..1) {
                first.make_ascii_lowercase();
            }
            name
        }
        "kebab-case" => field.replace('_', "-"),
        "SCREAMING-KEBAB-CASE" => field.to_ascii_uppercase().replace('_', "-"),
        _ => return None,
    })
}

/// A name of a Rust variant under a `rename_all` rule; none if serde knows no such rule.
pub(crate) fn rename_variant(variant: &str, rule: &str) -> Option<String> {
    let snake = || {
        let mut name = String::new();
        for (index, letter) in variant.char_indices() {
            if index > 0 && letter.is_uppercase() {
                name.push('_');
            }
            name.push(letter.to_ascii_lowercase());
        }
        name
    };
    Some(match rule {
        "PascalCase" => variant.to_owned(),
        "lowercase" => variant.to_ascii_lowercase(),
        "UPPERCASE" => variant.to_ascii_uppercase(),
        "camelCase" => {
            let mut name = variant.to_owned();
            if let Some(first) = name.get_mut(..1) {
                first.make_ascii_lowercase();
            }
            name
        }
        "snake_case" => snake(),
        "SCREAMING_SNAKE_CASE" => snake().to_ascii_uppercase(),
        "kebab-case" => snake().replace('_', "-"),
        "SCREAMING-KEBAB-CASE" => snake().to_ascii_uppercase().replace('_', "-"),
        _ => return None,
    })
}

pub(crate) fn pascal(field: &str) -> String {
    let mut name = String::new();
    let mut capital = true;
    for letter in field.chars() {
        if letter == '_' {
            capital = true;
        } else {
            name.push(if capital {
                letter.to_ascii_uppercase()
            } else {
                letter
            });
            capital = false;
        }
    }
    name
}
