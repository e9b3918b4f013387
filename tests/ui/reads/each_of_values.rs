#[path = "../parcel.rs"]
mod parcel;
use dynacond::Store;
use parcel::*;

fn main() {
    let deletion = |store: Store| store.scan::<Parcel>().values().delete_each();
}
