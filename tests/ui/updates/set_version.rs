// A change of the version.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Account;

fn case(store: Store) {
    let _ = store.update(Account::key("a1")).set(|a| a.version.to(7));
}

fn main() {}
