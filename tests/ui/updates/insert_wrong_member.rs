// A number for a set of texts.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

fn case(store: Store) {
    let _ = store.update(Order::key("o1")).set(|o| o.tags.insert(5));
}

fn main() {}
