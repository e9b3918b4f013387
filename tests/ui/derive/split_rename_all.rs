use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
#[serde(rename_all(serialize = "camelCase", deserialize = "kebab-case"))]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    ship_to: String,
    bill_to: String,
}

fn main() {}
