//! The error of an import that did not store all its items.
use std::fmt;

use crate::error::error::Error;

/// The error of an [`import`](crate::Store::import) that did not store all its items. It has each of these items with its reason. All
/// other items are stored.
#[non_exhaustive]
pub struct Unwritten<I> {
    /// How many items are stored.
    pub written: usize,
    /// The items that are not stored, or may not be stored, in the order in which they were given.
    pub items: Vec<UnwrittenItem<I>>,
}

/// An item that an [`import`](crate::Store::import) did not store.
#[non_exhaustive]
pub struct UnwrittenItem<I> {
    /// Its position among the items that were given, counted from 0.
    pub position: usize,
    /// The item, so that you can import it again.
    pub item: I,
    /// Why the item is not stored. After [`Error::OutcomeUnknown`] it may be stored.
    pub error: Error,
}

impl<I> fmt::Display for UnwrittenItem<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "item {}: {}", self.position, self.error)
    }
}

impl<I> fmt::Debug for UnwrittenItem<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values stay out of logs.
        write!(f, "UnwrittenItem({self})")
    }
}

impl<I> fmt::Display for Unwritten<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items = self.items.len();
        let all = items.saturating_add(self.written);
        let is_unknown = |item: &&UnwrittenItem<I>| item.error.is_outcome_unknown();
        let unknown = self.items.iter().filter(is_unknown).count();
        match (items - unknown, unknown) {
            (_, 0) => write!(f, "{items} of {all} items were not imported")?,
            (0, _) => write!(f, "{items} of {all} items may not have been imported")?,
            (not, _) => write!(
                f,
                "{not} of {all} items were not imported, and {unknown} more may not have been"
            )?,
        }
        match self.items.first() {
            Some(first) => write!(f, "; {first}"),
            None => Ok(()),
        }
    }
}

impl<I> fmt::Debug for Unwritten<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unwritten({self})")
    }
}

impl<I> std::error::Error for Unwritten<I> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.items.first().map(|first| &first.error as _)
    }
}
