//! Between a struct and its item: what it writes and what it reads, without what belongs to dynacond.
use aws_sdk_dynamodb::types::AttributeValue;

use crate::error::{Error, Result};
use crate::invalid::InvalidItem;
use crate::item::{Item, Model, Versioned};

/// What the struct writes: without the version that it mirrors.
pub(crate) fn encode<T: Versioned>(value: &T) -> Result<Item> {
    let model = const { &T::MODEL };
    let mut item: Item = serde_dynamo::to_item(value).map_err(|source| Error::Encode {
        item_type: model.name,
        source,
    })?;
    if item.remove(model.version).is_some() && !model.known.contains(&model.version) {
        return Err(reserved::<T>(model.version));
    }
    for name in model.write_id.into_iter().chain(template_keys(model)) {
        if item.contains_key(name) {
            return Err(reserved::<T>(name));
        }
    }
    Ok(item)
}

fn reserved<T: Versioned>(attribute: &str) -> Error {
    InvalidItem::ReservedAttribute {
        item_type: T::MODEL.name,
        attribute: attribute.to_owned(),
    }
    .into()
}

/// Key attributes that are not fields of the struct.
fn template_keys(model: &'static Model) -> impl Iterator<Item = &'static str> {
    model.key_names().filter(|name| !model.known.contains(name))
}

/// What the struct reads: without what belongs to dynacond, so that a `flatten`ed map does not swallow it.
pub(crate) fn decode<T: Versioned>(item: &Item) -> Result<T> {
    let model = const { &T::MODEL };
    let mut visible = item.clone();
    for name in template_keys(model).chain(model.write_id) {
        visible.remove(name);
    }
    if !model.known.contains(&model.version) {
        visible.remove(model.version);
    }
    if model.known.contains(&model.version) && !item.contains_key(model.version) {
        // A mirrored version is never trusted from elsewhere: an unversioned item is at 0 until it is adopted.
        visible.insert(model.version.to_owned(), AttributeValue::N("0".to_owned()));
    }
    serde_dynamo::from_item(visible)
        .map_err(|error| DecodeError::new::<T>(without_values(&error.to_string())).into())
}

/// serde's reason without what was found: it quotes values, and errors end up in logs.
fn without_values(reason: &str) -> String {
    let starts = |words: &[&str]| words.iter().any(|word| reason.starts_with(word));
    if starts(&["missing field", "duplicate field"]) {
        // They name a field, and quote nothing else.
        return reason.to_owned();
    }
    let what = [
        "unknown variant",
        "unknown field",
        "invalid type",
        "invalid value",
        "invalid length",
    ];
    let what = what.iter().find(|what| reason.starts_with(**what));
    // What was expected stands last, and comes from the Rust type.
    match (what, reason.rsplit_once(", expected ")) {
        (Some(what), Some((_, expected))) => format!("{what}, expected {expected}"),
        _ => "an attribute has another type than the field".to_owned(),
    }
}

/// What is stored does not decode to the Rust type.
#[derive(Debug, thiserror::Error)]
#[error("{}a stored `{item_type}` does not decode: {reason}", if *.applied { "the write was applied, but " } else { "" })]
#[non_exhaustive]
pub struct DecodeError {
    /// The Rust type.
    pub item_type: &'static str,
    /// What is wrong.
    pub reason: String,
    /// Whether it is what a write returned: the write was applied.
    pub applied: bool,
}

impl DecodeError {
    /// An update answers with the item; without it there is nothing to decode.
    pub(crate) fn nothing_returned<T: Versioned>() -> Error {
        Self::after_write(Self::new::<T>("the endpoint returned no item").into())
    }

    /// An error of decoding what a write returned says that the write was applied.
    pub(crate) fn after_write(error: Error) -> Error {
        match error {
            Error::Decode(mut error) => {
                error.applied = true;
                Error::Decode(error)
            }
            other => other,
        }
    }

    pub(crate) fn new<T: Versioned>(reason: impl Into<String>) -> Self {
        Self {
            item_type: T::MODEL.name,
            reason: reason.into(),
            applied: false,
        }
    }
}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Self::Decode(Box::new(error))
    }
}
