use dynacond::{AttributeType, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, AttributeType)]
struct OrderId(String);

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
pub struct Order {
    #[dynacond(partition_key)]
    id: OrderId,
}

fn main() {}
