// A value where `delete` takes a stored item or a key.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

async fn case(store: Store, order: Order) -> dynacond::Result<()> {
    store.delete(order).send().await?;
    Ok(())
}

fn main() {}
