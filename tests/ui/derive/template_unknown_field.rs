use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shop",
    partition_key(name = "pk", value = "order#{order_nmber}")
)]
struct Order {
    order_number: String,
}

fn main() {}
