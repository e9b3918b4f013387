// `is_some` of a size, which is no path.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

fn case(store: Store, order: Order) {
    let _ = store.put(order).when(|o| o.note.size().is_some());
}

fn main() {}
