use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
struct Order {
    #[dynacond(partition_key)]
    #[serde(flatten)]
    id: std::collections::HashMap<String, String>,
}

fn main() {}
