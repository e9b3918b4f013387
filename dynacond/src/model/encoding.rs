//! Encodes structs as items and decodes them. Attributes that belong to dynacond are left out.
use aws_sdk_dynamodb::types::AttributeValue;

use crate::model::conversion::{ConversionError, DecodeError};
use crate::model::invalid::InvalidInput;
use crate::model::item::{Model, Versioned};
use crate::model::raw_key::RawKey;
use crate::types::verify::Written;
use crate::value::deserialize::from_attributes;
use crate::value::item::Item;
use crate::value::reason::{ReadError, SerializeError};
use crate::value::serialize::to_item;

/// Returns what the struct writes, without a version or a time of a write that one of its fields shows. The declared data types are
/// verified, and the attributes of index templates are added.
pub(crate) fn encode<T: Versioned>(value: &T) -> Result<Item, ConversionError> {
    let model = const { &T::MODEL };
    encode_with(value, |item| {
        let verified = T::verify(&Written::new(item));
        verified.map_err(|wrong| not_encoded(model, wrong.into_error()))?;
        Ok(model.stamp(item)?)
    })
}

/// Returns what a struct that was read from an item writes. An older writer may have stored a value that no write accepts, so nothing
/// is verified. The attributes of index templates are missing, because the item says what is stored there.
pub(crate) fn encode_read<T: Versioned>(value: &T) -> Result<Item, ConversionError> {
    encode_with(value, |_| Ok(()))
}

fn encode_with<T: Versioned>(
    value: &T,
    complete: impl FnOnce(&mut Item) -> Result<(), ConversionError>,
) -> Result<Item, ConversionError> {
    let model = const { &T::MODEL };
    let mut item: Item = to_item(value).map_err(|source| not_encoded(model, source))?;
    // A field may show these attributes, but its value is never trusted.
    for name in model.version.into_iter().chain(model.written_at) {
        if item.remove(name).is_some() && !model.writes(name) {
            return Err(reserved(model, name));
        }
    }
    complete(&mut item)?;
    for field in model.in_key() {
        item.remove(field.wire);
    }
    for name in model.write_id.into_iter().chain(template_keys(model)) {
        if item.contains_key(name) {
            return Err(reserved(model, name));
        }
    }
    Ok(item)
}

const fn not_encoded(model: &Model, source: SerializeError) -> ConversionError {
    ConversionError::Encode {
        item_type: model.name,
        source,
    }
}

fn reserved(model: &Model, attribute: &str) -> ConversionError {
    InvalidInput::ReservedAttribute {
        item_type: model.name,
        attribute: attribute.to_owned(),
    }
    .into()
}

/// Key attributes that are not fields of the struct.
fn template_keys(model: &'static Model) -> impl Iterator<Item = &'static str> {
    model.key_names().filter(|name| !model.writes(name))
}

/// Returns what the struct would write after it was read from this item, or `None` if the item does not decode.
pub(crate) fn rewritten<T: Versioned>(item: &Item) -> Option<Item> {
    let in_key = in_key::<T>(item).ok()?;
    encode_read(&from_visible::<T>(item, &in_key).ok()?).ok()
}

/// The fields that are stored only in the key.
fn in_key<T: Versioned>(item: &Item) -> Result<Vec<(&'static str, AttributeValue)>, String> {
    let model = const { &T::MODEL };
    let mut fields = model.partition_key.read_fields(item)?;
    if let Some(sort) = &model.sort_key {
        for (name, value) in sort.read_fields(item)? {
            // A field that is in both keys is read once. A difference is found later, when the keys are compared.
            if !fields.iter().any(|(known, _)| *known == name) {
                fields.push((name, value));
            }
        }
    }
    Ok(fields)
}

/// Reads the struct. Attributes that belong to dynacond are left out, so that a `flatten`ed map does not contain them. Fields that
/// are stored only in the key are added.
fn from_visible<T: Versioned>(
    item: &Item,
    in_key: &[(&'static str, AttributeValue)],
) -> Result<T, ReadError> {
    let model = const { &T::MODEL };
    let in_key = in_key.iter().map(|(name, value)| (*name, value));
    let visible = item
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .filter(|(name, _)| !model.is_own(name) || model.writes(name))
        .filter(|(name, _)| !model.stamped().any(|(key, _)| key.name == *name))
        .filter(|(name, _)| !in_key.clone().any(|(held, _)| held == *name));
    // A field that shows the version is 0 for an unversioned item until it is adopted.
    let unversioned = AttributeValue::N("0".to_owned());
    let mirrored = |version: &&'static str| model.writes(version) && !item.contains_key(*version);
    let version = model.version.filter(mirrored);
    let version = version.map(|version| (version, &unversioned));
    from_attributes(visible.chain(version).chain(in_key.clone()))
}

/// Reads the struct from an item.
pub(crate) fn decode<T: Versioned>(item: &Item) -> Result<T, DecodeError> {
    let model = const { &T::MODEL };
    let in_key = in_key::<T>(item).map_err(|reason| undecodable(model, reason, item))?;
    from_visible(item, &in_key).map_err(|reason| {
        // Find the attribute that fails: each is decoded alone. An attribute that fits fails because others are missing. The
        // attribute that does not fit fails for the same reason as the whole item.
        let fails = |(name, value): &(&String, &AttributeValue)| {
            let alone = from_attributes::<T>(std::iter::once((name.as_str(), *value)));
            !model.is_reserved(name) && alone.is_err_and(|error| error == reason)
        };
        let mut failing = item.iter().filter(fails).map(|(name, _)| name);
        let shown = match (failing.next(), failing.next()) {
            (Some(name), None) if !reason.names_field => format!("attribute `{name}`: {reason}"),
            _ => reason.to_string(),
        };
        undecodable(model, shown, item)
    })
}

/// The error of an item that does not decode, with the item's key.
pub(crate) fn undecodable(model: &Model, reason: impl Into<String>, item: &Item) -> DecodeError {
    DecodeError {
        key: RawKey::of_item(model.table_keys(), item).map(Box::new),
        ..DecodeError::new(model.name, reason)
    }
}
