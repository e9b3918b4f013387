use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
struct Order {
    #[dynacond(partition_key)]
    id: u64,
}

fn main() {
    let _ = Order::key("1".parse().unwrap());
}
