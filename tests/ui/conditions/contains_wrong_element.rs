// A number in a set of texts.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

fn case(store: Store, order: Order) {
    let _ = store.put(order).when(|o| o.tags.contains(5));
}

fn main() {}
