//! In which form results come: as stored items, as plain values, as projections, or read again from the table.
use crate::error::error::Result;
use crate::model::item::Item;

use super::page::Fetched;
use super::source::{Source, WholeItems};

/// In which form results come. Sealed in use.
pub trait Shape<Q> {
    /// One result.
    type Item;
    /// Several results.
    type Many;
    /// Whether results are read again from the table.
    #[doc(hidden)]
    const FETCH: bool = false;
    #[doc(hidden)]
    fn decode(item: Item, table: &str) -> Result<Self::Item>;
    #[doc(hidden)]
    fn many(items: Vec<Self::Item>, gone: usize, changed: usize) -> Self::Many;
}

/// As what is read gives them: `Stored<T>` of a table or an index that projects everything.
#[derive(Debug)]
pub enum Whole {}
/// As plain values, which cannot be saved.
#[derive(Debug)]
pub enum Values {}
/// Read again from the table.
#[derive(Debug)]
pub enum Fresh {}

#[diagnostic::do_not_recommend]
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
    const FETCH: bool = true;
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
#[diagnostic::do_not_recommend]
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
