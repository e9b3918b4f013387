//! What can be queried by a partition: a table, and each of its indexes.
use std::marker::PhantomData;

use crate::model::item::Versioned;
use crate::model::key_attribute::KeyAttribute;
use crate::model::key_field::KeyPart;
use crate::model::partition::Partition;
use crate::model::schema::Schema;

/// What can be queried: an item type, which stands for its table, or an index of an item type. The derives implement this trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an item type with `#[derive(Versioned)]` nor one of its indexes",
    label = "cannot be queried"
)]
pub trait Queryable: Sized {
    /// The item. It is `Versioned`, which is asked where it is used, so that what is missing is told once.
    type Item;
    /// The parts of the sort key, the first of them as a field.
    type SortKey;
    /// Which attributes of an item it gives: [`AllAttributes`] or [`SomeAttributes`].
    #[doc(hidden)]
    type Projected;
    /// How it can be read: [`Strong`] or [`Eventual`].
    #[doc(hidden)]
    type Consistency;
    #[doc(hidden)]
    const SORT_KEY: Self::SortKey;
    #[doc(hidden)]
    const SCHEMA: Schema;
}

#[diagnostic::do_not_recommend]
impl<I: Versioned> Queryable for I {
    type Item = I;
    type SortKey = <I as Versioned>::SortKey;
    type Projected = AllAttributes;
    type Consistency = Strong;
    const SORT_KEY: Self::SortKey = <I as Versioned>::SORT_KEY;
    const SCHEMA: Schema = Schema::table(&TableKeys::<I>::PARTITION, TableKeys::<I>::SORT);
}

impl<Q: Queryable> Partition<Q>
where
    Q::Item: Versioned,
{
    /// Of the values of the fields that make it, in their order: what the derives write.
    #[doc(hidden)]
    #[must_use]
    pub fn from_fields<const N: usize>(fields: [KeyPart; N]) -> Self {
        let (item_type, schema) = (<Q::Item as Versioned>::MODEL.name, const { &Q::SCHEMA });
        Self::of_fields(item_type, schema, fields)
    }
}

/// The key attributes of a table as a schema has them.
struct TableKeys<I>(PhantomData<fn() -> I>);

impl<I: Versioned> TableKeys<I> {
    const PARTITION: [KeyAttribute; 1] = [I::MODEL.partition_key];
    const SORT: &'static [KeyAttribute] = match I::MODEL.sort_key {
        Some(_) => &Self::SORT_KEY,
        None => &[],
    };
    const SORT_KEY: [KeyAttribute; 1] = [match I::MODEL.sort_key {
        Some(sort) => sort,
        None => I::MODEL.partition_key,
    }];
}

/// It gives whole items.
#[doc(hidden)]
#[derive(Debug)]
pub enum AllAttributes {}
/// It gives the attributes that an index projects.
#[doc(hidden)]
#[derive(Debug)]
pub enum SomeAttributes {}
/// It can be read with strong consistency.
#[doc(hidden)]
#[derive(Debug)]
pub enum Strong {}
/// It is always read with eventual consistency.
#[doc(hidden)]
#[derive(Debug)]
pub enum Eventual {}

/// What has no sort key has no parts of one.
#[derive(Clone, Copy, Debug)]
pub struct NoSortKey;
