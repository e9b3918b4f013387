use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", partition_key(name = "pk", value = "order#{id}"))]
struct Order {
    #[dynacond(stored_as = "B")]
    id: Vec<u8>,
}

fn main() {}
