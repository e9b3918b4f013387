// A field that shows the version, which is switched off.
use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "tickets", version = false)]
struct Ticket {
    #[dynacond(partition_key)]
    id: String,
    #[dynacond(version)]
    revision: u64,
}

fn main() {}
