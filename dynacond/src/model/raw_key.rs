//! Keys as DynamoDB stores them.
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::value;
use crate::value::item::Item;
use crate::value::show::Whole;

/// A key as DynamoDB stores it: one or two attributes with their values.
#[derive(Clone, Debug)]
pub struct RawKey {
    pub(super) partition: (&'static str, AttributeValue),
    pub(super) sort: Option<(&'static str, AttributeValue)>,
}

impl RawKey {
    /// The key attributes: first the partition key, then the sort key.
    pub fn attributes(&self) -> impl Iterator<Item = (&'static str, &AttributeValue)> {
        std::iter::once(&self.partition)
            .chain(&self.sort)
            .map(|(name, value)| (*name, value))
    }

    /// Returns the name and value of the partition key.
    #[must_use]
    pub const fn partition_key(&self) -> (&'static str, &AttributeValue) {
        (self.partition.0, &self.partition.1)
    }

    /// Returns the name and value of the sort key, if the table has one.
    #[must_use]
    pub fn sort_key(&self) -> Option<(&'static str, &AttributeValue)> {
        self.sort.as_ref().map(|(name, value)| (*name, value))
    }

    /// Returns a text that is the same for all spellings of a key, because equal numbers have the same text.
    pub(crate) fn identity(&self, table: &str) -> String {
        let part = |value: &AttributeValue| match value {
            AttributeValue::N(number) => {
                format!("N{}", value::canonical(number))
            }
            AttributeValue::B(blob) => format!("B{:?}", blob.as_ref()),
            AttributeValue::S(text) => format!("S{}:{text}", text.len()),
            _ => String::new(),
        };
        let parts: Vec<_> = self.attributes().map(|(_, value)| part(value)).collect();
        format!("{table}\0{}", parts.join("\0"))
    }

    /// Returns the key of an item, if the item has these attributes.
    pub(crate) fn of_item(
        (partition, sort): (&'static str, Option<&'static str>),
        item: &Item,
    ) -> Option<Self> {
        let part = |name: &'static str| Some((name, item.get(name)?.clone()));
        let sort = match sort {
            Some(name) => Some(part(name)?),
            None => None,
        };
        Some(Self {
            partition: part(partition)?,
            sort,
        })
    }

    /// The names of the partition key and the sort key.
    pub(crate) fn names(&self) -> (&'static str, Option<&'static str>) {
        (self.partition.0, self.sort.as_ref().map(|(name, _)| *name))
    }

    /// Whether an item has this key.
    pub(crate) fn is_key_of(&self, item: &Item) -> bool {
        self.attributes().all(|(name, value)| {
            item.get(name)
                .is_some_and(|stored| value::equal(stored, value))
        })
    }

    /// Returns the key in the form that the SDK takes.
    #[must_use]
    pub fn to_item(&self) -> Item {
        self.attributes()
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect()
    }
}

impl PartialEq for RawKey {
    /// Numbers are compared by value: 1 equals 1.0.
    fn eq(&self, other: &Self) -> bool {
        self.attributes().count() == other.attributes().count()
            && self
                .attributes()
                .zip(other.attributes())
                .all(|((a, x), (b, y))| a == b && value::equal(x, y))
    }
}
impl Eq for RawKey {}

impl fmt::Display for RawKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (i, (name, value)) in self.attributes().enumerate() {
            let separator = if i > 0 { ", " } else { "" };
            write!(f, "{separator}{name}: {}", Whole(value))?;
        }
        f.write_str("}")
    }
}
