use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", index(ByTwo, name = "two", sort_key(a, b), local))]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    a: String,
    b: String,
}

fn main() {}
