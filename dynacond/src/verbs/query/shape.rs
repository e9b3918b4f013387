//! The shape of results: stored items, plain values, projections, or items that are read again from the table.
use std::convert::Infallible;
use std::marker::PhantomData;

use crate::error::error::Result;
use crate::expression::projection::Projection;
use crate::model::item::Guarded;
use crate::model::queryable::Queryable;
use crate::model::stored::Stored;
use crate::outcome::fetch::Gives;
use crate::read::seen::Seen;
use crate::value::item::Item;

use super::page::Fetched;
use super::source::{Source, WholeItems};

/// The shape of results. Callers cannot implement this trait.
pub trait Shape<Q> {
    /// One result.
    type Item;
    /// Several results.
    type Many;
    #[doc(hidden)]
    const GIVES: Gives = Gives::Found;
    #[doc(hidden)]
    fn decode(item: Item, table: &str) -> Result<Self::Item>;
    #[doc(hidden)]
    fn many(items: Vec<Self::Item>, gone: usize, changed: usize) -> Self::Many;
}

/// A shape of results that can be written: whole items, as they are stored.
#[diagnostic::on_unimplemented(
    message = "`modify_each` and `delete_each` write the items that were read, and these are not whole items: leave out `.values()` and `.project::<..>()`; an index that does not project everything takes `.fetch()`",
    label = "cannot be written"
)]
pub trait Savable<Q>: Shape<Q> {
    /// The item type.
    type Stored: Guarded;
    #[doc(hidden)]
    fn stored(item: Item, table: &str) -> Result<Stored<Self::Stored>>;
}
impl<Q: Queryable + WholeItems> Savable<Q> for Whole
where
    Q::Item: Guarded,
{
    type Stored = Q::Item;
    fn stored(item: Item, table: &str) -> Result<Stored<Q::Item>> {
        Q::found(item, table)
    }
}
impl<Q: Queryable> Savable<Q> for Fresh
where
    Q::Item: Guarded,
{
    type Stored = Q::Item;
    fn stored(item: Item, table: &str) -> Result<Stored<Q::Item>> {
        Q::found(item, table)
    }
}

/// The results of the source: `Stored<T>` for a table, or for an index that projects everything.
#[derive(Debug)]
pub enum Whole {}
/// Plain values, which cannot be saved.
#[derive(Debug)]
pub enum Values {}
/// Items that are read again from the table.
#[derive(Debug)]
pub enum Fresh {}

/// Some attributes of each item, which cannot be saved.
#[derive(Debug)]
pub struct Part<P>(PhantomData<fn() -> P>, Infallible);

#[diagnostic::do_not_recommend]
impl<Q, P: Projection> Shape<Q> for Part<P> {
    type Item = Seen<P>;
    type Many = Vec<Seen<P>>;
    fn decode(item: Item, _: &str) -> Result<Seen<P>> {
        Ok(Seen::from_item(&item)?)
    }
    fn many(items: Vec<Seen<P>>, _: usize, _: usize) -> Vec<Seen<P>> {
        items
    }
}
impl<Q: Source + WholeItems> Shape<Q> for Whole {
    type Item = Q::Found;
    type Many = Vec<Q::Found>;
    fn decode(item: Item, table: &str) -> Result<Q::Found> {
        Q::found(item, table)
    }
    fn many(items: Vec<Q::Found>, _: usize, _: usize) -> Vec<Q::Found> {
        items
    }
}
#[diagnostic::do_not_recommend]
impl<Q: Source> Shape<Q> for Fresh {
    type Item = Q::Found;
    type Many = Fetched<Q::Found>;
    const GIVES: Gives = Gives::Fetched;
    fn decode(item: Item, table: &str) -> Result<Q::Found> {
        Q::found(item, table)
    }
    fn many(items: Vec<Q::Found>, gone: usize, changed: usize) -> Fetched<Q::Found> {
        Fetched {
            items,
            gone,
            changed,
        }
    }
}
impl<Q: Source + WholeItems> Shape<Q> for Values {
    type Item = Q::Value;
    type Many = Vec<Q::Value>;
    fn decode(item: Item, _: &str) -> Result<Q::Value> {
        Q::value(item)
    }
    fn many(items: Vec<Q::Value>, _: usize, _: usize) -> Vec<Q::Value> {
        items
    }
}
