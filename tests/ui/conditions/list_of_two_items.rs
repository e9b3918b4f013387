// Conditions on two items in one `all`.
#[path = "../model.rs"]
mod model;
use dynacond::{Condition, Versioned};
use model::{Account, Order};

fn case() {
    let _ = Condition::all([
        Order::attributes().stock.ge(3),
        Account::attributes().balance.ge(3),
    ]);
}

fn main() {}
