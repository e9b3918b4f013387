use dynacond::{AttributeType, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, AttributeType)]
enum Status {
    Open,
}

#[derive(Serialize, Deserialize)]
struct Day(u32);

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shop",
    partition_key(name = "pk", value = "{customer}#{number}"),
    sort_key(name = "sk", value = "{status}")
)]
struct Order {
    customer: String,
    number: u64,
    status: Status,
}

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
struct Visit {
    #[dynacond(partition_key, stored_as = "N")]
    day: Day,
}

fn main() {
    let _ = Order::key((1, 2, Status::Open));
    let _ = Order::key(("c1", 2, "Open"));
    let _ = Order::partition(("c1", "2"));
    let _ = Order::key("c1");
    let _ = Visit::key(1);
    let _ = Visit::key((Day(1), "c1"));
}
