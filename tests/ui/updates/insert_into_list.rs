// A member for a `HashSet` that is stored as a list.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

fn case(store: Store) {
    let _ = store.update(Order::key("o1")).set(|o| o.labels.insert("x"));
}

fn main() {}
