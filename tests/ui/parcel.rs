use dynacond::{Document, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Document)]
pub struct Address {
    pub street: String,
    pub city: String,
}

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "parcels",
    partition_key(name = "pk", value = "customer#{customer}"),
    sort_key(name = "sk", value = "parcel#{id}"),
    index(ByState, name = "by-state", partition_key(state), include(address))
)]
pub struct Parcel {
    pub customer: String,
    pub id: String,
    pub state: String,
    pub grams: u64,
    pub address: Address,
    pub lines: Vec<Address>,
}

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "users")]
pub struct User {
    #[dynacond(partition_key)]
    pub id: String,
}
