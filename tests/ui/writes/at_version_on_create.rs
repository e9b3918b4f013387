// A version number for an item that must not exist.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

async fn case(store: Store, order: Order) -> dynacond::Result<()> {
    store.create(order).at_version(1).send().await?;
    Ok(())
}

fn main() {}
