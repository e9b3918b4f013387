#[path = "../parcel.rs"]
mod parcel;
use dynacond::{Projection};
use parcel::*;
use serde::Deserialize;

#[derive(Deserialize, Projection)]
#[dynacond(of = Parcel)]
struct Line {
    id: String,
    grams: String,
}

fn main() {}
