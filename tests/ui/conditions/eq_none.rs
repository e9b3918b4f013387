// `None` as a value: an attribute that is missing.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

fn case(store: Store, order: Order) {
    let _ = store.put(order).when(|o| o.note.eq(None));
}

fn main() {}
