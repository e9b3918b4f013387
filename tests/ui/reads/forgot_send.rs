// A query, a page and a scan awaited without `.send()`.
#[path = "../parcel.rs"]
mod parcel;
use dynacond::{Store, Versioned};
use parcel::*;

async fn page(store: Store) -> dynacond::Result<()> {
    store.query(Parcel::partition("c1")).page(20).await?;
    Ok(())
}

async fn no_amount(store: Store) {
    let _ = store.query(Parcel::partition("c1")).await;
}

async fn scan(store: Store) {
    let _ = store.scan::<Parcel>().all().await;
}

fn main() {}
