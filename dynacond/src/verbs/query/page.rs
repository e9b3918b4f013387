//! The results of queries: pages, counts, and items that were read again.
use crate::read::cursor::Cursor;

/// A page of results.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items, at most as many as you asked for. A page also ends before an item that does not decode.
    pub items: Vec<T>,
    /// The position of the next page. It is `None` only if the end was seen.
    pub next: Option<Cursor>,
    /// How many items DynamoDB looked at, before the filter. You pay for all of them.
    pub examined: usize,
    /// With [`fetch`](crate::Query::fetch): items of the index that are no longer in the table.
    pub gone: usize,
    /// With [`fetch`](crate::Query::fetch): items that no longer match the query.
    pub changed: usize,
}

/// How many items match a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Count {
    /// How many items match the key condition and the filter.
    pub matched: usize,
    /// How many items DynamoDB looked at, before the filter. You pay for all of them.
    pub examined: usize,
    /// How many requests were sent.
    pub pages: usize,
}

/// Items that were read again from the table, and how many others are gone or have changed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fetched<T> {
    /// The items that exist and still match.
    pub items: Vec<T>,
    /// Items of the index that are no longer in the table.
    pub gone: usize,
    /// Items that no longer match the query.
    pub changed: usize,
}
