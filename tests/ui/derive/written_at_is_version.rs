// The time of the latest write under the version's name.
use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "pages", written_at = "item_version")]
struct Page {
    #[dynacond(partition_key)]
    id: String,
}

fn main() {}
