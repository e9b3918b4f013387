//! A model of times and decimals, as several crates write them.
use chrono::{DateTime, Utc};
use dynacond::Versioned;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "events")]
pub struct Event {
    #[dynacond(partition_key)]
    pub id: String,
    pub text: DateTime<Utc>,
    pub price: Decimal,
    #[serde(default, with = "dynacond::epoch_seconds")]
    pub expires: Option<DateTime<Utc>>,
    #[serde(default, with = "chrono::serde::ts_seconds_option")]
    #[dynacond(stored_as = "N")]
    pub left: Option<DateTime<Utc>>,
}
