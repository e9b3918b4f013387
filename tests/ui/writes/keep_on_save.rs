// `.keep` on a `save`, which keeps what was not changed.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Stored};
use model::Order;

fn case(store: Store, order: Stored<Order>) {
    let _ = store.save(order).keep(|o| o.paid);
}

fn main() {}
