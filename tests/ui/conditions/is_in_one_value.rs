// One value where `is_in` takes several.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::{Order, Status};

fn case(store: Store, order: Order) {
    let _ = store.put(order).when(|o| o.status.is_in(Status::Held));
}

fn main() {}
