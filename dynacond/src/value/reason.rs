//! The reasons why serde could not read or write a value. They never contain the value, because errors are logged.
//!
//! serde has a method for each kind of error, which separates what is known from the Rust type from what is known from the value.
//! Only the words about the type are kept. The text of a type's own `Deserialize` or `Serialize` may quote the value, so it is left
//! out.
use std::borrow::Cow;
use std::fmt;

use serde::de::{Expected, Unexpected};

/// A text from dynacond in an error that passes through serde. It contains no value, so it is kept.
pub(crate) struct OwnWords(pub(crate) &'static str);

/// The prefix of such a text. It is invisible, because other serializers print it.
const MARK: &str = "\u{2060}\u{2060}";

impl fmt::Display for OwnWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK}{}", self.0)
    }
}

/// Keeps a text if it comes from dynacond, and otherwise returns `otherwise`.
fn kept(words: &dyn fmt::Display, otherwise: &'static str) -> Cow<'static, str> {
    let words = words.to_string();
    let own = words.strip_prefix(MARK).map(str::to_owned);
    own.map_or(Cow::Borrowed(otherwise), Cow::Owned)
}

/// Why a value could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub(crate) struct ReadError {
    text: Cow<'static, str>,
    /// Whether the text names the field.
    pub(crate) names_field: bool,
}

impl ReadError {
    pub(crate) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            text: text.into(),
            names_field: false,
        }
    }

    pub(crate) fn expected(what: &dyn fmt::Display) -> Self {
        Self::new(format!("expected {what}"))
    }

    fn of_field(what: &str, field: &str) -> Self {
        Self {
            names_field: true,
            ..Self::new(format!("{what} field `{field}`"))
        }
    }

    fn unknown(what: &str, expected: &[&str]) -> Self {
        let names: Vec<_> = expected.iter().map(|name| format!("`{name}`")).collect();
        Self::new(match &names[..] {
            [] => format!("unknown {what}, there are none"),
            [one] => format!("unknown {what}, expected {one}"),
            [one, other] => format!("unknown {what}, expected {one} or {other}"),
            all => format!("unknown {what}, expected one of {}", all.join(", ")),
        })
    }
}

impl serde::de::Error for ReadError {
    fn custom<T: fmt::Display>(words: T) -> Self {
        Self::new(kept(&words, "what is stored does not fit the field"))
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("invalid type, expected {expected}"))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("invalid value, expected {expected}"))
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::new(format!("invalid length, expected {expected}"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::unknown("variant", expected)
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self::unknown("field", expected)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::of_field("missing", field)
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::of_field("duplicate", field)
    }
}

/// Why serde could not write a value. The text contains neither the value nor the text of the type's own `Serialize`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SerializeError(Cow<'static, str>);

impl SerializeError {
    pub(crate) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self(text.into())
    }
}

impl serde::ser::Error for SerializeError {
    fn custom<T: fmt::Display>(words: T) -> Self {
        const WITHHELD: &str = "its `Serialize` refused it, for a reason that is withheld because it may quote the value";
        Self::new(kept(&words, WITHHELD))
    }
}
