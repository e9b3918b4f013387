//! What the derive knows of an attribute beside its name and its type.
use crate::model::item::Model;
use crate::types::number_range::NumberRange;

/// What the derive knows of an attribute beside its name and its type.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Marks {
    withheld: fn() -> bool,
    /// The numbers that its Rust type holds.
    pub(crate) range: NumberRange,
    /// The item that the attribute belongs to, which knows its other attributes.
    pub(crate) model: Option<fn() -> &'static Model>,
}

impl Marks {
    /// What the derive writes.
    #[must_use]
    pub const fn new(withheld: fn() -> bool, range: NumberRange) -> Self {
        Self {
            withheld,
            range,
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
