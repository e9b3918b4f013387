// The store's own requests as a transaction, awaited without `.send()`.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

async fn case(store: Store, order: Order) -> dynacond::Result<()> {
    store.transact_write((store.create(order),)).await?;
    Ok(())
}

fn main() {}
