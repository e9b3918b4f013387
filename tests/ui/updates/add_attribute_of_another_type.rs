// Both are numbers in DynamoDB, and a negative one is no `u32`.
use dynacond::{Store, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
struct Shelf {
    #[dynacond(partition_key)]
    id: String,
    stock: u32,
    delta: i32,
}

fn case(store: Store) {
    let _ = store.update(Shelf::key("s1")).set(|s| s.stock.add(s.delta));
}

fn main() {}
