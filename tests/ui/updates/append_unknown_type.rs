// The element has the right type, and the type says nothing of DynamoDB.
use dynacond::{Store, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Line {
    sku: String,
}

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    lines: Vec<Line>,
}

fn case(store: Store, line: Line) {
    let _ = store.update(Order::key("o1")).set(|o| o.lines.append(line));
}

fn main() {}
