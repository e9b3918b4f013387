#[path = "../parcel.rs"]
mod parcel;
use dynacond::{Projection, Store};
use parcel::*;
use serde::Deserialize;

#[derive(Deserialize, Projection)]
#[dynacond(of = Parcel)]
struct Line {
    id: String,
    grams: u64,
}

fn main() {
    let of = |store: Store| store.query(ByState::partition("sent")).project::<Line>();
}
