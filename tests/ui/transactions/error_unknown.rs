// A closure whose error nothing names: `-> dynacond::Result<_>` says it.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Account;

async fn case(store: Store) {
    let _ = store
        .transact(|tx| {
            let account = tx.require(Account::key("a"))?;
            tx.put(account)?;
            Ok(())
        })
        .send()
        .await;
}

fn main() {}
