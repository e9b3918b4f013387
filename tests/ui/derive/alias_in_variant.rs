use dynacond::AttributeType;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, AttributeType)]
#[serde(tag = "kind")]
enum Payment {
    Card {
        #[serde(alias = "brand")]
        network: String,
    },
    Cash,
}

fn main() {}
