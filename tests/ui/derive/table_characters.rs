// A table's name with a character that DynamoDB's do not have.
use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "my orders")]
struct Order {
    #[dynacond(partition_key)]
    id: String,
}

fn main() {}
