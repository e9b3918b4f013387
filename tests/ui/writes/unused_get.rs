// A read that is never sent.
#![deny(unused_must_use)]
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

fn case(store: Store) {
    store.get(Order::key("o1"));
}

fn main() {}
