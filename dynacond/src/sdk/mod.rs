//! What helps with the raw SDK?
mod expression;
pub(crate) mod extension;
pub(crate) mod query_extension;
pub(crate) mod sdk_read;
mod stored;
