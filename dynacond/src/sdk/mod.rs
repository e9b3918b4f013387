//! What helps beside the raw SDK?
pub(crate) mod extension;
pub(crate) mod sdk_read;
mod stored;
