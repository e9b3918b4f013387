// A check sent alone.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Account;

async fn case(store: Store) -> dynacond::Result<()> {
    store.check(Account::key("a"), |a| a.balance.ge(1)).send().await?;
    Ok(())
}

fn main() {}
