use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
struct Order {
    id: String,
    #[dynacond(sort_key)]
    placed: u64,
}

fn main() {}
