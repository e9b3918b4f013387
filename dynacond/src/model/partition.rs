//! Partitions: a value for all items with the same partition key.
use std::fmt;
use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::model::invalid::InvalidInput;
use crate::model::key_attribute::{KeyAttribute, PARTITION_LIMIT};
use crate::model::key_field::KeyPart;
use crate::model::schema::Schema;
use crate::value::equal;
use crate::value::show::Shown;

/// All items with the same partition key, in a table or an index: `Order::partition("c1")`, `ByStatus::partition(..)`.
///
/// A partition is a plain value. Return one from a function to give an access pattern a name, and pass it to
/// [`Store::query`](crate::Store::query). For the SDK's own requests, use its [`attributes`](Self::attributes).
pub struct Partition<Q> {
    /// The first key attribute. Most partition keys have no other.
    first: Option<Named>,
    more: Vec<Named>,
    invalid: Option<Box<InvalidInput>>,
    of: PhantomData<fn() -> Q>,
}

/// A key attribute and its value.
type Named = (&'static str, AttributeValue);

impl<Q> Partition<Q> {
    /// Makes a partition from the values of its fields, in their order.
    pub(in crate::model) fn of_fields(
        item_type: &'static str,
        schema: &Schema,
        values: &[KeyPart<'_>],
    ) -> Self {
        let mut invalid = None;
        let mut named = |attribute: &KeyAttribute| {
            let (value, error) = attribute.value(item_type, values, PARTITION_LIMIT);
            invalid = invalid.take().or_else(|| error.map(Box::new));
            (attribute.name, value)
        };
        let mut attributes = schema.partition.iter();
        let first = attributes.next().map(&mut named);
        let more = attributes.map(named).collect();
        Self {
            first,
            more,
            invalid,
            of: PhantomData,
        }
    }

    /// Returns the same partition for another type of the same table.
    pub(crate) fn of<C>(self) -> Partition<C> {
        Partition {
            first: self.first,
            more: self.more,
            invalid: self.invalid,
            of: PhantomData,
        }
    }

    /// Returns the key attributes and their values.
    pub fn attributes(&self) -> impl Iterator<Item = (&'static str, &AttributeValue)> {
        let attributes = self.first.iter().chain(&self.more);
        attributes.map(|(name, value)| (*name, value))
    }

    /// Returns the key attributes, or the reason why no item can have this partition key.
    pub(crate) fn into_parts(self) -> (impl Iterator<Item = Named>, Option<Box<InvalidInput>>) {
        (self.first.into_iter().chain(self.more), self.invalid)
    }
}

impl<Q> Clone for Partition<Q> {
    fn clone(&self) -> Self {
        Self {
            first: self.first.clone(),
            more: self.more.clone(),
            invalid: self.invalid.clone(),
            of: PhantomData,
        }
    }
}

impl<Q> PartialEq for Partition<Q> {
    fn eq(&self, other: &Self) -> bool {
        let same = |((a, x), (b, y)): ((_, _), (_, _))| a == b && equal(x, y);
        self.invalid == other.invalid
            && self.more.len() == other.more.len()
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
