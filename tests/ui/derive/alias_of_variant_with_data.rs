use dynacond::AttributeType;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, AttributeType)]
enum Payment {
    #[serde(alias = "Credit")]
    Card { network: String },
    Invoice { days: u32 },
}

fn main() {}
