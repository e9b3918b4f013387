//! A write that was applied, and whose lost answer contained the old item.
use std::fmt;

use crate::value::item::Item;
use crate::write::target::{Target, targeted};

/// The write was applied, but the answer was lost, so the item as it was before the write is not known.
pub struct OldItemLost {
    pub(crate) target: Target,
    pub(crate) item: Option<Item>,
}

targeted!(OldItemLost);

impl OldItemLost {
    /// Returns the item after the write.
    #[must_use]
    pub const fn item(&self) -> Option<&Item> {
        self.item.as_ref()
    }
}

impl fmt::Display for OldItemLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: the write was applied, but the answer with the old item was lost",
            self.target
        )
    }
}

impl fmt::Debug for OldItemLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The item's values stay out of logs.
        write!(f, "OldItemLost({self})")
    }
}

impl std::error::Error for OldItemLost {}
