// A request that is never sent.
#![deny(unused_must_use)]
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

fn case(store: Store, order: Order) {
    store.create(order);
}

fn main() {}
