// One action that is not in a tuple.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Account;

async fn case(store: Store, account: Account) -> dynacond::Result<()> {
    store.transact_write(store.create(account)).send().await?;
    Ok(())
}

fn main() {}
