use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", version = "v")]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    #[dynacond(version)]
    revision: u64,
}

fn main() {}
