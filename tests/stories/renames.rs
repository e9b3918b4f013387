//! Stored names that changed: of an attribute, which has one name at a time, and of a variant, which is a value.
use dynacond::{AttributeType, Item, Store, Versioned};
use serde::{Deserialize, Serialize};

use super::support::{fresh_store, item, n, put_raw, raw, refused, s};

/// `ship_to` was called `address`, and a shipped parcel was called `sent`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "parcels")]
struct Parcel {
    #[dynacond(partition_key)]
    id: String,
    status: Status,
    #[serde(rename = "shipTo", skip_serializing_if = "Option::is_none")]
    ship_to: Option<String>,
    #[serde(rename = "address", skip_serializing_if = "Option::is_none")]
    old_address: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
#[serde(rename_all = "lowercase")]
enum Status {
    #[serde(alias = "sent")]
    Shipped,
    Lost,
}

/// As it was written before the names changed.
fn old_parcel() -> Item {
    item([
        ("id", s("p1")),
        ("status", s("sent")),
        ("address", s("1 rue Haute")),
        ("item_version", n(1)),
    ])
}

async fn old_store() -> Store {
    let store = fresh_store::<Parcel>().await;
    put_raw::<Parcel>(&store, old_parcel()).await;
    store
}

async fn stored(store: &Store) -> Item {
    let mut item = raw(store, Parcel::key("p1")).await.unwrap();
    item.remove("item_write_id");
    item
}

#[tokio::test]
async fn an_attribute_moves_by_way_of_a_field_for_its_old_name() {
    let store = old_store().await;
    let mut parcel = store.get(Parcel::key("p1")).send().await.unwrap().unwrap();
    parcel.ship_to = parcel.old_address.take();
    store.save(parcel).send().await.unwrap();
    let mut expected = old_parcel();
    let address = expected.remove("address").unwrap();
    expected.insert("shipTo".into(), address);
    expected.insert("item_version".into(), n(2));
    assert_eq!(stored(&store).await, expected);
}

#[tokio::test]
async fn a_variant_read_under_an_alias_is_stored_under_it_until_it_changes() {
    let store = old_store().await;
    let key = Parcel::key("p1");
    let parcel = store.get(&key).send().await.unwrap().unwrap();
    assert_eq!(parcel.status, Status::Shipped);

    // A condition compares what is stored.
    let mut moved = parcel.clone();
    moved.ship_to = Some("2 rue Haute".into());
    let guarded = store
        .save(moved.clone())
        .when(|p| p.status.eq(Status::Shipped));
    let error = refused(guarded.send().await);
    assert!(matches!(error, dynacond::Error::ConditionFailed(_)));

    let mut parcel = store.save(moved).send().await.unwrap();
    assert_eq!(stored(&store).await["status"], s("sent"));
    parcel.status = Status::Lost;
    store.save(parcel).send().await.unwrap();
    assert_eq!(stored(&store).await["status"], s("lost"));
}
