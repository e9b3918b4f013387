use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
enum Order {
    Open { id: String },
    Shipped { id: String },
}

fn main() {}
