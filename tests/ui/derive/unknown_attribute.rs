use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(tabel = "shop")]
struct Order {
    #[dynacond(partition_key)]
    id: String,
}

fn main() {}
