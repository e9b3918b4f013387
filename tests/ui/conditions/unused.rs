// A condition that guards nothing.
#![deny(unused_must_use)]
#[path = "../model.rs"]
mod model;
use dynacond::Versioned;
use model::Order;

fn case() {
    Order::attributes().stock.ge(3);
}

fn main() {}
