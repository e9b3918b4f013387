// A collection whose items are to be deleted.
#[path = "../parcel.rs"]
mod parcel;
use dynacond::{ItemCollection, Store, Stored};
use parcel::*;

#[derive(ItemCollection)]
enum CustomerData {
    Parcel(Stored<Parcel>),
}

fn main() {
    let deletion = |store: Store| store.query(CustomerData::partition("c1")).delete_each();
}
