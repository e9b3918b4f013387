//! The checks of the parsed input, and their results.
pub(crate) mod collection;
pub(crate) mod data_type;
pub(crate) mod index;
pub(crate) mod key;
pub(crate) mod model;
pub(crate) mod projection;
pub(crate) mod stamp;
