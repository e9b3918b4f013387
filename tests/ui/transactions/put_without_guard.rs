// An overwrite in a transaction that is not asked for by name.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Account;

async fn case(store: Store, account: Account) -> dynacond::Result<()> {
    store.transact_write((store.put(account),)).send().await?;
    Ok(())
}

fn main() {}
