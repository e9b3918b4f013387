//! What would be written?
mod align;
pub(crate) mod expectation;
pub(crate) mod guard;
pub(crate) mod guard_result;
pub(crate) mod in_range;
pub(crate) mod lower;
pub(crate) mod merge;
pub(crate) mod or_create;
pub(crate) mod preview;
pub(crate) mod put;
mod stamp_guard;
pub(crate) mod stored;
pub(crate) mod target;
pub(crate) mod token;
pub(crate) mod unsendable;
pub(crate) mod update;
pub(crate) mod whole_item;
pub(crate) mod write;
