// A `modify` closure whose error type is not said.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

async fn case(store: Store) -> dynacond::Result<()> {
    store
        .modify(Order::key("o1"), |order| {
            order.stock -= 1;
            Ok(())
        })
        .send()
        .await?;
    Ok(())
}

fn main() {}
