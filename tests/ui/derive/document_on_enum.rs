use dynacond::Document;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Document)]
enum Address {
    Known { city: String },
    Unknown,
}

fn main() {}
