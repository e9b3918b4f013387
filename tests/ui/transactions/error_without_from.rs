// An error of the caller that cannot hold dynacond's.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Account;

#[derive(Debug)]
struct Sad;

async fn case(store: Store) -> Result<(), Sad> {
    store
        .transact(|tx| {
            let _ = tx.get(Account::key("a"));
            Err::<(), Sad>(Sad)
        })
        .send()
        .await
}

fn main() {}
