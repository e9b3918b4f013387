use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", index(ByA, name = "by-a", partition_key(name = "gsi1pk", value = "{a}{b}")))]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    a: String,
    b: String,
}

fn main() {}
