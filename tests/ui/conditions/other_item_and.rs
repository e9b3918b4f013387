// Conditions on two items, joined by `and`.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::{Account, Order};

fn case(store: Store, order: Order) {
    let _ = store
        .put(order)
        .when(|o| o.stock.ge(3).and(Account::attributes().balance.ge(3)));
}

fn main() {}
