use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", index(ByA, name = "a", partition_key(name = "a", value = "a#{a}")))]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    a: String,
}

fn main() {}
