//! A `Stored` item as a write sees it: what the write expects, and what a save leaves.
use crate::model::encoding::rewritten;
use crate::model::invalid::InvalidInput;
use crate::model::item::Versioned;
use crate::model::stored::Stored;
use crate::value::item::Item;
use crate::write::expectation::Expectation;
use crate::write::merge::Merge;

/// What a write of an item that was read expects: the item as it was read.
pub(crate) fn as_read<I: Versioned>(item: &Stored<I>) -> Expectation {
    Expectation::as_read(&I::MODEL, &item.raw)
}

impl<T: Versioned> Stored<T> {
    /// The item that a save leaves, where the struct writes `mine` now: a change of what was read.
    pub(crate) fn merged(&self, mine: &Item) -> Result<Item, InvalidInput> {
        self.merged_into(mine, &self.raw)
    }

    /// The same, as a change of another state of the item.
    pub(crate) fn merged_into(&self, mine: &Item, stored: &Item) -> Result<Item, InvalidInput> {
        let merge = Merge {
            model: const { &T::MODEL },
            stored,
            rewritten: &rewritten::<T>,
        };
        merge.item(&self.base, mine)
    }
}
