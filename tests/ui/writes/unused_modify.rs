// A `modify` that is never sent.
#![deny(unused_must_use)]
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

fn case(store: Store) {
    store.modify(Order::key("o1"), |order| order.stock -= 3);
}

fn main() {}
