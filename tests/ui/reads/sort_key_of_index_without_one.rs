#[path = "../visit.rs"]
mod visit;
use dynacond::Store;
use visit::*;

fn main() {
    let of = |store: Store| {
        store.query(ByHotel::partition("h")).sort_key(|k| k.day.eq("2026")).all()
    };
}
