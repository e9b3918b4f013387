//! An order with an enum that has data.
use dynacond::{Document, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Document)]
#[serde(tag = "type")]
pub enum Payment {
    Card { number: String },
    Cash,
}

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "orders")]
pub struct Order {
    #[dynacond(partition_key)]
    pub id: String,
    pub payment: Payment,
}
