use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    #[serde(rename(serialize = "shipTo", deserialize = "shipTo", deserialize = "address"))]
    address: String,
}

fn main() {}
