// An element for a list of a type of one's own.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

fn case(store: Store) {
    let _ = store
        .update(Order::key("o1"))
        .set(|o| o.remarks.append("late"));
}

fn main() {}
