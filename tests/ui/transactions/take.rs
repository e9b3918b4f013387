// `take` in a transaction, which returns no items.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

async fn case(store: Store) -> dynacond::Result<()> {
    store
        .transact_write((store.take(Order::key("o1")),))
        .send()
        .await?;
    Ok(())
}

fn main() {}
