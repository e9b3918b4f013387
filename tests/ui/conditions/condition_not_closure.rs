// A condition where `.when` takes a closure.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

fn case(store: Store, order: Order) {
    let condition = Order::attributes().stock.ge(3);
    let _ = store.put(order).when(condition);
}

fn main() {}
