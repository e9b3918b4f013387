//! Keys of items, which are checked against DynamoDB's rules.
use std::fmt;
use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::model::conversion::DecodeError;
use crate::model::invalid::InvalidInput;
use crate::model::item::Versioned;
use crate::model::key_attribute::{KeyAttribute, PARTITION_LIMIT, SORT_LIMIT};
use crate::model::key_field::KeyPart;
use crate::model::raw_key::RawKey;
use crate::value::item::Item;

/// The key of an item of type `I`: `Order::key("o1")`, `order.to_key()`.
///
/// A key is a plain value. Every verb takes a key by value or by reference.
///
/// For requests that you send with the SDK itself, [`raw`](Self::raw) has the key attributes with their names and values, so that
/// you need not write a key template a second time. For queries, [`Store::query`](crate::Store::query) is easier.
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
/// If you need only the partition key, the fields of the sort key may have any value: `Entry::key((list, "")).raw().partition_key()`.
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
    /// Makes a key from the values of its fields, in the order of [`Versioned::key`]. The derive uses it.
    #[doc(hidden)]
    #[must_use]
    pub fn from_fields<'a>(fields: impl AsRef<[KeyPart<'a>]>) -> Self {
        let (model, fields) = (const { &I::MODEL }, fields.as_ref());
        let part = |attribute: &KeyAttribute, limit| attribute.value(model.name, fields, limit);
        let sort = model.sort_key.as_ref().map(|sort| part(sort, SORT_LIMIT));
        Self::of_values(part(&model.partition_key, PARTITION_LIMIT), sort)
    }

    /// Makes a key from its attributes.
    fn from_attributes(partition: AttributeValue, sort: Option<AttributeValue>) -> Self {
        let model = const { &I::MODEL };
        let invalid = model
            .partition_key
            .check(model.name, &partition, PARTITION_LIMIT);
        let sort = model.sort_key.as_ref().zip(sort).map(|(attribute, value)| {
            let invalid = attribute.check(model.name, &value, SORT_LIMIT);
            (value, invalid)
        });
        Self::of_values((partition, invalid), sort)
    }

    fn of_values(
        partition: (AttributeValue, Option<InvalidInput>),
        sort: Option<(AttributeValue, Option<InvalidInput>)>,
    ) -> Self {
        let model = const { &I::MODEL };
        let (sort, sort_invalid) = sort.unzip();
        Self {
            raw: RawKey {
                partition: (model.partition_key.name, partition.0),
                sort: model.sort_key.as_ref().map(|sort| sort.name).zip(sort),
            },
            invalid: partition.1.or(sort_invalid.flatten()),
            of: PhantomData,
        }
    }

    /// Returns the key of a stored item.
    pub(crate) const fn stored(raw: RawKey) -> Self {
        Self {
            raw,
            invalid: None,
            of: PhantomData,
        }
    }

    /// Returns the key with its attributes, as DynamoDB stores them. The lengths are checked when the key is sent.
    #[must_use]
    pub const fn raw(&self) -> &RawKey {
        &self.raw
    }

    pub(crate) fn into_raw(self) -> RawKey {
        self.raw
    }

    pub(crate) fn validated(&self) -> Result<RawKey, InvalidInput> {
        match &self.invalid {
            None => Ok(self.raw.clone()),
            Some(invalid) => Err(invalid.clone()),
        }
    }

    /// The key under which an item is stored.
    pub(crate) fn of_item(item: &Item) -> Result<Self, DecodeError> {
        let model = const { &I::MODEL };
        let part = |attribute: &KeyAttribute| {
            item.get(attribute.name).cloned().ok_or_else(|| {
                let missing = format!("the key attribute `{}` is missing", attribute.name);
                DecodeError::new(model.name, missing)
            })
        };
        let partition = part(&model.partition_key)?;
        let sort = model.sort_key.as_ref().map(part).transpose()?;
        Ok(Self::from_attributes(partition, sort))
    }
}

/// A key, by value or by reference.
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
