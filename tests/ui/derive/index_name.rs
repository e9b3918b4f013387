use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", index(ByCity, name = "gs", partition_key(city)))]
struct Short {
    #[dynacond(partition_key)]
    id: String,
    city: String,
}

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", index(InTown, name = "by city", partition_key(city)))]
struct Spaced {
    #[dynacond(partition_key)]
    id: String,
    city: String,
}

fn main() {}
