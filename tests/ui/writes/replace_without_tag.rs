// A replacement of what was not read.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

async fn case(store: Store, order: Order) -> dynacond::Result<()> {
    store.replace(order).send().await?;
    Ok(())
}

fn main() {}
