use dynacond::{AttributeType, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, AttributeType)]
struct Paid(bool);

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
struct Order {
    #[dynacond(partition_key)]
    paid: Paid,
}

fn main() {}
