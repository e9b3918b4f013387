// A `modify` closure that returns the item.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

async fn case(store: Store) -> dynacond::Result<()> {
    store
        .modify(Order::key("o1"), |order| order.clone())
        .send()
        .await?;
    Ok(())
}

fn main() {}
