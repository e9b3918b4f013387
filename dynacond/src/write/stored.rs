//! What a write takes from a `Stored` item: the expectation, and the item after a save.
use crate::model::encoding::rewritten;
use crate::model::invalid::InvalidInput;
use crate::model::item::Versioned;
use crate::model::stored::Stored;
use crate::value::item::Item;
use crate::write::expectation::Expectation;
use crate::write::merge::Merge;

/// Returns the expectation that the item is still as it was read.
pub(crate) fn as_read<I: Versioned>(item: &Stored<I>) -> Expectation {
    Expectation::as_read(&I::MODEL, &item.raw)
}

impl<T: Versioned> Stored<T> {
    /// Returns the item after a save, if the struct now writes `mine`.
    pub(crate) fn merged(&self, mine: &Item) -> Result<Item, InvalidInput> {
        self.merged_into(mine, &self.raw)
    }

    /// Returns the item after the same change of another state of the item.
    pub(crate) fn merged_into(&self, mine: &Item, stored: &Item) -> Result<Item, InvalidInput> {
        self.merge(mine, stored, stored.clone())
    }

    /// Returns the item after a save, without another copy of it. `read` is the item as it was read.
    pub(crate) fn into_merged(mut self, mine: &Item, read: &Item) -> Result<Item, InvalidInput> {
        let copy = std::mem::take(&mut self.raw);
        self.merge(mine, read, copy)
    }

    fn merge(&self, mine: &Item, stored: &Item, copy: Item) -> Result<Item, InvalidInput> {
        let merge = Merge {
            model: const { &T::MODEL },
            stored,
            rewritten: &rewritten::<T>,
        };
        merge.item(&self.base, mine, copy)
    }
}
