//! Bulk: many items, each written under its own guard, with its own outcome.
pub(crate) mod watch;
