#[path = "../parcel.rs"]
mod parcel;
use dynacond::Store;
use parcel::*;

fn main() {
    let change = |store: Store| store.scan::<Parcel>().modify_each(async |parcel| drop(parcel));
}
