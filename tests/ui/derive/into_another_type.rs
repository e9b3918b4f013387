use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize)]
struct Row {
    id: String,
}

#[derive(Clone, Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
#[serde(into = "Row", from = "Row")]
struct Order {
    #[dynacond(partition_key)]
    id: String,
}

impl From<Row> for Order {
    fn from(row: Row) -> Self {
        Self { id: row.id }
    }
}
impl From<Order> for Row {
    fn from(order: Order) -> Self {
        Self { id: order.id }
    }
}

fn main() {}
