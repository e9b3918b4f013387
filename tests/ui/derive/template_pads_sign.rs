use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", partition_key(name = "pk", value = "order#{id:06}"))]
struct Order {
    id: i32,
}

fn main() {}
