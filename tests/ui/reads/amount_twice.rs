#[path = "../visit.rs"]
mod visit;
use dynacond::{Store, Versioned};
use visit::*;

fn main() {
    let of = |store: Store| {
        store.query(Guest::partition("g1")).all().first()
    };
}
