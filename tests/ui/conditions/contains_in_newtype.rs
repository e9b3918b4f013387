// A list of a type of one's own.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

fn case(store: Store, order: Order) {
    let _ = store.put(order).when(|o| o.remarks.contains("late"));
}

fn main() {}
