// A condition on another item.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::{Account, Order};

fn case(store: Store, order: Order) {
    let _ = store
        .put(order)
        .when(|_| Account::attributes().balance.ge(3));
}

fn main() {}
