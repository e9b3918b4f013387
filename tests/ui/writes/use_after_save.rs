// A stale copy used after a save.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Stored};
use model::Order;

async fn case(store: Store, stored: Stored<Order>) -> dynacond::Result<()> {
    store.save(stored).send().await?;
    println!("{}", stored.stock);
    Ok(())
}

fn main() {}
