#[path = "../visit.rs"]
mod visit;
use dynacond::{Store, Versioned};
use visit::*;

fn main() {
    let of = |store: Store| {
        async move { let mut all = store.query(Guest::partition("g1")).values().all().send().await?; store.save(all.remove(0)).send().await }
    };
}
