// A value that was not read, saved.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

async fn case(store: Store, order: Order) -> dynacond::Result<()> {
    store.save(order).send().await?;
    Ok(())
}

fn main() {}
