// A `modify` awaited without `.send()`.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

async fn case(store: Store) -> dynacond::Result<()> {
    store
        .modify(Order::key("o1"), |order| order.stock -= 3)
        .await?;
    Ok(())
}

fn main() {}
