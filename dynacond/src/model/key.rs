//! Keys: which item, checked against DynamoDB's rules when they are made.
use std::fmt;
use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::error::error::{Error, Result};
use crate::model::encoding::DecodeError;
use crate::model::invalid::InvalidInput;
use crate::model::item::{Item, KeyAttribute, Versioned};
use crate::model::key_field::KeyPart;
use crate::types::data_type::DataType;

/// The key of an item of type `I`: `Order::key("o1")`, `order.to_key()`.
///
/// dynacond sends no queries. Its key knows the names and texts that one needs, so that no key template is written twice: a
/// key of any item of a partition gives the partition, and one of a sort key's beginning what `begins_with` takes.
///
/// ```no_run
/// # use dynacond::{Store, Stored, Versioned};
/// # use serde::{Deserialize, Serialize};
/// #[derive(Serialize, Deserialize, Versioned)]
/// #[dynacond(table = "lists",
///            partition_key(name = "pk", value = "list#{list}"),
///            sort_key(name = "sk", value = "entry#{name}"))]
/// struct Entry {
///     list: String,
///     name: String,
/// }
///
/// /// The entries of a list whose names begin with `prefix`, all of them if it is empty.
/// async fn entries(store: &Store, list: &str, prefix: &str) -> dynacond::Result<Vec<Stored<Entry>>> {
///     let key = Entry::key((list, prefix));
///     let (pk, partition) = key.raw().partition_key();         // `pk`, `list#groceries`
///     let Some((sk, beginning)) = key.raw().sort_key() else { return Ok(Vec::new()) };
///     let items = store
///         .client()
///         .query()
///         .table_name(store.table_name::<Entry>())
///         .key_condition_expression("#pk = :pk AND begins_with(#sk, :sk)")
///         .expression_attribute_names("#pk", pk)
///         .expression_attribute_names("#sk", sk)
///         .expression_attribute_values(":pk", partition.clone())
///         .expression_attribute_values(":sk", beginning.clone())
///         .consistent_read(true)
///         .into_paginator()
///         .items()
///         .send()
///         .collect::<Result<Vec<_>, _>>()
///         .await?;
///     items.into_iter().map(Stored::from_item).collect()
/// }
/// ```
///
/// The fields of a sort key that is not asked for may be anything: `Entry::key((list, "")).raw().partition_key()`.
pub struct Key<I> {
    raw: RawKey,
    invalid: Option<InvalidInput>,
    of: PhantomData<fn() -> I>,
}

impl<I> Clone for Key<I> {
    fn clone(&self) -> Self {
        Self {
            raw: self.raw.clone(),
            invalid: self.invalid.clone(),
            of: PhantomData,
        }
    }
}
impl<I> PartialEq for Key<I> {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw && self.invalid == other.invalid
    }
}
impl<I> Eq for Key<I> {}
impl<I> fmt::Debug for Key<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.raw)
    }
}
impl<I> fmt::Display for Key<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.raw.fmt(f)
    }
}

impl<I: Versioned> Key<I> {
    /// What the derive writes.
    #[doc(hidden)]
    #[must_use]
    pub fn from_parts(partition: KeyPart, sort: Option<KeyPart>) -> Self {
        let model = const { &I::MODEL };
        let mut invalid = None;
        let mut part = |attribute: &KeyAttribute, part: KeyPart, limit| {
            let (value, error) = match part {
                Ok(value) => {
                    let error = key_error(model.name, attribute, &value, limit);
                    (value, error)
                }
                Err(error) => {
                    let reason = error.to_string();
                    let error = InvalidInput::Key {
                        item_type: model.name,
                        attribute: attribute.name,
                        reason,
                    };
                    (AttributeValue::Null(true), Some(error))
                }
            };
            invalid = invalid.take().or(error);
            (attribute.name, value)
        };
        // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
        let partition = part(&model.partition_key, partition, 2048);
        let sort = model
            .sort_key
            .as_ref()
            .zip(sort)
            .map(|(attribute, value)| part(attribute, value, 1024));
        Self {
            raw: RawKey { partition, sort },
            invalid,
            of: PhantomData,
        }
    }

    /// The key of an item that is stored.
    pub(crate) const fn stored(raw: RawKey) -> Self {
        Self {
            raw,
            invalid: None,
            of: PhantomData,
        }
    }

    /// As DynamoDB holds it. Its lengths are checked when it is sent.
    #[must_use]
    pub const fn raw(&self) -> &RawKey {
        &self.raw
    }

    pub(crate) fn into_raw(self) -> RawKey {
        self.raw
    }

    pub(crate) fn validated(&self) -> Result<RawKey> {
        match &self.invalid {
            None => Ok(self.raw.clone()),
            Some(invalid) => Err(invalid.clone().into()),
        }
    }

