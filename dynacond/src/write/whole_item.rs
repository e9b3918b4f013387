//! A whole item as a write stores it: the struct's attributes with the key and the stamps.
use aws_sdk_dynamodb::types::AttributeValue;

use crate::model::item::Model;
use crate::model::raw_key::RawKey;
use crate::value::item::Item;

/// The stamps of a write that stores a whole item.
pub(crate) struct Stamps<'a> {
    pub(crate) version: u64,
    pub(crate) write_id: Option<&'a str>,
    pub(crate) written_at: Option<u64>,
}

/// Returns the item with a struct's attributes, a key and stamps.
pub(crate) fn whole_item(
    model: &Model,
    key: &RawKey,
    attributes: Item,
    stamps: &Stamps<'_>,
) -> Item {
    let number = |number: u64| AttributeValue::N(number.to_string());
    let mut item = attributes;
    item.extend(key.to_item());
    if let Some(name) = model.version {
        item.insert(name.to_owned(), number(stamps.version));
    }
    match (model.write_id, stamps.write_id) {
        (Some(name), Some(id)) => item.insert(name.to_owned(), AttributeValue::S(id.to_owned())),
        (Some(name), None) => item.remove(name),
        (None, _) => None,
    };
    if let (Some(name), Some(seconds)) = (model.written_at, stamps.written_at) {
        item.insert(name.to_owned(), number(seconds));
    }
    item
}
