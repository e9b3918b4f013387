use dynacond::Versioned;
use serde::{Deserialize, Serialize};

mod hex {
    pub fn serialize<S: serde::Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{value:x}"))
    }
    pub fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        serde::Deserialize::deserialize(deserializer)
    }
}

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    #[serde(with = "hex")]
    colour: u64,
}

fn main() {
    let _ = Order::attributes().colour.eq(255);
}
