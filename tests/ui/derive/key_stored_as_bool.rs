use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Flag(bool);

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
struct Order {
    #[dynacond(partition_key, stored_as = "BOOL")]
    paid: Flag,
}

fn main() {}
