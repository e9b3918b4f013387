#[path = "../parcel.rs"]
mod parcel;
use dynacond::{ItemCollection, Stored};
use parcel::*;

#[derive(ItemCollection)]
enum CustomerData {
    Parcel(Stored<Parcel>),
    Other(String),
}

fn main() {}
