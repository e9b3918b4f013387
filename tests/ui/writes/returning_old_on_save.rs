// `.returning_old` on a `save`, whose old item the caller holds.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Stored};
use model::Order;

fn case(store: Store, order: Stored<Order>) {
    let _ = store.save(order).returning_old();
}

fn main() {}
