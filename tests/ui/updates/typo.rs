// A typo in the name of an attribute.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

fn case(store: Store) {
    let _ = store.update(Order::key("o1")).set(|o| o.stok.subtract(3));
}

fn main() {}
