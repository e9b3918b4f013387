// A change of a key.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Account;

fn case(store: Store) {
    let _ = store.update(Account::key("a1")).set(|a| a.id.to("a2"));
}

fn main() {}
