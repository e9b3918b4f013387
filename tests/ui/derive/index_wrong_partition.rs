use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", index(ByA, name = "by-a", partition_key(a)))]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    a: u64,
}

fn main() {
    let _ = ByA::partition("x");
}
