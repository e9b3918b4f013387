use dynacond::{AttributeType, Document, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, AttributeType)]
enum Payment {
    Open,
    Card { number: String },
}

#[derive(Serialize, Deserialize, Document)]
#[dynacond(attributes = "private")]
struct Address {
    city: String,
}

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
struct Order {
    #[dynacond(partition_key)]
    payment: Payment,
    address: Address,
}

fn main() {
    let key = Order::key(&Payment::Open);
    let paid = Order::attributes().payment.eq(Payment::Open);
    let near = Order::attributes().address.at(|a| a.city).begins_with("Ly");
    println!("{key} {paid} {near}");
}
