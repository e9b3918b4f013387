//! What is said of attributes? Operands, conditions and update actions, compiled to text and evaluated on items.
pub(crate) mod attribute;
mod binary;
pub(crate) mod charge;
pub(crate) mod check;
pub(crate) mod condition;
pub(crate) mod error;
pub(crate) mod evaluate;
pub(crate) mod in_key;
mod is_variant;
pub(crate) mod key_condition;
pub(crate) mod parse;
pub(crate) mod projection;
pub(crate) mod render;
pub(crate) mod sort_key;
pub(crate) mod tree;
pub(crate) mod update;
