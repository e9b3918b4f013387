// A stored item, created again.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Stored};
use model::Order;

async fn case(store: Store, stored: Stored<Order>) -> dynacond::Result<()> {
    store.create(stored).send().await?;
    Ok(())
}

fn main() {}
