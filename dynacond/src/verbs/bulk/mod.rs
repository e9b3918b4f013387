//! Bulk work: many items, each written under its own guard and with its own outcome.
pub(crate) mod all;
pub(crate) mod chunks;
pub(crate) mod each;
pub(crate) mod import;
mod pace;
