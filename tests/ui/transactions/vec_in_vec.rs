// A `Vec` within a `Vec`: of a tuple it may be one.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Account;

async fn case(store: Store, account: Account) -> dynacond::Result<()> {
    store.transact_write(vec![vec![store.create(account)]]).send().await?;
    Ok(())
}

fn main() {}
