// A closure that gives a future.
#[path = "../model.rs"]
mod model;
use dynacond::Store;

async fn case(store: Store) -> dynacond::Result<()> {
    store
        .transact(|_| async { Ok::<(), dynacond::Error>(()) })
        .send()
        .await
}

fn main() {}
