// An ARN with a character that ARNs of tables do not have.
use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "arn:aws:dynamodb:eu-west-3:123456789012:table/orders*")]
struct Order {
    #[dynacond(partition_key)]
    id: String,
}

fn main() {}
