//! What went wrong?
mod current;
pub(crate) mod error;
pub(crate) mod exhausted;
pub(crate) mod read;
pub(crate) mod refusal;
pub(crate) mod service;
pub(crate) mod unknown;
pub(crate) mod unvalidated;
