//! What does a caller say?
pub(crate) mod alter;
pub(crate) mod bulk;
pub(crate) mod choices;
pub(crate) mod get;
pub(crate) mod get_all;
pub(crate) mod grouped;
pub(crate) mod keys;
pub(crate) mod modify;
pub(crate) mod prepare;
pub(crate) mod query;
pub(crate) mod rewrite;
mod sending;
pub(crate) mod transact_write;
pub mod verb;
pub(crate) mod write_request;
