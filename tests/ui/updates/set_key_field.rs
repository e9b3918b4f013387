// A change of a field of the key's template.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

fn case(store: Store) {
    let _ = store.update(Order::key("o1")).set(|o| o.id.to("o2"));
}

fn main() {}
