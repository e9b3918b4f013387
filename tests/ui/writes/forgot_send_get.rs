// A read awaited without `.send()`.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

async fn case(store: Store) -> dynacond::Result<()> {
    store.get(Order::key("o1")).await?;
    Ok(())
}

fn main() {}
