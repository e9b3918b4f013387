//! What went wrong?
pub(crate) mod advice;
mod current;
pub(crate) mod error;
pub(crate) mod exhausted;
pub(crate) mod old_item;
pub(crate) mod read;
pub(crate) mod refusal;
pub(crate) mod report;
pub(crate) mod schema;
pub(crate) mod service;
mod shared;
pub(crate) mod unknown;
pub(crate) mod unvalidated;
pub(crate) mod unwritten;
