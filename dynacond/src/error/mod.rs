//! What went wrong?
pub(crate) mod error;
pub(crate) mod read;
pub(crate) mod refusal;
pub(crate) mod unknown;
pub(crate) mod unvalidated;
