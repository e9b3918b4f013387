// An async `modify` closure.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

async fn case(store: Store) -> dynacond::Result<()> {
    store
        .modify(Order::key("o1"), async |order| order.stock -= 1)
        .send()
        .await?;
    Ok(())
}

fn main() {}
