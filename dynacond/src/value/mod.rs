//! What can an attribute hold?
pub(crate) mod deserialize;
pub(crate) mod digest;
pub(crate) mod item;
pub(crate) mod reason;
pub(crate) mod rule;
pub(crate) mod rules;
pub(crate) mod serialize;
pub(crate) mod show;
