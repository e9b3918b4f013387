//! What may a Rust type do?
pub(crate) mod asked;
pub(crate) mod attribute_type;
pub(crate) mod capability;
pub(crate) mod codec;
pub(crate) mod data_type;
pub(crate) mod encoding;
mod foreign;
pub mod kind;
pub(crate) mod number_range;
pub(crate) mod probe;
mod standard;
pub(crate) mod verify;
pub(crate) mod with;
