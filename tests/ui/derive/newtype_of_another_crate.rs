use dynacond::AttributeType;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, AttributeType)]
struct Placed(std::time::SystemTime);

fn main() {}
