#[path = "../parcel.rs"]
mod parcel;
use dynacond::{QueryExt, Store, Versioned};
use parcel::*;

fn main() {
    let of = |store: Store| store.client().scan().key_condition(Parcel::partition("c1"));
}
