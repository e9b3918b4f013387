#[path = "../parcel.rs"]
mod parcel;
use dynacond::{Item, ItemCollection};
use parcel::*;

#[derive(ItemCollection)]
enum CustomerData {
    Parcel(Parcel),
    Empty,
    #[dynacond(other)]
    Other(Item),
    #[dynacond(other)]
    More(Item),
}

#[derive(ItemCollection)]
struct One(Parcel);

fn main() {}
