//! Checks that serde wrote the declared data types. They are declared by `stored_as`, or by a `with` module that dynacond knows.
//!
//! Each type checks its value, and asks the types inside it to check theirs.
use aws_sdk_dynamodb::types::AttributeValue;

use crate::types::kind::{StoredKind, StringType};
use crate::value::data_type;
use crate::value::item::Item;
use crate::value::reason::SerializeError;

/// The result of a check.
#[doc(hidden)]
pub type Verified = Result<(), Misdeclared>;

/// A value that is not stored as its type is declared.
#[doc(hidden)]
#[derive(Debug)]
pub struct Misdeclared {
    /// The names on the path to the value, from the inside to the outside.
    path: Vec<String>,
    fault: Fault,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    /// It has another data type.
    DataType {
        found: &'static str,
        declared: &'static str,
    },
    /// It is a date, and its text is not sorted among other dates.
    Unsorted,
}

impl Misdeclared {
    /// Adds the name of the attribute that contains the value.
    fn within(mut self, name: &str) -> Self {
        self.path.push(name.to_owned());
        self
    }

    /// The same as an error of serialising.
    pub(crate) fn into_error(self) -> SerializeError {
        self.because_of("serde writes")
    }

    /// The same about a value of an update, which the caller may have written without serde.
    pub(crate) fn in_update(self) -> SerializeError {
        self.because_of("the update uses it as")
    }

    fn because_of(self, cause: &str) -> SerializeError {
        let path: Vec<_> = self.path.iter().rev().map(String::as_str).collect();
        let path = if path.is_empty() {
            "the value".to_owned()
        } else {
            path.join(".")
        };
        SerializeError::new(match self.fault {
            Fault::DataType { found, declared } => {
                format!("{path} is declared as stored as {declared}, and {cause} {found}")
            }
            Fault::Unsorted => format!(
                "{path} is a date, and dates sort as text in the years 0 to 9999 only, as `2026-11-29`"
            ),
        })
    }
}

/// Checks that the value is of the kind `K`, or NULL.
#[doc(hidden)]
pub fn verify_kind<K: StoredKind>(value: &AttributeValue) -> Verified {
    let (found, declared) = (data_type(value), K::DATA_TYPE.name());
    if found == declared || found == "NULL" {
        return Ok(());
    }
    Err(Misdeclared {
        path: Vec::new(),
        fault: Fault::DataType { found, declared },
    })
}

/// Checks that the text of a date has the same order as the dates. A year outside of 0 to 9999 has a sign or more digits, and such a
/// text sorts before all others.
#[cfg_attr(
    not(any(feature = "chrono", feature = "time", feature = "jiff")),
    expect(dead_code, reason = "only other crates have dates")
)]
pub(crate) fn verify_date(value: &AttributeValue) -> Verified {
    verify_kind::<StringType>(value)?;
    match value {
        AttributeValue::S(text) if text.len() != "2026-11-29".len() => Err(Misdeclared {
            path: Vec::new(),
            fault: Fault::Unsorted,
        }),
        _ => Ok(()),
    }
}

/// The check of a value by its type.
#[doc(hidden)]
pub type Ask = fn(&AttributeValue) -> Verified;

/// A field or a variant, and the check by its type.
#[doc(hidden)]
pub type Question = (&'static str, Ask);

/// Checks a value by several types.
#[doc(hidden)]
pub fn verify_all(value: &AttributeValue, questions: &[Ask]) -> Verified {
    questions.iter().try_for_each(|ask| ask(value))
}

/// Checks an element of a tuple.
#[doc(hidden)]
pub fn verify_nth(value: &AttributeValue, place: usize, ask: Ask) -> Verified {
    match value {
        AttributeValue::L(list) => list.get(place).map_or(Ok(()), ask),
        _ => Ok(()),
    }
}

/// The map in which serde wrote a document. If the document is flattened, the map also contains the attributes of its neighbours.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Written<'w> {
    map: &'w Item,
    /// The names of the attributes that the neighbours write.
    names: &'w [&'static str],
    /// The names that flattened neighbours write; `None` if any name is possible.
    flattened: &'w [Option<&'static [&'static str]>],
    /// The outer map, if the document with the neighbours is itself flattened.
    outer: Option<&'w Self>,
}

impl<'w> Written<'w> {
    /// The whole map belongs to the document.
    #[must_use]
    pub const fn new(map: &'w Item) -> Self {
        Self {
            map,
            names: &[],
            flattened: &[],
            outer: None,
        }
    }

    /// The map for a flattened field, without the attributes that its neighbours write.
    #[must_use]
    pub const fn beside<'s>(
        &'s self,
        names: &'s [&'static str],
        flattened: &'s [Option<&'static [&'static str]>],
    ) -> Written<'s> {
        Written {
            map: self.map,
            names,
            flattened,
            outer: Some(self),
        }
    }

    /// Whether a neighbour writes this name or may write it.
    fn is_neighbours(&self, name: &str) -> bool {
        let mut flattened = self.flattened.iter();
        self.names.contains(&name)
            || flattened.any(|names| names.is_none_or(|names| names.contains(&name)))
            || self.outer.is_some_and(|outer| outer.is_neighbours(name))
    }
}

/// Checks the fields of a document.
#[doc(hidden)]
pub fn verify_fields(written: &Written<'_>, questions: &[Question]) -> Verified {
    questions.iter().try_for_each(|(name, verify)| {
        let Some(value) = written.map.get(*name) else {
            return Ok(());
        };
        verify(value).map_err(|wrong| wrong.within(name))
    })
}

/// Checks what a flattened field writes: a document, or the entries of a map.
#[doc(hidden)]
pub fn verify_flattened(
    written: &Written<'_>,
    document: fn(&Written<'_>) -> Verified,
    of_entry: &[Ask],
) -> Verified {
    document(written)?;
    let mut entries = written.map.iter();
    entries.try_for_each(|(name, value)| {
        if of_entry.is_empty() || written.is_neighbours(name) {
            return Ok(());
        }
        verify_all(value, of_entry).map_err(|wrong| wrong.within(name))
    })
}

/// A variant, and the check of the map that contains the variant's fields and its tag.
#[doc(hidden)]
pub type VariantQuestion = (&'static str, fn(&Written<'_>) -> Verified);

/// Checks a variant whose fields are in the same map as its tag.
#[doc(hidden)]
pub fn verify_tagged(
    written: &Written<'_>,
    tag: &'static str,
    variants: &[VariantQuestion],
) -> Verified {
    let mut own = variants
        .iter()
        .filter(|(name, _)| is_tagged(written.map, tag, name));
    own.try_for_each(|(_, ask)| ask(&written.beside(&[tag], &[])))
}

/// Checks a variant whose data are under a separate name.
#[doc(hidden)]
pub fn verify_content(
    written: &Written<'_>,
    tag: &str,
    content: &str,
    variants: &[Question],
) -> Verified {
    let Some(value) = written.map.get(content) else {
        return Ok(());
    };
    let mut own = variants
        .iter()
        .filter(|(name, _)| is_tagged(written.map, tag, name));
    let outcome = own.try_for_each(|(_, ask)| ask(value));
    outcome.map_err(|wrong| wrong.within(content))
}

fn is_tagged(map: &Item, tag: &str, variant: &str) -> bool {
    matches!(map.get(tag), Some(AttributeValue::S(name)) if name == variant)
}
