#[path = "../parcel.rs"]
mod parcel;
use dynacond::{Projection, Seen, Store};
use parcel::*;
use serde::Deserialize;

#[derive(Deserialize, Projection)]
#[dynacond(of = Parcel)]
struct Line {
    id: String,
    grams: u64,
}

fn main() {
    let of = |store: Store, line: Seen<Line>| store.save(line);
}
