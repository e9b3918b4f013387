// `.keep` of an attribute of the key.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

fn case(store: Store, order: Order) {
    let _ = store.put(order).keep(|o| o.id);
}

fn main() {}
