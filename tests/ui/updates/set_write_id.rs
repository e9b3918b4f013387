// A change of the write id.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

fn case(store: Store) {
    let _ = store
        .update(Order::key("o1"))
        .set(|o| o.item_write_id.to("x"));
}

fn main() {}