    /// The key that an item is stored under.
    pub(crate) fn of_item(item: &Item) -> Result<Self> {
        let model = const { &I::MODEL };
        let part = |attribute: &KeyAttribute| {
            item.get(attribute.name).cloned().ok_or_else(|| {
                Error::from(DecodeError::new::<I>(format!(
                    "the key attribute `{}` is missing",
                    attribute.name
                )))
            })
        };
        let partition = part(&model.partition_key)?;
        let sort = model.sort_key.as_ref().map(part).transpose()?;
        Ok(Self::from_parts(Ok(partition), sort.map(Ok)))
    }
}

fn key_error(
    item_type: &'static str,
    attribute: &KeyAttribute,
    value: &AttributeValue,
    limit: usize,
) -> Option<InvalidInput> {
    let attribute_name = attribute.name;
    let bytes = match (value, &attribute.data_type) {
        (AttributeValue::S(text), DataType::S) => text.len(),
        (AttributeValue::B(blob), DataType::B) => blob.as_ref().len(),
        (AttributeValue::N(number), DataType::N) => {
            return crate::value::rules::check_number(number)
                .err()
                .map(|rule| InvalidInput::Key {
                    item_type,
                    attribute: attribute_name,
                    reason: rule.to_string(),
                });
        }
        _ => {
            return Some(InvalidInput::Key {
                item_type,
                attribute: attribute_name,
                reason: format!("the table's key is of type {}", attribute.data_type),
            });
        }
    };
    (bytes == 0 || bytes > limit).then_some(InvalidInput::KeyLength {
        item_type,
        attribute: attribute_name,
        bytes,
        limit,
    })
}

/// A key by value or by reference.
#[diagnostic::on_unimplemented(
    message = "expected a key, such as `Order::key(\"o1\")` or `order.to_key()`, found `{Self}`",
    label = "not a key"
)]
pub trait IntoKey {
    /// The item type.
    type Item: Versioned;
    /// The key.
    fn into_key(self) -> Key<Self::Item>;
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> IntoKey for Key<I> {
    type Item = I;
    fn into_key(self) -> Self {
        self
    }
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> IntoKey for &Key<I> {
    type Item = I;
    fn into_key(self) -> Key<I> {
        self.clone()
    }
}

/// A key as DynamoDB holds it: one or two attributes with their values.
#[derive(Clone, Debug)]
pub struct RawKey {
    partition: (&'static str, AttributeValue),
    sort: Option<(&'static str, AttributeValue)>,
}

impl RawKey {
    /// The key attributes: the partition key, then the sort key.
    pub fn attributes(&self) -> impl Iterator<Item = (&'static str, &AttributeValue)> {
        std::iter::once(&self.partition)
            .chain(&self.sort)
            .map(|(name, value)| (*name, value))
    }

    /// The partition key's attribute and its value: what a Query by partition names.
    #[must_use]
    pub const fn partition_key(&self) -> (&'static str, &AttributeValue) {
        (self.partition.0, &self.partition.1)
    }

    /// The sort key's attribute and its value, where the table has one.
    #[must_use]
    pub fn sort_key(&self) -> Option<(&'static str, &AttributeValue)> {
        self.sort.as_ref().map(|(name, value)| (*name, value))
    }

    /// One text for one item of a table: a number has one spelling.
    pub(crate) fn identity(&self, table: &str) -> String {
        let part = |value: &AttributeValue| match value {
            AttributeValue::N(number) => {
                format!("N{}", crate::value::rules::canonical(number))
            }
            AttributeValue::B(blob) => format!("B{:?}", blob.as_ref()),
            AttributeValue::S(text) => format!("S{}:{text}", text.len()),
            _ => String::new(),
        };
        let parts: Vec<_> = self.attributes().map(|(_, value)| part(value)).collect();
        format!("{table}\0{}", parts.join("\0"))
    }

    /// Whether an item is stored under this key.
    pub(crate) fn is_key_of(&self, item: &Item) -> bool {
        self.attributes().all(|(name, value)| {
            item.get(name)
                .is_some_and(|stored| crate::value::rules::equal(stored, value))
        })
    }

    /// As the SDK takes it.
    #[must_use]
    pub fn to_item(&self) -> Item {
        self.attributes()
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect()
    }
}

impl PartialEq for RawKey {
    /// By value: the number 1 is the number 1.0.
    fn eq(&self, other: &Self) -> bool {
        self.attributes().count() == other.attributes().count()
            && self
                .attributes()
                .zip(other.attributes())
                .all(|((a, x), (b, y))| a == b && crate::value::rules::equal(x, y))
    }
}
impl Eq for RawKey {}

impl fmt::Display for RawKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (i, (name, value)) in self.attributes().enumerate() {
            let separator = if i > 0 { ", " } else { "" };
            write!(
                f,
                "{separator}{name}: {}",
                crate::value::rules::Shown(value)
            )?;
        }
        f.write_str("}")
    }
}
