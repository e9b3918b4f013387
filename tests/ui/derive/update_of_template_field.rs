use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", partition_key(name = "pk", value = "order#{id}"))]
struct Order {
    id: String,
    stock: u32,
}

fn main() {
    let _ = Order::attributes().id.to("o2");
}
