// Single writes, where groups of them are expected.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

async fn case(store: Store, orders: Vec<Order>) {
    let creates: Vec<_> = orders.into_iter().map(|order| store.create(order)).collect();
    store.transact_each(creates).send().await;
}

fn main() {}
