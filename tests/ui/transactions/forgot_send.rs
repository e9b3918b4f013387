// `.send()` forgotten.
#[path = "../model.rs"]
mod model;
use dynacond::Store;

async fn case(store: Store) -> dynacond::Result<()> {
    store.transact(|_| -> dynacond::Result<()> { Ok(()) }).await
}

fn main() {}
