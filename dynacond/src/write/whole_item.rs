//! A whole item as a write stores it: the struct's attributes with key and stamps.
use aws_sdk_dynamodb::types::AttributeValue;

use crate::model::item::Model;
use crate::model::raw_key::RawKey;
use crate::value::item::Item;

/// What a write stamps on an item that it stores whole.
pub(crate) struct Stamps<'a> {
    pub(crate) version: u64,
    pub(crate) write_id: Option<&'a str>,
    pub(crate) written_at: Option<u64>,
}

/// The item that a struct's attributes, a key and stamps make.
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
