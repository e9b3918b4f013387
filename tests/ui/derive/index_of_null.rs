use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", index(ByNote, name = "note", partition_key(note)))]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    note: Option<String>,
}

fn main() {}
