// A version for an item that has one.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Stored, Tag};
use model::Order;

async fn case(store: Store, stored: Stored<Order>, tag: Tag) -> dynacond::Result<()> {
    store.save(stored).at(&tag).send().await?;
    Ok(())
}

fn main() {}
