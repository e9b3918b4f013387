//! Collections: a partition with items of several types, which are distinguished by their keys.
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableInputBuilder;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::error::error::{Error, Result};
use crate::model::conversion::DecodeError;
use crate::model::encoding::{decode, undecodable};
use crate::model::item::{HasTable, Model, Versioned};
use crate::model::key_arg::KeyArgs;
use crate::model::key_attribute::{KeyAttribute, begins_with, is_equal};
use crate::model::partition::Partition;
use crate::model::schema::Schema;
use crate::model::stored::Stored;
use crate::model::template::TemplatePart;
use crate::value::item::Item;

/// An enum of the item types in one partition. Use [`#[derive(ItemCollection)]`](derive@crate::ItemCollection).
#[diagnostic::on_unimplemented(
    message = "expected a collection of item types, an enum with `#[derive(ItemCollection)]`, found `{Self}`",
    label = "not a collection"
)]
pub trait ItemCollection: HasTable + Sized {
    #[doc(hidden)]
    const NAME: &'static str;
    #[doc(hidden)]
    const SCHEMA: Schema = Schema::table(
        &CollectionKeys::<Self::Of>::PARTITION,
        if Self::Of::MODEL.sort_key.is_some() {
            &CollectionKeys::<Self::Of>::SORT
        } else {
            &[]
        },
    );
    #[doc(hidden)]
    fn read(item: Item, from: Reading<'_>) -> Result<Self>;

    /// Returns a partition for [`Store::query`](crate::Store::query): `CustomerData::partition("c1")`. It takes the same fields as
    /// [`Versioned::partition`] of the first item type.
    fn partition(
        fields: impl KeyArgs<<Self::Of as Versioned>::PartitionFields>,
    ) -> Partition<Self> {
        Self::Of::partition(fields).of()
    }

    /// Returns the SDK's `CreateTable` input for the table with the keys and the indexes of all item types, billed on demand. Use
    /// it as [`Versioned::table_definition`]. If several types declare the same index, the table has it once, with the projections
    /// of all of them.
    ///
    /// ```
    /// # use dynacond::{ItemCollection, Versioned};
    /// # use serde::{Deserialize, Serialize};
    /// #[derive(Serialize, Deserialize, Versioned)]
    /// #[dynacond(
    ///     table = "shop",
    ///     partition_key(name = "pk", value = "customer#{id}"),
    ///     sort_key(name = "sk", value = "profile"),
    ///     index(ByEmail, name = "gsi1", partition_key(name = "gsi1pk", value = "email#{email}"), keys_only)
    /// )]
    /// struct Customer {
    ///     id: String,
    ///     email: String,
    /// }
    /// #[derive(Serialize, Deserialize, Versioned)]
    /// #[dynacond(
    ///     table = "shop",
    ///     partition_key(name = "pk", value = "customer#{customer}"),
    ///     sort_key(name = "sk", value = "order#{id}"),
    ///     index(ByInvoice, name = "gsi1", partition_key(name = "gsi1pk", value = "invoice#{invoice}"), keys_only)
    /// )]
    /// struct Order {
    ///     customer: String,
    ///     id: String,
    ///     invoice: String,
    /// }
    /// #[derive(ItemCollection)]
    /// enum CustomerData {
    ///     Customer(Customer),
    ///     Order(Order),
    /// }
    /// let table = CustomerData::table_definition();
    /// assert_eq!(table.get_global_secondary_indexes().as_ref().map(Vec::len), Some(1));
    /// ```
    #[must_use]
    fn table_definition() -> CreateTableInputBuilder {
        Self::definition()
    }

    /// Decodes an item from the SDK's own Query, Scan or Streams. The item's key says which type it has.
    ///
    /// # Errors
    /// [`Error::Decode`](crate::Error::Decode) names the key of an item that belongs to no variant, or that does not decode. For a
    /// `Stored` variant the item needs its version: see [`Stored::from_item`].
    fn from_item(item: Item) -> Result<Self> {
        Self::read(item, Reading::Sdk)
    }
}

/// The source of an item.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Reading<'t> {
    /// A query by dynacond, which reads whole items of this table.
    Query(Option<&'t str>),
    /// The SDK, whose item may be a projection.
    Sdk,
}

/// The keys of a collection. The sort key has no template, because the types have different ones.
struct CollectionKeys<I>(std::marker::PhantomData<fn() -> I>);

impl<I: Versioned> CollectionKeys<I> {
    const PARTITION: [KeyAttribute; 1] = [I::MODEL.partition_key];
    const SORT: [KeyAttribute; 1] = [match I::MODEL.sort_key {
        Some(sort) => KeyAttribute::field(sort.name, sort.data_type, 0),
        None => I::MODEL.partition_key,
    }];
}

/// The content of a variant: an item type as a plain value, as `Stored` or as `Box<Stored<..>>`.
#[diagnostic::on_unimplemented(
    message = "a variant of a collection holds an item type, plain or as `Stored<..>`, and `{Self}` is neither",
    label = "not an item",
    note = "the variant of all other items is marked `#[dynacond(other)]`, and holds an `Item`"
)]
pub trait InCollection: Sized {
    /// The item type.
    type Item: Versioned;
    #[doc(hidden)]
    fn read(item: Item, from: Reading<'_>) -> Result<Self>;
}
#[diagnostic::do_not_recommend]
impl<T: Versioned> InCollection for T {
    type Item = T;
    fn read(item: Item, _: Reading<'_>) -> Result<Self> {
        Ok(decode(&item)?)
    }
}
#[diagnostic::do_not_recommend]
impl<T: Versioned> InCollection for Stored<T> {
    type Item = T;
    fn read(item: Item, from: Reading<'_>) -> Result<Self> {
        match from {
            Reading::Sdk => Self::from_item(item),
            Reading::Query(None) => Ok(Self::from_item_at(item)?),
            Reading::Query(Some(table)) => Ok(Self::from_item_at(item)?.of_table(table)),
        }
    }
}
/// For an enum with plain and stored items, because a [`Stored`] item is much larger than most values.
#[diagnostic::do_not_recommend]
impl<T: Versioned> InCollection for Box<Stored<T>> {
    type Item = T;
    fn read(item: Item, from: Reading<'_>) -> Result<Self> {
        Stored::read(item, from).map(Self::new)
    }
}

/// Whether the key of an item shows that it is a `T`, by the literal beginnings of the key templates. If an item with such a key is
/// not a `T`, decoding it is an error. No other type is tried.
#[doc(hidden)]
#[must_use]
pub fn is_item_of<T: InCollection>(item: &Item) -> bool {
    let model = const { &<T::Item as Versioned>::MODEL };
    let begins = |attribute: &KeyAttribute| match (item.get(attribute.name), attribute.parts()) {
        (Some(AttributeValue::S(text)), Some([TemplatePart::Literal(whole)])) => text == whole,
        (Some(AttributeValue::S(text)), Some(_)) => text.starts_with(attribute.beginning()),
        (value, parts) => value.is_some() && parts.is_none(),
    };
    begins(&model.partition_key) && model.sort_key.as_ref().is_none_or(begins)
}

/// The error of an item that belongs to no variant.
#[doc(hidden)]
#[must_use]
pub fn unknown_item<C: ItemCollection>(item: &Item) -> Error {
    let reason = "its key is that of no variant; `#[dynacond(other)] Other(Item)` takes such items";
    let error = undecodable(const { &<C::Of as Versioned>::MODEL }, reason, item);
    let error = DecodeError {
        item_type: C::NAME,
        ..error
    };
    error.into()
}

/// Whether two item types are in the same table.
#[doc(hidden)]
#[must_use]
pub const fn is_one_table(a: &Model, b: &Model) -> bool {
    is_equal(a.table, b.table)
}

/// Whether two item types of one table have the same partition key.
#[doc(hidden)]
#[must_use]
pub const fn is_one_partition(a: &Model, b: &Model) -> bool {
    a.partition_key.writes_as(&b.partition_key)
}

/// Whether a sort key distinguishes two item types: neither literal beginning is the beginning of the other.
#[doc(hidden)]
#[must_use]
pub const fn is_told_apart(a: &Model, b: &Model) -> bool {
    match (&a.sort_key, &b.sort_key) {
        (Some(a), Some(b)) => {
            is_equal(a.name, b.name)
                && !begins_with(a.beginning(), b.beginning())
                && !begins_with(b.beginning(), a.beginning())
        }
        _ => false,
    }
}

/// Whether one table can have the indexes of both item types.
#[doc(hidden)]
#[must_use]
pub const fn are_indexes_of_one_table(a: &Model, b: &Model) -> bool {
    let mut i = 0;
    while i < a.indexes.len() {
        let mut j = 0;
        while j < b.indexes.len() {
            if !a.indexes[i].fits_beside(&b.indexes[j]) {
                return false;
            }
            j += 1;
        }
        i += 1;
    }
    true
}
