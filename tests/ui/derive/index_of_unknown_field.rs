use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", index(ByA, name = "a", partition_key(stauts)))]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    status: String,
}

fn main() {}
