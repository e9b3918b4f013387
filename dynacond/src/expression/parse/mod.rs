//! Parses text with placeholders into trees.
pub(crate) mod condition;
pub(crate) mod error;
mod lexer;
mod operand;
mod reserved_words;
pub(crate) mod update;
