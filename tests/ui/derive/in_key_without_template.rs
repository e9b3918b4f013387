use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", partition_key(name = "pk", value = "order#{id}"))]
struct Order {
    id: String,
    #[dynacond(in_key)]
    region: String,
}

fn main() {}
