// `update` overwrites nothing, and needs no such word.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

async fn case(store: Store) -> dynacond::Result<()> {
    store
        .update(Order::key("o1"))
        .set(|o| o.stock.add(1))
        .unconditional()
        .send()
        .await?;
    Ok(())
}

fn main() {}
