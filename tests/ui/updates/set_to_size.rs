// A size as a value: DynamoDB computes it in conditions only.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

fn case(store: Store) {
    let _ = store
        .update(Order::key("o1"))
        .set(|o| o.stock.to(o.lines.size()));
}

fn main() {}
