// An attribute of the item where a document's belongs.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

fn case(store: Store, order: Order) {
    let _ = store.put(order).when(|o| o.address.at(|_| o.stock).ge(3));
}

fn main() {}
