use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", index(name = "a", partition_key(a)))]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    a: String,
}

fn main() {}
