// A `modify` closure that gives away what it captured.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

async fn case(store: Store, note: Option<String>) -> dynacond::Result<()> {
    store
        .modify(Order::key("o1"), move |order| order.note = note)
        .send()
        .await?;
    Ok(())
}

fn main() {}
