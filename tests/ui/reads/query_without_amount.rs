#[path = "../parcel.rs"]
mod parcel;
use dynacond::{Store, Versioned};
use parcel::*;

async fn case(store: Store) -> dynacond::Result<usize> {
    let parcels = store.query(Parcel::partition("c1")).send().await?;
    Ok(parcels.len())
}

fn main() {}
