// A `modify` closure that returns a result with a value.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

async fn case(store: Store) -> dynacond::Result<()> {
    store
        .modify(Order::key("o1"), |order| {
            order.stock -= 1;
            dynacond::Result::Ok(order.stock)
        })
        .send()
        .await?;
    Ok(())
}

fn main() {}
