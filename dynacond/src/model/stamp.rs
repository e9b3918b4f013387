//! The attributes of index templates. dynacond computes them from the struct's fields, and every write of the whole item stores
//! them.
use aws_sdk_dynamodb::types::AttributeValue;

use crate::model::invalid::InvalidInput;
use crate::model::item::Model;
use crate::model::key_attribute::{KeyAttribute, KeySource, PARTITION_LIMIT, SORT_LIMIT};
use crate::model::template::{FieldValue, render};
use crate::value::item::Item;

impl Model {
    /// The key attributes of the model's indexes that are not keys of the table, with the most bytes of each.
    pub(crate) fn index_keys(
        &self,
    ) -> impl Iterator<Item = (&'static KeyAttribute, usize)> + use<'_> {
        let keys = self.indexes.iter().flat_map(|index| {
            let partition = index.partition.iter().map(|key| (key, PARTITION_LIMIT));
            partition.chain(index.sort.iter().map(|key| (key, SORT_LIMIT)))
        });
        keys.filter(|(key, _)| self.key_names().all(|name| name != key.name))
    }

    /// The attributes that are made by index templates, each once.
    pub(crate) fn stamped(&self) -> impl Iterator<Item = (&'static KeyAttribute, usize)> + use<'_> {
        let templates = || self.index_keys().filter(|(key, _)| key.parts().is_some());
        templates()
            .enumerate()
            .filter_map(move |(i, (key, limit))| {
                let seen = templates().take(i).any(|(other, _)| other.name == key.name);
                (!seen).then_some((key, limit))
            })
    }

    /// Whether the attribute is made by an index template, or is a field of one.
    pub(crate) fn makes_index(&self, name: &str) -> bool {
        self.stamped()
            .any(|(key, _)| key.name == name || key.fields().any(|field| field.wire == name))
    }

    /// Adds the attributes of index templates to what the struct writes.
    pub(crate) fn stamp(&self, item: &mut Item) -> Result<(), InvalidInput> {
        for (key, limit) in self.stamped() {
            if item.contains_key(key.name) {
                return Err(InvalidInput::ReservedAttribute {
                    item_type: self.name,
                    attribute: key.name.to_owned(),
                });
            }
            if let Some(value) = self.stamp_of(key, limit, item)? {
                item.insert(key.name.to_owned(), value);
            }
        }
        Ok(())
    }

    /// Returns the value of an index template, or `None` if one of its fields is missing, so that the item is not in the index.
    fn stamp_of(
        &self,
        key: &KeyAttribute,
        limit: usize,
        item: &Item,
    ) -> Result<Option<AttributeValue>, InvalidInput> {
        let KeySource::Template { parts, separated } = key.source else {
            return Ok(None);
        };
        let none = |value: Option<&AttributeValue>| {
            value.is_none_or(|value| matches!(value, AttributeValue::Null(_)))
        };
        if key.fields().any(|field| none(item.get(field.wire))) {
            return Ok(None);
        }
        let (text, fault) = render(parts, separated, |field| {
            item.get(field.wire).and_then(FieldValue::of)
        });
        if let Some(fault) = fault {
            return Err(key.fault(self.name, fault));
        }
        let value = AttributeValue::S(text);
        match key.check(self.name, &value, limit) {
            Some(invalid) => Err(invalid),
            None => Ok(Some(value)),
        }
    }

    /// Sets the attributes of index templates in the base of a save to what is stored. If such an attribute is missing, or if
    /// another writer left it stale, the save then writes it although its fields have not changed.
    pub(crate) fn stamps_as_stored(&self, base: &mut Item, stored: &Item) {
        for (key, _) in self.stamped() {
            match stored.get(key.name) {
                Some(value) => base.insert(key.name.to_owned(), value.clone()),
                None => base.remove(key.name),
            };
        }
    }

    /// Checks an index key, because DynamoDB refuses the whole write if an index key is empty, NULL or of another type.
    ///
    /// # Errors
    /// The attribute, and what DynamoDB accepts.
    pub(crate) fn check_index_key(
        &self,
        name: &str,
        value: &AttributeValue,
    ) -> Result<(), InvalidInput> {
        for (key, limit) in self.index_keys().filter(|(key, _)| key.name == name) {
            if let Some(invalid) = key.check(self.name, value, limit) {
                return Err(invalid);
            }
        }
        Ok(())
    }
}
