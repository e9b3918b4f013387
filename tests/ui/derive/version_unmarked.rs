use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", version = "revision")]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    revision: u64,
}

fn main() {}
