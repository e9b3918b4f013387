//! Tables and indexes that can be queried.
use std::marker::PhantomData;

use crate::model::item::Versioned;
use crate::model::key_arg::KeyArgs;
use crate::model::key_attribute::KeyAttribute;
use crate::model::partition::Partition;
use crate::model::schema::Schema;

/// A type that can be queried: an item type, which means its table, or an index of an item type. The derives implement this trait.
#[diagnostic::on_unimplemented(
    message = "expected one item type, a struct with `#[derive(Versioned)]`, or one of its indexes, found `{Self}`",
    label = "not one item type",
    note = "a collection of item types is read as it is, by `.page(n)`, `.all()`, `.first()`, `.count()` or `.stream()`; for `.modify_each(..)`, `.delete_each()`, `.sort_key(..)` and `.project::<..>()` query one of its item types: `store.query(Order::partition(..))`"
)]
pub trait Queryable: Sized {
    /// The item type. The bound `Versioned` is at the uses of this trait, so that a missing derive is reported once.
    type Item;
    /// The first part of the sort key, as a field. It leads to the other parts.
    type SortKey;
    /// Which attributes of an item a query returns: [`AllAttributes`] or [`SomeAttributes`].
    #[doc(hidden)]
    type Projected;
    /// Which consistency is possible: [`Strong`] or [`Eventual`].
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
    /// Makes a partition from the values of its fields, in their order. The derives call this.
    #[doc(hidden)]
    #[must_use]
    pub fn from_args<F>(fields: &impl KeyArgs<F>) -> Self {
        let (item_type, schema) = (<Q::Item as Versioned>::MODEL.name, const { &Q::SCHEMA });
        Self::of_fields(item_type, schema, fields.key_parts().as_ref())
    }
}

/// The key attributes of a table, in the form of a schema.
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

/// A query returns whole items.
#[doc(hidden)]
#[derive(Debug)]
pub enum AllAttributes {}
/// A query returns the attributes that the index projects.
#[doc(hidden)]
#[derive(Debug)]
pub enum SomeAttributes {}
/// Reads can be strongly consistent.
#[doc(hidden)]
#[derive(Debug)]
pub enum Strong {}
/// Reads are always eventually consistent.
#[doc(hidden)]
#[derive(Debug)]
pub enum Eventual {}

/// The sort key of a table or an index without one.
#[derive(Clone, Copy, Debug)]
pub struct NoSortKey;
