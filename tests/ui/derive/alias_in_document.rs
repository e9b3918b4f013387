use dynacond::{Document, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Document)]
struct Address {
    #[serde(alias = "town")]
    city: String,
}

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    address: Address,
}

fn main() {
    let _ = Order::attributes().address.at(|a| a.city).eq("Lyon");
}
