use dynacond::Document;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Document)]
#[dynacond(table = "addresses")]
struct Address {
    city: String,
}

fn main() {}
