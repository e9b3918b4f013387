// The time of the latest write in a field of the key.
use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "pages", written_at = "updated")]
struct Page {
    #[dynacond(partition_key)]
    id: String,
    #[dynacond(sort_key)]
    updated: u64,
}

fn main() {}
