// Many writes that nobody sends.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

async fn case(store: Store, orders: Vec<Order>) {
    store.create_all(orders).await;
}

fn main() {}
