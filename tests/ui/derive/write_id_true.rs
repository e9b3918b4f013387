use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", write_id = true)]
struct Order {
    #[dynacond(partition_key)]
    id: String,
}

fn main() {}
