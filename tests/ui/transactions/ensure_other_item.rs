// A condition on another item than the key's.
#[path = "../model.rs"]
mod model;
use dynacond::{Transaction, Versioned};
use model::{Account, Order};

fn case(tx: &mut Transaction) -> dynacond::Result<()> {
    tx.ensure(Order::key("o1"), |_| Account::attributes().balance.ge(1))
}

fn main() {}
