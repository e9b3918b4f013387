//! How else can a value be written? These are modules for `#[serde(with = "…")]`.
pub(crate) mod moment;
pub(crate) mod number;

pub mod epoch_millis;
pub mod epoch_seconds;
pub mod exact_number;
pub mod sortable_time;
