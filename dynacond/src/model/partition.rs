//! Partitions: a value for all items with the same partition key.
use std::fmt;
use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::model::invalid::InvalidInput;
use crate::model::key_attribute::{KeyValues, PARTITION_LIMIT};
use crate::model::key_field::KeyPart;
use crate::model::schema::Schema;
use crate::value::equal;
use crate::value::show::Shown;

/// All items with the same partition key, in a table or an index: `Order::partition("c1")`, `ByStatus::partition(..)`.
///
/// A partition is a plain value. Return one from a function to give an access pattern a name, and pass it to
/// [`Store::query`](crate::Store::query). For the SDK's own requests, use its [`attributes`](Self::attributes).
pub struct Partition<Q> {
    attributes: Vec<(&'static str, AttributeValue)>,
    invalid: Option<InvalidInput>,
    of: PhantomData<fn() -> Q>,
}

impl<Q> Partition<Q> {
    /// Makes a partition from the values of its fields, in their order.
    pub(in crate::model) fn of_fields<const N: usize>(
        item_type: &'static str,
        schema: &Schema,
        fields: [KeyPart; N],
    ) -> Self {
        let mut values = KeyValues::new(fields);
        let mut invalid = None;
        let mut attributes: Vec<_> = Vec::with_capacity(schema.partition.len());
        // A field that is a key attribute is moved out of the values, so templates are written first.
        let (templates, fields): (Vec<_>, Vec<_>) = schema
            .partition
            .iter()
            .enumerate()
            .partition(|(_, attribute)| attribute.parts().is_some());
        for (place, attribute) in templates.into_iter().chain(fields) {
            let (value, error) = attribute.value(item_type, &mut values, PARTITION_LIMIT);
            invalid = invalid.or(error);
            attributes.push((place, attribute.name, value));
        }
        attributes.sort_by_key(|(place, ..)| *place);
        Self {
            attributes: attributes
                .into_iter()
                .map(|(_, name, value)| (name, value))
                .collect(),
            invalid,
            of: PhantomData,
        }
    }
    /// Returns the same partition for another type of the same table.
    pub(crate) fn of<C>(self) -> Partition<C> {
        Partition {
            attributes: self.attributes,
            invalid: self.invalid,
            of: PhantomData,
        }
    }

    /// Returns the key attributes and their values.
    pub fn attributes(&self) -> impl Iterator<Item = (&'static str, &AttributeValue)> {
        self.attributes.iter().map(|(name, value)| (*name, value))
    }

    /// Returns the key attributes, or the reason why no item can have this partition key.
    pub(crate) fn into_parts(self) -> (Vec<(&'static str, AttributeValue)>, Option<InvalidInput>) {
        (self.attributes, self.invalid)
    }
}

impl<Q> Clone for Partition<Q> {
    fn clone(&self) -> Self {
        Self {
            attributes: self.attributes.clone(),
            invalid: self.invalid.clone(),
            of: PhantomData,
        }
    }
}

impl<Q> PartialEq for Partition<Q> {
    fn eq(&self, other: &Self) -> bool {
        let same = |((a, x), (b, y)): ((_, _), (_, _))| a == b && equal(x, y);
        self.invalid == other.invalid
            && self.attributes.len() == other.attributes.len()
            && self.attributes().zip(other.attributes()).all(same)
    }
}

impl<Q> fmt::Display for Partition<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (i, (name, value)) in self.attributes().enumerate() {
            let separator = if i > 0 { ", " } else { "" };
            write!(f, "{separator}{name}: {}", Shown(value))?;
        }
        f.write_str("}")
    }
}

impl<Q> fmt::Debug for Partition<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Partition({self})")
    }
}
