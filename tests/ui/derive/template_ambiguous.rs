use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", partition_key(name = "pk", value = "{customer}{id}"))]
struct Order {
    customer: String,
    id: String,
}

fn main() {}
