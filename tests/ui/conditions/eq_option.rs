// An `Option` variable as a value.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

fn case(store: Store, order: Order) {
    let note: Option<String> = order.note.clone();
    let _ = store.put(order).when(|o| o.note.eq(note));
}

fn main() {}
