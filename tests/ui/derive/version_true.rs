// A version that is on anyway.
use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "tickets", version = true)]
struct Ticket {
    #[dynacond(partition_key)]
    id: String,
}

fn main() {}
