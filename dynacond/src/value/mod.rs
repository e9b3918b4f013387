//! What can an attribute hold?
pub(crate) mod rules;
