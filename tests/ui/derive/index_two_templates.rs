use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", index(ByA, name = "a", partition_key(name = "gsi1pk", value = "a#{a}")), index(ByB, name = "b", partition_key(name = "gsi1pk", value = "b#{a}")))]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    a: String,
}

fn main() {}
