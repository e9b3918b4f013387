//! What can an attribute hold?
pub(crate) mod comparison;
pub(crate) mod deserialize;
pub(crate) mod digest;
pub(crate) mod item;
pub(crate) mod measure;
pub(crate) mod number;
pub(crate) mod reason;
pub(crate) mod rule;
pub(crate) mod serialize;
pub(crate) mod show;
pub(crate) mod storable;

pub(crate) use comparison::{begins_with, compare, contains, equal, equal_maps};
pub(crate) use measure::{MAX_ITEM, item_size, json_size, size, size_at_most, stored_size};
pub(crate) use number::{canonical, check_number, decimal, plain, whole};
pub(crate) use storable::{MAX_DEPTH, check, data_type, is_too_deep};
