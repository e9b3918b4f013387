// An import that does not say that it overwrites.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

async fn case(store: Store, orders: Vec<Order>) -> usize {
    store.import(orders).send().await.unwrap_or_default()
}

fn main() {}
