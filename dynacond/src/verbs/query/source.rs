//! What a query or a scan can read: a table, an index, or a collection of several types.
use crate::error::error::Result;
use crate::model::item::Versioned;
use crate::model::queryable::{AllAttributes, Queryable, Strong};
use crate::model::schema::{KeyNames, Schema};
use crate::model::stored::{Stored, plain_value};
use crate::value::item::Item;

/// The source of a query or a scan, which decides the type of its results: an item type, an index, or a collection of item types.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an item type with `#[derive(Versioned)]`, nor one of its indexes, nor a collection of item types",
    label = "cannot be read"
)]
pub trait Source: Sized {
    /// One result.
    type Found;
    /// One result as a plain value, which cannot be saved.
    type Value;
    /// The item type whose table is read.
    type Of: Versioned;
    /// The item type of a filter.
    type Filtered;
    #[doc(hidden)]
    type Projected;
    #[doc(hidden)]
    type Consistency;
    /// Returns the attributes for a filter.
    type Attributes: Copy;
    #[doc(hidden)]
    const ATTRIBUTES: Self::Attributes;
    #[doc(hidden)]
    const SCHEMA: Schema;
    /// The key attributes of the table or index that is read.
    #[doc(hidden)]
    const KEYS: KeyNames = KeyNames::of(&Self::SCHEMA);
    /// The key attributes of a position.
    #[doc(hidden)]
    const POSITION: KeyNames =
        KeyNames::of_position(&<Self::Of as Queryable>::SCHEMA, &Self::SCHEMA);
    /// The name for errors, traces and cursors.
    #[doc(hidden)]
    const NAME: &'static str;
    #[doc(hidden)]
    fn found(item: Item, table: &str) -> Result<Self::Found>;
    #[doc(hidden)]
    fn value(item: Item) -> Result<Self::Value>;
}

impl<Q: Queryable> Source for Q
where
    Q::Item: Versioned,
{
    type Found = Stored<Q::Item>;
    type Value = Q::Item;
    type Of = Q::Item;
    type Filtered = Q::Item;
    type Projected = Q::Projected;
    type Consistency = Q::Consistency;
    type Attributes = <Q::Item as Versioned>::Attributes;
    const ATTRIBUTES: Self::Attributes = <Q::Item as Versioned>::ATTRIBUTES;
    const SCHEMA: Schema = <Q as Queryable>::SCHEMA;
    const NAME: &'static str = <Q::Item as Versioned>::MODEL.name;
    fn found(item: Item, table: &str) -> Result<Stored<Q::Item>> {
        Ok(Stored::<Q::Item>::from_item_at(item)?.of_table(table))
    }
    fn value(item: Item) -> Result<Q::Item> {
        Ok(plain_value(&item)?)
    }
}

/// A source of whole items: a table, or an index that projects every attribute.
#[diagnostic::on_unimplemented(
    message = "the index `{Self}` does not project every attribute: add `.project::<..>()` to read what it has, or `.fetch()` to read each item from the table",
    label = "an index that projects less than the item"
)]
pub trait WholeItems {}
#[diagnostic::do_not_recommend]
impl<Q: Source<Projected = AllAttributes>> WholeItems for Q {}

/// A source with strong consistency: a table, or a local index.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is a global index, which is always eventually consistent",
    label = "there is no choice of consistency"
)]
pub trait Consistent {}
#[diagnostic::do_not_recommend]
impl<Q: Source<Consistency = Strong>> Consistent for Q {}
