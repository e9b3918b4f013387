// A condition does not stand for a tag.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

async fn case(store: Store, order: Order) -> dynacond::Result<()> {
    store
        .replace(order)
        .when(|o| o.paid.eq(false))
        .send()
        .await?;
    Ok(())
}

fn main() {}
