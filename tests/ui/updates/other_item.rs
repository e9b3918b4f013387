// A change of another item.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::{Account, Order};

fn case(store: Store) {
    let _ = store
        .update(Order::key("o1"))
        .set(|_| Account::attributes().balance.add(3));
}

fn main() {}
