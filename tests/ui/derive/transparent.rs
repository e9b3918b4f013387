use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
#[serde(transparent)]
struct Order {
    #[dynacond(partition_key)]
    id: String,
}

fn main() {}
