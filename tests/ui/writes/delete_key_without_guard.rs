// A deletion by key without a condition.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

async fn case(store: Store) -> dynacond::Result<()> {
    store.delete(Order::key("o1")).send().await?;
    Ok(())
}

fn main() {}
