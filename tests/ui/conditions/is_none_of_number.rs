// `is_none` of an attribute that is no `Option`.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

fn case(store: Store, order: Order) {
    let _ = store.put(order).when(|o| o.stock.is_none());
}

fn main() {}
