//! Expressions: operands, conditions and update actions, compiled to text and evaluated on items.
pub(crate) mod apply;
pub(crate) mod change;
pub(crate) mod check;
pub(crate) mod compile;
pub(crate) mod condition;
pub(crate) mod evaluate;
mod lexer;
pub(crate) mod name;
pub(crate) mod node;
mod number;
pub(crate) mod operand;
pub(crate) mod parse;
pub(crate) mod parse_error;
mod parse_operand;
mod reserved_words;
pub(crate) mod update;
pub(crate) mod value;
mod writer;
