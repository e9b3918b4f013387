//! Which derive is at work, and the mistakes that it meets.
use std::fmt;

use proc_macro2::Span;
use syn::{Error, Result};

/// Which derive is at work.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Derive {
    Versioned,
    Document,
    AttributeType,
    Projection,
    ItemCollection,
}

impl Derive {
    /// What it is put on.
    pub(crate) const fn item(self) -> &'static str {
        match self {
            Self::Versioned | Self::Document | Self::Projection => "the struct",
            Self::AttributeType => "the type",
            Self::ItemCollection => "the enum",
        }
    }
}

impl fmt::Display for Derive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Versioned => "Versioned",
            Self::Document => "Document",
            Self::AttributeType => "AttributeType",
            Self::Projection => "Projection",
            Self::ItemCollection => "ItemCollection",
        })
    }
}

/// Mistakes, to be reported together.
#[derive(Default)]
pub(crate) struct Errors(Option<Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.0 {
            None => self.0 = Some(error),
            Some(all) => all.combine(error),
        }
    }

    pub(crate) fn at(&mut self, span: Span, text: impl fmt::Display) {
        self.push(Error::new(span, text));
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// `value`, if there was no mistake.
    pub(crate) fn or<T>(self, value: Option<T>) -> Result<T> {
        match (self.0, value) {
            (None, Some(value)) => Ok(value),
            (Some(error), _) => Err(error),
            (None, None) => Err(Error::new(
                Span::call_site(),
                "dynacond's derive could not read this type",
            )),
        }
    }
}
