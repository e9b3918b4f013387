use dynacond::AttributeType;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, AttributeType)]
enum Payment {
    Open,
    Card { number: String },
}

fn main() {}
