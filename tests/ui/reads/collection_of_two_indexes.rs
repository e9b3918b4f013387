// Indexes that one table cannot have together: of one name with other keys, local and global, and a key of two types.
use dynacond::{ItemCollection, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shop",
    partition_key(name = "pk", value = "customer#{customer}"),
    sort_key(name = "sk", value = "order#{id}"),
    index(ByDay, name = "by-day", partition_key(customer), sort_key(day))
)]
struct Order {
    customer: String,
    id: String,
    day: String,
}

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shop",
    partition_key(name = "pk", value = "customer#{customer}"),
    sort_key(name = "sk", value = "visit#{id}"),
    index(VisitsByDay, name = "by-day", partition_key(day), sort_key(customer))
)]
struct Visit {
    customer: String,
    id: String,
    day: String,
}

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shop",
    partition_key(name = "pk", value = "customer#{customer}"),
    sort_key(name = "sk", value = "note#{id}"),
    index(NotesByDay, name = "notes-by-day", partition_key(day))
)]
struct Note {
    customer: String,
    id: String,
    day: u32,
}

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shop",
    partition_key(name = "pk", value = "customer#{customer}"),
    sort_key(name = "sk", value = "call#{id}"),
    index(CallsByDay, name = "by-day", sort_key(day), local)
)]
struct Call {
    customer: String,
    id: String,
    day: String,
}

#[derive(ItemCollection)]
enum OtherKeys {
    Order(Order),
    Visit(Visit),
}

#[derive(ItemCollection)]
enum OtherType {
    Order(Order),
    Note(Note),
}

#[derive(ItemCollection)]
enum OtherKind {
    Order(Order),
    Call(Call),
}

fn main() {}
