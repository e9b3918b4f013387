#[path = "../parcel.rs"]
mod parcel;
use dynacond::{QueryExt, Store, Versioned};
use parcel::*;

fn main() {
    let of = |store: Store| {
        let query = store.client().query();
        query.key_condition(Parcel::attributes().grams.ge(3))
    };
}
