#[path = "../parcel.rs"]
mod parcel;
use dynacond::{Projection};
use parcel::*;
use serde::Deserialize;

#[derive(Deserialize, Projection)]
#[dynacond(of = Address)]
struct Line {
    city: String,
}

fn main() {}
