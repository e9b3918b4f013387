// An overwrite without a condition.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

async fn case(store: Store, order: Order) -> dynacond::Result<()> {
    store.put(order).send().await?;
    Ok(())
}

fn main() {}
