// A value where `update` takes a key.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

async fn case(store: Store, order: Order) -> dynacond::Result<()> {
    store.update(order).set(|o| o.stock.add(1)).send().await?;
    Ok(())
}

fn main() {}
