//! What is an item type?
pub(crate) mod conversion;
pub(crate) mod encoding;
pub(crate) mod invalid;
pub(crate) mod item;
pub(crate) mod key;
pub(crate) mod key_attribute;
pub(crate) mod key_field;
pub(crate) mod marks;
pub(crate) mod partition;
pub(crate) mod queryable;
pub(crate) mod raw_key;
pub(crate) mod schema;
pub(crate) mod stored;
pub(crate) mod tag;
pub(crate) mod template;
pub(crate) mod template_range;
pub(crate) mod write_id;
