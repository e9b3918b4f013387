// The element has the right type, and the type says nothing of DynamoDB.
use dynacond::{Store, Versioned};
use serde::{Deserialize, Serialize};

#[derive(PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Line(String);

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    #[serde(with = "serde_dynamo::string_set")]
    lines: std::collections::HashSet<Line>,
}

fn case(store: Store, line: Line) {
    let _ = store.update(Order::key("o1")).set(|o| o.lines.insert(line));
}

fn main() {}
