//! What the derive knows of an attribute beside its name and its type.
use crate::model::item::Model;

/// What the derive knows of an attribute beside its name and its type.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Marks {
    withheld: fn() -> bool,
    /// Whether its Rust type holds no negative number.
    pub(crate) unsigned: bool,
    /// The item that the attribute belongs to, which knows its other attributes.
    pub(crate) model: Option<fn() -> &'static Model>,
}

impl Marks {
    /// What the derive writes.
    #[must_use]
    pub const fn new(withheld: fn() -> bool, unsigned: bool) -> Self {
        Self {
            withheld,
            unsigned,
            model: None,
        }
    }

    /// What the derive writes of an item's attribute.
    #[must_use]
    pub const fn of(self, model: fn() -> &'static Model) -> Self {
        Self {
            model: Some(model),
            ..self
        }
    }

    /// Whether its values are never shown.
    pub(crate) fn withheld(self) -> bool {
        (self.withheld)()
    }
}
