// An untyped attribute left of a typed one.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, attr};
use model::Order;

fn case(store: Store, order: Order) {
    let _ = store.put(order).when(|o| attr("x").eq(o.stock));
}

fn main() {}
