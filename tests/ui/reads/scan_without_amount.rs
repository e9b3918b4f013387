#[path = "../parcel.rs"]
mod parcel;
use dynacond::Store;
use parcel::*;

fn main() {
    let sent = |store: Store| store.scan::<Parcel>().segments(8).send();
}
