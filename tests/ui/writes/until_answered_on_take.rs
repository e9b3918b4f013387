// The old item is lost with the answer, so `take` is not sent again.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

async fn case(store: Store) {
    let _ = store.take(Order::key("o1")).until_answered().send().await;
}

fn main() {}
