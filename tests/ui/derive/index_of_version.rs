use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", index(ByA, name = "a", partition_key(name = "gsi1pk", value = "{version}")))]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    #[dynacond(version)] version: u64,
}

fn main() {}
