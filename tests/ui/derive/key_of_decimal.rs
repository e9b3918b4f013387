use dynacond::Versioned;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "prices")]
struct Price {
    #[dynacond(partition_key)]
    amount: Decimal,
}

fn main() {}
