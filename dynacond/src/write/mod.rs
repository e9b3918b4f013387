//! What would be written?
pub(crate) mod expectation;
pub(crate) mod preview;
pub(crate) mod target;
pub(crate) mod write;
