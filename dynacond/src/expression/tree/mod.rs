//! The trees: operands, conditions and changes, without item types.
pub(crate) mod change;
pub(crate) mod formula;
pub(crate) mod name;
pub(crate) mod node;
pub(crate) mod operand;
pub(crate) mod tagging;
pub(crate) mod variant;
