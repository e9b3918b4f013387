//! What became of it?
pub(crate) mod execute;
pub(crate) mod outcome;
pub(crate) mod trace;
pub(crate) mod transaction;
