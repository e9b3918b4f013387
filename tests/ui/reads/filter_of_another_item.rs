#[path = "../visit.rs"]
mod visit;
use dynacond::{Store, Versioned};
use visit::*;

fn main() {
    let of = |store: Store| {
        store.query(Visit::partition("g1")).filter(|_| Guest::attributes().name.eq("Ada")).all()
    };
}
