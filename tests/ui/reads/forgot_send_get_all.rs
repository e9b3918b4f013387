// Many items, wanted and required, awaited without `.send()`.
#[path = "../parcel.rs"]
mod parcel;
use dynacond::{Key, Store};
use parcel::*;

async fn wanted(store: Store, keys: Vec<Key<Parcel>>) -> dynacond::Result<()> {
    store.get_all(keys).await?;
    Ok(())
}

async fn required(store: Store, keys: Vec<Key<Parcel>>) {
    let _ = store.get_all(keys).require().await;
}

fn main() {}
