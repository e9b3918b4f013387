use dynacond::{Document, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Document)]
struct Address {
    city: String,
}

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", index(ByCity, name = "by-city", partition_key(address.city), sort_key(id)))]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    address: Address,
}

fn main() {}
