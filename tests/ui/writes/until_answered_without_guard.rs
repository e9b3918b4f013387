// An unconditional overwrite is asked for by name, also where it is sent again.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

async fn case(store: Store, order: Order) {
    let _ = store.put(order).until_answered();
}

fn main() {}
