use dynacond::Versioned;
use serde::{Deserialize, Serialize};

/// A sort key of several parts, and indexes with and without one.
#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "visits",
    partition_key(name = "pk", value = "guest#{guest}"),
    sort_key(name = "sk", value = "visit#{day}#{room}#{n}"),
    index(ByRoom, name = "by-room", partition_key(room), sort_key(beds)),
    index(ByHotel, name = "by-hotel", partition_key(hotel))
)]
pub struct Visit {
    pub guest: String,
    pub day: String,
    pub room: String,
    pub n: u64,
    pub beds: u64,
    pub hotel: String,
}

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "visits")]
pub struct Guest {
    #[dynacond(partition_key)]
    pub id: String,
    pub name: String,
}
