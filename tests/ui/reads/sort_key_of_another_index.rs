#[path = "../visit.rs"]
mod visit;
use dynacond::{Store, Versioned};
use visit::*;

fn main() {
    let of = |store: Store| {
        store.query(Visit::partition("g1")).sort_key(|_| <ByRoom as dynacond::Queryable>::SORT_KEY.beds.ge(1)).all()
    };
}
