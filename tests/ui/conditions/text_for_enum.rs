// The text of an enum instead of its variant.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

fn case(store: Store, order: Order) {
    let _ = store.put(order).when(|o| o.status.eq("Pending"));
}

fn main() {}
