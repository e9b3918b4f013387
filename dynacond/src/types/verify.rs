//! Whether what serde wrote is of the data types that were said: by `stored_as`, or by a `with` module that dynacond knows.
//!
//! A type is asked about its value, and asks the types inside of it about theirs.
use aws_sdk_dynamodb::types::AttributeValue;

use crate::types::kind::StoredKind;
use crate::value::data_type;
use crate::value::item::Item;
use crate::value::reason::SerializeError;

/// Nothing, or what was written otherwise.
#[doc(hidden)]
pub type Verified = Result<(), Misdeclared>;

/// A value of another data type than was said.
#[doc(hidden)]
#[derive(Debug)]
pub struct Misdeclared {
    /// From the inside out.
    path: Vec<String>,
    found: &'static str,
    declared: &'static str,
}

impl Misdeclared {
    /// As an error of serialising.
    pub(crate) fn into_error(self) -> SerializeError {
        let path: Vec<_> = self.path.iter().rev().map(String::as_str).collect();
        let path = if path.is_empty() {
            "the value".to_owned()
        } else {
            path.join(".")
        };
        SerializeError::new(format!(
            "{path} is declared as stored as {}, and serde writes {}",
            self.declared, self.found
        ))
    }
}

/// Whether the value is of the kind `K`, or nothing.
#[doc(hidden)]
pub fn verify_kind<K: StoredKind>(value: &AttributeValue) -> Verified {
    let (found, declared) = (data_type(value), K::DATA_TYPE.name());
    if found == declared || found == "NULL" {
        return Ok(());
    }
    Err(Misdeclared {
        path: Vec::new(),
        found,
        declared,
    })
}

/// A question about a value, to its type.
#[doc(hidden)]
pub type Ask = fn(&AttributeValue) -> Verified;

/// A field or a variant, and a question to its type.
#[doc(hidden)]
pub type Question = (&'static str, Ask);

/// Whether a value is as several types say.
#[doc(hidden)]
pub fn verify_all(value: &AttributeValue, questions: &[Ask]) -> Verified {
    questions.iter().try_for_each(|ask| ask(value))
}

/// Whether an element of a tuple is as its type says.
#[doc(hidden)]
pub fn verify_nth(value: &AttributeValue, place: usize, ask: Ask) -> Verified {
    match value {
        AttributeValue::L(list) => list.get(place).map_or(Ok(()), ask),
        _ => Ok(()),
    }
}

/// Whether the fields of a document are as their types say.
#[doc(hidden)]
pub fn verify_fields(map: &Item, questions: &[Question]) -> Verified {
    questions.iter().try_for_each(|(name, verify)| {
        let Some(value) = map.get(*name) else {
            return Ok(());
        };
        verify(value).map_err(|mut wrong| {
            wrong.path.push((*name).to_owned());
            wrong
        })
    })
}

/// A variant, and a question to its type about the attributes that it shares with its tag.
#[doc(hidden)]
pub type VariantQuestion = (&'static str, fn(&Item) -> Verified);

/// The same of a variant whose fields stand beside its tag.
#[doc(hidden)]
pub fn verify_tagged(map: &Item, tag: &str, variants: &[VariantQuestion]) -> Verified {
    let mut own = variants
        .iter()
        .filter(|(name, _)| is_tagged(map, tag, name));
    own.try_for_each(|(_, ask)| ask(map))
}

/// The same of a variant whose data stand under a name of their own.
#[doc(hidden)]
pub fn verify_content(map: &Item, tag: &str, content: &str, variants: &[Question]) -> Verified {
    let Some(value) = map.get(content) else {
        return Ok(());
    };
    let mut own = variants
        .iter()
        .filter(|(name, _)| is_tagged(map, tag, name));
    let outcome = own.try_for_each(|(_, ask)| ask(value));
    outcome.map_err(|mut wrong| {
        wrong.path.push(content.to_owned());
        wrong
    })
}

fn is_tagged(map: &Item, tag: &str, variant: &str) -> bool {
    matches!(map.get(tag), Some(AttributeValue::S(name)) if name == variant)
}
