// A Rust `bool` as a condition.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

fn order_is_open() -> bool {
    true
}

fn case(store: Store, order: Order) {
    let _ = store.put(order).when(|_| order_is_open());
}

fn main() {}
