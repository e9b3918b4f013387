// A `modify` that is to create a missing item and to leave it alone.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

async fn case(store: Store, order: Order) -> dynacond::Result<()> {
    let modify = store.modify(Order::key("o1"), |order| order.stock -= 3);
    modify.or_create(order).if_exists().send().await?;
    Ok(())
}

fn main() {}
