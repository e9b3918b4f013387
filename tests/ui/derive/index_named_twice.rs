use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", index(ByA, name = "a", partition_key(a)), index(ByB, name = "a", partition_key(b)))]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    a: String,
    b: String,
}

fn main() {}
