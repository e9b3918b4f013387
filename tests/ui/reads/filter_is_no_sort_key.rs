#[path = "../visit.rs"]
mod visit;
use dynacond::{Store, Versioned};
use visit::*;

fn main() {
    let of = |store: Store| {
        store.query(Visit::partition("g1")).filter(|_| <Visit as dynacond::Queryable>::SORT_KEY.day.eq("2026")).all()
    };
}
