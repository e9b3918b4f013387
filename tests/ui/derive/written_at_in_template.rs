// The time of the latest write in the template of an index.
use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "pages",
    written_at = "updated",
    index(
        Latest,
        name = "latest",
        partition_key(board),
        sort_key(name = "latest_sk", value = "{updated:012}")
    )
)]
struct Page {
    #[dynacond(partition_key)]
    id: String,
    board: String,
    updated: u64,
}

fn main() {}
