//! What may a Rust type do?
pub(crate) mod data_type;
