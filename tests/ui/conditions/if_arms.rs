// A typed and an untyped condition in the arms of an `if`.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, attr};
use model::Order;

fn urgent() -> bool {
    true
}

fn case(store: Store, order: Order) {
    let _ = store.put(order).when(|o| {
        if urgent() {
            o.paid.eq(true)
        } else {
            attr("x").eq(1)
        }
    });
}

fn main() {}
