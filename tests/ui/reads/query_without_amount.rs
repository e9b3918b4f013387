#[path = "../parcel.rs"]
mod parcel;
use dynacond::{Store, Versioned};
use parcel::*;

fn main() {
    let of = |store: Store| store.query(Parcel::partition("c1")).send();
}
