use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", index(ByPaid, name = "paid", partition_key(paid)))]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    paid: bool,
}

fn main() {}
