#[path = "../parcel.rs"]
mod parcel;
use dynacond::{Projection, Store, Versioned};
use parcel::*;
use serde::Deserialize;

#[derive(Deserialize, Projection)]
#[dynacond(of = Parcel)]
struct Line {
    id: String,
    grams: u64,
}

fn main() {
    let of = |store: Store| store.query(User::partition("u1")).project::<Line>();
}
