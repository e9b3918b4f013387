// An action that changes nothing.
#![deny(unused_must_use)]
#[path = "../model.rs"]
mod model;
use dynacond::Versioned;
use model::Order;

fn case() {
    Order::attributes().stock.to(3);
}

fn main() {}
