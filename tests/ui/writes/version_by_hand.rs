// A stored item made by hand.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Stored};
use model::Order;

async fn case(store: Store, order: Order) -> dynacond::Result<()> {
    store
        .save(Stored {
            value: order,
            version: 7,
        })
        .send()
        .await?;
    Ok(())
}

fn main() {}
