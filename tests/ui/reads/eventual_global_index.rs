#[path = "../parcel.rs"]
mod parcel;
use dynacond::Store;
use parcel::*;

fn main() {
    let of = |store: Store| store.query(ByState::partition("sent")).eventually_consistent().count().send();
}
