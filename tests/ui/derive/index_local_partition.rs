use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", index(ByTwo, name = "two", partition_key(a), sort_key(b), local))]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    a: String,
    b: String,
}

fn main() {}
