use dynacond::Document;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Document)]
struct Address {
    #[dynacond(partition_key)]
    city: String,
}

fn main() {}
