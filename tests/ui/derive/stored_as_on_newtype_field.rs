use dynacond::AttributeType;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, AttributeType)]
struct Placed(#[dynacond(stored_as = "M")] std::time::SystemTime);

fn main() {}
