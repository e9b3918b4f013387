#[path = "../parcel.rs"]
mod parcel;
use dynacond::Store;
use parcel::*;

async fn case(store: Store) -> dynacond::Result<usize> {
    let parcels = store.scan::<Parcel>().segments(8).send().await?;
    Ok(parcels.len())
}

fn main() {}
