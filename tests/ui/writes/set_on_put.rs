// An update action on a `put`.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

async fn case(store: Store, order: Order) -> dynacond::Result<()> {
    store.put(order).set(|o| o.stock.add(1)).send().await?;
    Ok(())
}

fn main() {}
