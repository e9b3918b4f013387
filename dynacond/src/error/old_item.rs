//! A write whose lost answer contained the old item.
use std::fmt;

use crate::value::item::Item;
use crate::write::target::{Target, targeted};

/// The write was applied, but the answer was lost, so the item as it was before the write is not known.
///
/// After a [`resend`](crate::OutcomeUnknown::resend) of a `take` the error says less: there is no item, and nobody knows whether the first
/// attempt deleted one.
pub struct OldItemLost {
    pub(crate) target: Target,
    pub(crate) item: Option<Item>,
}

targeted!(OldItemLost);

impl OldItemLost {
    /// Returns the item after the write, or `None` after a `take`.
    #[must_use]
    pub const fn item(&self) -> Option<&Item> {
        self.item.as_ref()
    }
}

impl fmt::Display for OldItemLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let says = if self.item.is_some() {
            "the write was applied, but the answer with the old item was lost"
        } else {
            "there is no item any more; if the first attempt deleted it, the answer with the old item was lost"
        };
        write!(f, "{}: {says}", self.target)
    }
}

impl fmt::Debug for OldItemLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The item's values stay out of logs.
        write!(f, "OldItemLost({self})")
    }
}

impl std::error::Error for OldItemLost {}
