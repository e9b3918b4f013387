use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", partition_key(name = "pk", value = "order#{id}"))]
struct Order {
    #[dynacond(in_key)]
    id: String,
}

fn main() {
    let _ = Order::attributes().id.eq("o1");
}
