#[path = "../parcel.rs"]
mod parcel;
use dynacond::{ItemCollection, Stored, Versioned};
use parcel::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "parcels",
    partition_key(name = "pk", value = "client#{customer}"),
    sort_key(name = "sk", value = "other#{n}")
)]
struct Other {
    customer: String,
    n: u64,
}

#[derive(ItemCollection)]
enum CustomerData {
    Parcel(Stored<Parcel>),
    Other(Other),
}

fn main() {}
