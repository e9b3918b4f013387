// Many deletions by key without a condition.
#[path = "../model.rs"]
mod model;
use dynacond::{Key, Store};
use model::Order;

async fn case(store: Store, keys: Vec<Key<Order>>) -> usize {
    store.delete_all(keys).send().await.len()
}

fn main() {}
