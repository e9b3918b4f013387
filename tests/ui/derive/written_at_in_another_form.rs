// The time of the latest write, read as if it were stored in milliseconds.
use std::time::SystemTime;

use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "pages", written_at = "updated")]
struct Page {
    #[dynacond(partition_key)]
    id: String,
    #[serde(with = "dynacond::epoch_millis")]
    updated: SystemTime,
}

fn main() {}
