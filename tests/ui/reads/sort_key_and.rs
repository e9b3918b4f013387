#[path = "../visit.rs"]
mod visit;
use dynacond::{Store, Versioned};
use visit::*;

fn main() {
    let of = |store: Store| {
        let range = store.query(Visit::partition("g1"));
        range.sort_key(|k| k.day.ge("2026").and(k.day.le("2027"))).all()
    };
}
