// Attributes of two items, compared.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::{Account, Order};

fn case(store: Store, order: Order) {
    let _ = store
        .put(order)
        .when(|o| o.stock.ge(Account::attributes().balance));
}

fn main() {}
