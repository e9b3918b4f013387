// A stored item, overwritten.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Stored};
use model::Order;

async fn case(store: Store, stored: Stored<Order>) -> dynacond::Result<()> {
    store.put(stored).unconditional().send().await?;
    Ok(())
}

fn main() {}
