// A relative update would be applied once more if it were sent again.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

async fn case(store: Store) {
    let update = store.update(Order::key("o1"));
    let update = update.set(|o| (o.paid.to(true), vec![o.stock.subtract(3)]));
    let _ = update.until_answered().send().await;
}

fn main() {}
