//! What can be queried by a partition: a table, and each of its indexes.
use crate::model::key_attribute::KeyAttribute;
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
    #[doc(hidden)]
    const SORT_KEY: Self::SortKey;
    #[doc(hidden)]
    const PARTITION: &'static [KeyAttribute];
    #[doc(hidden)]
    const SORT: &'static [KeyAttribute];
    #[doc(hidden)]
    const SCHEMA: Schema;
}

/// What has no sort key has no parts of one.
#[derive(Clone, Copy, Debug)]
pub struct NoSortKey;
