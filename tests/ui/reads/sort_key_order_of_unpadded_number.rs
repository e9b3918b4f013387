#[path = "../visit.rs"]
mod visit;
use dynacond::{Store, Versioned};
use visit::*;

fn main() {
    let of = |store: Store| {
        store.query(Visit::partition("g1")).sort_key(|k| k.day.eq("2026").room.eq("7").n.ge(9)).all()
    };
}
