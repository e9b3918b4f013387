// An action where `.set` takes a closure.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

fn case(store: Store) {
    let action = Order::attributes().stock.to(3);
    let _ = store.update(Order::key("o1")).set(action);
}

fn main() {}
