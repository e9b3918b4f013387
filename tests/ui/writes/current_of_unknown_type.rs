// The item of a refusal without its type.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

async fn case(store: Store, order: Order) -> dynacond::Result<()> {
    if let Err(dynacond::Error::AlreadyExists(refusal)) = store.create(order).send().await {
        let current = refusal.current()?;
    }
    Ok(())
}

fn main() {}
