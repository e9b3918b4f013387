use dynacond::AttributeType;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, AttributeType)]
struct Address {
    city: String,
}

fn main() {}
