use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", index(ByA, name = "a", partition_key(a)))]
struct Order<T> {
    #[dynacond(partition_key)]
    id: String,
    a: String,
    t: Vec<T>,
}

fn main() {}
