// A function that counts its own runs.
#[path = "../model.rs"]
mod model;
use dynacond::Store;

async fn case(store: Store) -> dynacond::Result<()> {
    let mut runs = 0;
    store
        .transact(|_| -> dynacond::Result<()> {
            runs += 1;
            Ok(())
        })
        .send()
        .await
}

fn main() {}
