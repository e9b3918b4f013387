use dynacond::AttributeType;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, AttributeType)]
#[serde(untagged)]
enum Amount {
    Exact(u64),
    Range(String),
}

fn main() {}
