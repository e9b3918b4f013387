// A deletion by key in a transaction that is not asked for by name.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Account;

async fn case(store: Store) -> dynacond::Result<()> {
    store.transact_write((store.delete(Account::key("a")),)).send().await?;
    Ok(())
}

fn main() {}
