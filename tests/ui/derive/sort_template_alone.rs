use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", sort_key(name = "sk", value = "order#{id}"))]
struct Order {
    id: String,
}

fn main() {}
