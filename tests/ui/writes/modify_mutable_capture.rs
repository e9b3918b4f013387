// A `modify` closure that counts its own runs.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

async fn case(store: Store) -> dynacond::Result<()> {
    let mut runs = 0;
    store.modify(Order::key("o1"), |_| runs += 1).send().await?;
    Ok(())
}

fn main() {}
