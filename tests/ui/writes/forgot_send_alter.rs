// An `alter` awaited without `.send()`.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

async fn case(store: Store) -> dynacond::Result<()> {
    store.alter(Order::key("o1"), |order| order).await?;
    Ok(())
}

fn main() {}
