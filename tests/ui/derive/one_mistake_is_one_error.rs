use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", partition_key(name = "pk", value = "order#{number}"))]
struct Order {
    id: String,
    status: String,
}

fn main() {
    let key = Order::key("o1");
    let pending = Order::attributes().status.eq("pending");
    let order = Order {
        id: "o1".to_owned(),
        status: "pending".to_owned(),
    };
    println!("{} {} {}", key, order.to_key(), pending);
}
