//! What may a Rust type do?
pub(crate) mod codec;
pub(crate) mod data_type;
mod foreign;
pub(crate) mod sensitive;
pub(crate) mod verify;
pub(crate) mod with;
