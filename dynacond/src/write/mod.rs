//! What would be written?
mod align;
pub(crate) mod expectation;
pub(crate) mod guard;
pub(crate) mod guard_result;
pub(crate) mod in_range;
pub(crate) mod merge;
pub(crate) mod preview;
mod stamp_guard;
pub(crate) mod stored;
pub(crate) mod target;
pub(crate) mod token;
pub(crate) mod unsendable;
pub(crate) mod write;
