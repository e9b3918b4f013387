//! Renders trees as text with placeholders.
pub(crate) mod compile;
pub(crate) mod compiled;
mod renumber;
mod writer;
