// A version for an item that must not exist.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Tag};
use model::Order;

async fn case(store: Store, order: Order, tag: Tag) -> dynacond::Result<()> {
    store.create(order).at(&tag).send().await?;
    Ok(())
}

fn main() {}
