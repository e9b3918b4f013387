//! Models whose attributes are not all known beforehand, by `#[serde(flatten)]`: what a rival added is not overwritten unseen.
use std::collections::BTreeMap;

use dynacond::{Store, Stored, Transaction, Versioned, attr};
use dynacond_local::Fault;
use serde::{Deserialize, Serialize};

use super::support::{Watched, item, put_raw, raw, refused, s, set_raw, watched};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "parcels")]
struct Parcel {
    #[dynacond(partition_key)]
    id: String,
    #[serde(flatten)]
    labels: BTreeMap<String, String>,
}

/// A parcel without a version, and the copy of it that was read.
async fn unversioned() -> (Watched, Stored<Parcel>) {
    let parcels = watched::<Parcel>().await;
    let stored = item([("id", s("p1")), ("from", s("Lyon"))]);
    put_raw::<Parcel>(&parcels.quiet, stored).await;
    let read = parcels.quiet.get(Parcel::key("p1")).send().await.unwrap();
    parcels.local.clear_log();
    (parcels, read.unwrap())
}

async fn label(store: &Store) -> Option<dynacond::AttributeValue> {
    let item = raw(store, Parcel::key("p1")).await.unwrap();
    item.get("owner_id").cloned()
}

#[tokio::test]
async fn a_save_does_not_overwrite_an_attribute_that_a_rival_added() {
    let (parcels, mut parcel) = unversioned().await;
    set_raw(
        &parcels.quiet,
        Parcel::key("p1"),
        "owner_id",
        Some(s("theirs")),
    )
    .await;
    parcel.labels.insert("owner_id".into(), "mine".into());
    let error = refused(parcels.store.save(parcel).send().await);
    assert!(error.is_conflict(), "{error}");
    let current = error.current::<Parcel>().unwrap().unwrap();
    assert_eq!(current.labels["owner_id"], "theirs");
    assert_eq!(label(&parcels.quiet).await, Some(s("theirs")));
}

#[tokio::test]
async fn nor_does_a_put_of_a_transaction() {
    let (parcels, _) = unversioned().await;
    let rival = Fault::rival(|client| async move {
        let store = Store::new(client);
        set_raw(&store, Parcel::key("p1"), "owner_id", Some(s("theirs"))).await;
    });
    for operation in ["UpdateItem", "PutItem", "TransactWriteItems"] {
        parcels.local.on(operation).inject(rival.clone());
    }
    let passes = std::cell::Cell::new(0);
    let claim = |tx: &mut Transaction| -> dynacond::Result<String> {
        passes.set(passes.get() + 1);
        let mut parcel = tx.require(Parcel::key("p1"))?;
        let mine = || "mine".to_owned();
        let owner = parcel.labels.entry("owner_id".into()).or_insert_with(mine);
        let owner = owner.clone();
        tx.put(parcel)?;
        Ok(owner)
    };
    let owner = parcels.store.transact(claim).send().await.unwrap();
    assert_eq!(owner, "theirs", "the function ran again on what was there");
    assert_eq!(label(&parcels.quiet).await, Some(s("theirs")));
    assert!(passes.get() > 1);
}

#[tokio::test]
async fn an_attribute_that_nobody_added_is_set() {
    let (parcels, mut parcel) = unversioned().await;
    parcel.labels.insert("owner_id".into(), "mine".into());
    let saved = parcels.store.save(parcel).send().await.unwrap();
    assert_eq!(Stored::version(&saved), 1);
    assert_eq!(parcels.local.operations(), ["UpdateItem"]);
    assert_eq!(label(&parcels.quiet).await, Some(s("mine")));
}

/// Also where the item is known by its tag alone.
#[tokio::test]
async fn an_update_at_a_tag_does_not_overwrite_what_a_rival_added() {
    let (parcels, parcel) = unversioned().await;
    let tag = Stored::tag(&parcel);
    // Between the read that compares the tag, and the write.
    parcels
        .local
        .on("UpdateItem")
        .inject(Fault::rival(|client| async move {
            let store = Store::new(client);
            set_raw(&store, Parcel::key("p1"), "owner_id", Some(s("theirs"))).await;
        }));
    let claim = parcels.store.update(Parcel::key("p1"));
    let claim = claim.set(|_| attr("owner_id").to("mine")).at(&tag);
    let error = refused(claim.send().await);
    assert!(error.is_conflict(), "{error}");
    assert_eq!(label(&parcels.quiet).await, Some(s("theirs")));
}

/// A write id that another library has set in the meantime is an ordinary attribute.
#[tokio::test]
async fn a_write_id_that_was_not_there_is_stated_as_absent() {
    let (parcels, mut parcel) = unversioned().await;
    set_raw(
        &parcels.quiet,
        Parcel::key("p1"),
        "item_write_id",
        Some(s("theirs")),
    )
    .await;
    parcel.labels.insert("owner_id".into(), "mine".into());
    for refusal in [
        parcels.store.save(parcel.clone()).send().await.map(drop),
        parcels.store.replace(parcel.clone()).send().await.map(drop),
        parcels.store.delete(parcel).send().await,
    ] {
        let error = refused(refusal);
        assert!(error.is_conflict(), "{error}");
    }
    let item = raw(&parcels.quiet, Parcel::key("p1")).await.unwrap();
    assert_eq!(item["item_write_id"], s("theirs"));
    assert!(!item.contains_key("item_version"));
}
