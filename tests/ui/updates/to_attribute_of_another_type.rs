// Both are strings in DynamoDB, and not every text is a `Status`.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

fn case(store: Store) {
    let _ = store.update(Order::key("o1")).set(|o| o.status.to(o.note));
}

fn main() {}
