#[path = "../visit.rs"]
mod visit;
use dynacond::{Store, Versioned};
use visit::*;

fn main() {
    let of = |store: Store| {
        store.query(Visit::partition("g1")).sort_key(|_| Visit::attributes().beds.ge(1)).all()
    };
}
