// A function that is `async`: what it reads is fetched by the transaction, and it runs again.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Account;

async fn case(store: Store) -> dynacond::Result<()> {
    store
        .transact(async |tx| -> dynacond::Result<()> {
            let account = tx.require(Account::key("a"))?;
            tx.put(account)?;
            Ok(())
        })
        .send()
        .await
}

fn main() {}
