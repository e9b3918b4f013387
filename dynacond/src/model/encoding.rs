//! Between a struct and its item: what it writes and what it reads, without what belongs to dynacond.
use aws_sdk_dynamodb::types::AttributeValue;

use crate::error::error::{Error, Result};
use crate::model::invalid::InvalidInput;
use crate::model::item::{Item, Model, Versioned};
use crate::model::key::RawKey;
use crate::value::deserialize::from_attributes;
use crate::value::serialize::to_item;

/// What the struct writes: without the version that it mirrors.
pub(crate) fn encode<T: Versioned>(value: &T) -> Result<Item> {
    let model = const { &T::MODEL };
    let mut item: Item = to_item(value).map_err(|source| Error::Encode {
        item_type: model.name,
        source,
    })?;
    if item.remove(model.version).is_some() && !model.known.contains(&model.version) {
        return Err(reserved::<T>(model.version));
    }
    for field in model.in_key() {
        item.remove(field.wire);
    }
    for name in model.write_id.into_iter().chain(template_keys(model)) {
        if item.contains_key(name) {
            return Err(reserved::<T>(name));
        }
    }
    Ok(item)
}

fn reserved<T: Versioned>(attribute: &str) -> Error {
    InvalidInput::ReservedAttribute {
        item_type: T::MODEL.name,
        attribute: attribute.to_owned(),
    }
    .into()
}

/// Key attributes that are not fields of the struct.
fn template_keys(model: &'static Model) -> impl Iterator<Item = &'static str> {
    model.key_names().filter(|name| !model.known.contains(name))
}

/// What the struct would write if it were read from this item; `None` if it does not decode.
pub(crate) fn rewritten<T: Versioned>(item: &Item) -> Option<Item> {
    let in_key = in_key::<T>(item).ok()?;
    encode(&from_visible::<T>(item, &in_key).ok()?).ok()
}

/// The fields that are stored in the key alone.
fn in_key<T: Versioned>(item: &Item) -> Result<Vec<(&'static str, AttributeValue)>, String> {
    let model = const { &T::MODEL };
    let mut fields = model.partition_key.read_fields(item)?;
    if let Some(sort) = &model.sort_key {
        for (name, value) in sort.read_fields(item)? {
            // A field of both keys is read once; that both hold the same is seen when the keys are compared.
            if !fields.iter().any(|(known, _)| *known == name) {
                fields.push((name, value));
            }
        }
    }
    Ok(fields)
}

/// What the struct reads: without what belongs to dynacond, so that a `flatten`ed map does not swallow it, and with what is
/// stored in the key alone.
fn from_visible<T: Versioned>(
    item: &Item,
    in_key: &[(&'static str, AttributeValue)],
) -> Result<T, serde_dynamo::Error> {
    let model = const { &T::MODEL };
    let in_key = in_key.iter().map(|(name, value)| (*name, value));
    let visible = item
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .filter(|(name, _)| !model.is_own(name) || model.known.contains(name))
        .filter(|(name, _)| !in_key.clone().any(|(held, _)| held == *name));
    // A mirrored version is never trusted from elsewhere: an unversioned item is at 0 until it is adopted.
    let unversioned = AttributeValue::N("0".to_owned());
    let mirrored = model.known.contains(&model.version) && !item.contains_key(model.version);
    let version = mirrored.then_some((model.version, &unversioned));
    from_attributes(visible.chain(version).chain(in_key.clone()))
}

/// The struct that an item holds.
pub(crate) fn decode<T: Versioned>(item: &Item) -> Result<T> {
    let model = const { &T::MODEL };
    let in_key = in_key::<T>(item).map_err(|reason| DecodeError::of_item::<T>(reason, item))?;
    from_visible(item, &in_key).map_err(|error| {
        let reason = error.to_string();
        // Alone, an attribute that fits lets others be missed; the one that does not fails for the same reason.
        let fails = |(name, value): &(&String, &AttributeValue)| {
            let alone = from_attributes::<T>(std::iter::once((name.as_str(), *value)));
            !model.is_reserved(name) && alone.is_err_and(|error| error.to_string() == reason)
        };
        let mut failing = item.iter().filter(fails).map(|(name, _)| name);
        let shown = match without_values(&reason) {
            (shown, true) => shown,
            (shown, false) => match (failing.next(), failing.next()) {
                (Some(name), None) => format!("attribute `{name}`: {shown}"),
                _ => shown,
            },
        };
        DecodeError::of_item::<T>(shown, item).into()
    })
}

/// serde's reason without what was found, for it quotes values, and errors end up in logs; and whether it names the field.
fn without_values(reason: &str) -> (String, bool) {
    let starts = |words: &[&str]| words.iter().any(|word| reason.starts_with(word));
    if starts(&["missing field", "duplicate field"]) {
        // They name a field, and quote nothing else.
        return (reason.to_owned(), true);
    }
    // What the deserializer says of itself.
    let known = [
        "Expected string",
        "Expected map",
        "Expected seq",
        "Expected num",
        "Expected bool",
        "Expected char",
        "Expected enum",
        "Expected binary data",
    ];
    if known.contains(&reason) {
        return (reason.replacen('E', "e", 1), false);
    }
    let number = [
        "number too large to fit in target type",
        "number too small to fit in target type",
        "invalid digit found in string",
    ];
    let number = number.iter().find(|what| reason.ends_with(**what));
    if let (Some(what), true) = (number, starts(&["Failed to parse '"])) {
        return ((*what).to_owned(), false);
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
    let reason = match (what, reason.rsplit_once(", expected ")) {
        (Some(what), Some((_, expected))) => format!("{what}, expected {expected}"),
        _ => "what is stored does not fit the field".to_owned(),
    };
    (reason, false)
}

/// What is stored does not decode to the Rust type.
#[derive(Debug, thiserror::Error)]
#[error(
    "{}a stored `{item_type}`{} does not decode: {reason}",
    if *.applied { "the write was applied, but " } else { "" },
    .key.as_ref().map(|key| format!(" {key}")).unwrap_or_default()
)]
#[non_exhaustive]
pub struct DecodeError {
    /// The Rust type.
    pub item_type: &'static str,
    /// What is wrong.
    pub reason: String,
    /// Whether it is what a write returned: the write was applied.
    pub applied: bool,
    /// The item's key, where the item has one.
    pub key: Option<RawKey>,
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
            key: None,
        }
    }

    /// With the key of the item that does not decode.
    pub(crate) fn of_item<T: Versioned>(reason: impl Into<String>, item: &Item) -> Self {
        let mut error = Self::new::<T>(reason);
        error.key = RawKey::of_item(T::MODEL.table_keys(), item);
        error
    }
}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Self::Decode(Box::new(error))
    }
}
