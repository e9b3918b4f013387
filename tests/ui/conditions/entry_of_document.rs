// An entry of a document, whose paths are typed.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

fn case(store: Store, order: Order) {
    let _ = store.put(order).when(|o| o.address.entry("city").eq("x"));
}

fn main() {}
