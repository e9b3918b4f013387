#[path = "../visit.rs"]
mod visit;
use dynacond::Store;
use visit::*;

fn main() {
    let of = |store: Store| {
        store.query(ByRoom::partition(7)).all()
    };
}
