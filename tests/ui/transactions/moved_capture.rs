// A function that gives away what it captured: it may run again.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Account;

async fn case(store: Store, account: Account) -> dynacond::Result<()> {
    store
        .transact(move |tx| -> dynacond::Result<()> {
            tx.put(account)?;
            Ok(())
        })
        .send()
        .await
}

fn main() {}
