// A typo in the name of an attribute.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::{Order, Status};

fn case(store: Store, order: Order) {
    let _ = store.put(order).when(|o| o.stauts.eq(Status::Held));
}

fn main() {}
