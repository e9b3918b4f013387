// An `alter` closure that returns the item itself.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

async fn case(store: Store) -> dynacond::Result<()> {
    store
        .alter(Order::key("o1"), |order| order.unwrap())
        .send()
        .await?;
    Ok(())
}

fn main() {}
