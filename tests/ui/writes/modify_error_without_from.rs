// An error that dynacond's does not convert into.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

struct SoldOut;

async fn case(store: Store) -> dynacond::Result<()> {
    let _ = store
        .modify(Order::key("o1"), |order| {
            order.stock = order.stock.checked_sub(1).ok_or(SoldOut)?;
            Ok::<_, SoldOut>(())
        })
        .send()
        .await;
    Ok(())
}

fn main() {}
