use dynacond::Document;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Document)]
#[serde(untagged)]
enum Address {
    Known { city: String },
    Abroad { country: String },
}

fn main() {}
