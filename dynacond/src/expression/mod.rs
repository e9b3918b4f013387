//! What is said of attributes? Operands, conditions and update actions, compiled to text and evaluated on items.
pub(crate) mod apply;
pub(crate) mod attribute;
mod binary;
pub(crate) mod change;
pub(crate) mod charge;
pub(crate) mod check;
pub(crate) mod compile;
pub(crate) mod condition;
pub(crate) mod evaluate;
pub(crate) mod explanation;
pub(crate) mod in_key;
mod lexer;
pub(crate) mod name;
pub(crate) mod node;
pub(crate) mod operand;
pub(crate) mod parse;
pub(crate) mod parse_error;
mod parse_operand;
mod renumber;
mod reserved_words;
pub(crate) mod sort_key;
pub(crate) mod update;
mod writer;

pub(crate) use crate::value::rule;
