// A tag by value.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Tag};
use model::Order;

async fn case(store: Store, order: Order, tag: Tag) -> dynacond::Result<()> {
    store.put(order).at(tag).send().await?;
    Ok(())
}

fn main() {}
