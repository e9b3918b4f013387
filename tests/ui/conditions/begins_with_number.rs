// A number has no prefix.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

fn case(store: Store, order: Order) {
    let _ = store.put(order).when(|o| o.stock.begins_with("x"));
}

fn main() {}
