//! Write ids keep the item's incarnation as long as writers know what they replace: two ids of one incarnation are writes on an
//! item that was not deleted in between.
use dynacond::{Store, Stored, Transaction, Versioned as _};
use dynacond_local::Fault;

use super::support::{
    Order, Watched, fresh_store, n, order, order_item, put_raw, raw_and_id, read, refused,
    rival_saves_one, s, set_raw, unversioned_order_item, watched_order,
};

/// The first 16 digits of the id that the order holds, and the rest.
async fn id(store: &Store) -> (String, String) {
    let (_, id) = raw_and_id(store, Order::key("o1")).await;
    assert_eq!(id.len(), 32, "{id}");
    assert!(
        id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
        "{id}"
    );
    let (incarnation, rest) = id.split_at(16);
    (incarnation.to_owned(), rest.to_owned())
}

async fn write(store: &Store, verb: &str) {
    let key = || Order::key("o1");
    let mut sold = read(store).await;
    let tag = Stored::tag(&sold);
    sold.stock += 1;
    let update = || store.update(key()).set(|o| o.stock.add(1));
    let one_more = |tx: &mut Transaction| -> dynacond::Result<()> {
        let mut order = tx.require(key())?;
        order.stock += 1;
        tx.put(order).map(drop)
    };
    let add_to_known = |tx: &mut Transaction| -> dynacond::Result<()> {
        tx.require(key())?;
        tx.update(key(), |o| o.stock.add(1))
    };
    let written = match verb {
        "save" => store.save(sold).send().await.map(drop),
        "replace" => store.replace(sold).send().await.map(drop),
        "modify" => store.modify(key(), |o| o.stock += 1).send().await.map(drop),
        "update at" => update().at(&tag).send().await.map(drop),
        "put at" => store.put(order()).at(&tag).send().await.map(drop),
        "replace at" => store.replace(order()).at(&tag).send().await.map(drop),
        "tx.put" => store.transact(one_more).send().await,
        "tx.update of what was read" => store.transact(add_to_known).send().await,
        "save in a transaction" => {
            let save = (store.save(sold),);
            store.transact_write(save).send().await.map(drop)
        }
        "save under a token" => {
            let save = store.transact_write((store.save(sold),));
            let token = format!("{:032x}", fastrand::u128(..));
            save.token(token).send().await.map(drop)
        }
        "update" => update().send().await.map(drop),
        "update at version" => {
            let version = tag.version();
            update().at_version(version).send().await.map(drop)
        }
        "put" => store.put(order()).unconditional().send().await.map(drop),
        "or_create" => update().or_create(order()).send().await.map(drop),
        "tx.update unread" => {
            let add = |tx: &mut Transaction| tx.update(key(), |o| o.stock.add(1));
            store.transact(add).send().await
        }
        "delete and create" => {
            store.delete(sold).send().await.unwrap();
            store.create(order()).send().await.map(drop)
        }
        other => panic!("{other}"),
    };
    written.unwrap();
}

#[tokio::test]
async fn a_write_that_knows_what_it_replaces_keeps_the_incarnation() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let mut before = id(&store).await;
    for verb in [
        "save",
        "replace",
        "modify",
        "update at",
        "put at",
        "replace at",
        "tx.put",
        "tx.update of what was read",
        "save in a transaction",
        "save under a token",
    ] {
        write(&store, verb).await;
        let after = id(&store).await;
        assert_eq!(after.0, before.0, "{verb}");
        assert_ne!(after.1, before.1, "{verb}: each write has an id of its own");
        before = after;
    }
}

#[tokio::test]
async fn a_write_that_does_not_know_what_it_replaces_begins_an_incarnation() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let mut before = id(&store).await;
    for verb in [
        "update",
        "update at version",
        "put",
        "or_create",
        "tx.update unread",
        "delete and create",
    ] {
        write(&store, verb).await;
        let after = id(&store).await;
        assert_ne!(after.0, before.0, "{verb}");
        before = after;
    }
}

#[tokio::test]
async fn an_item_gets_its_incarnation_when_it_is_adopted() {
    let store = fresh_store::<Order>().await;
    put_raw::<Order>(&store, unversioned_order_item()).await;
    write(&store, "save").await;
    let adopted = id(&store).await;
    write(&store, "save").await;
    assert_eq!(id(&store).await.0, adopted.0);

    // What is replaced after a stamp keeps the stamp's incarnation, and what is written is what is stored.
    put_raw::<Order>(&store, unversioned_order_item()).await;
    let replaced = store.replace(read(&store).await).send().await.unwrap();
    let (_, stored) = raw_and_id(&store, Order::key("o1")).await;
    assert_eq!(Stored::write_id(&replaced), Some(stored.as_str()));
}

/// An id of another library has no incarnation, whatever it looks like, until dynacond writes one.
#[tokio::test]
async fn after_an_id_of_another_library_a_rivals_save_leaves_a_lost_one_unknown() {
    let shop = watched_order().await;
    let foreign = Some(s("6F1E0A5C-FOREIGN"));
    set_raw(&shop.quiet, Order::key("o1"), "item_write_id", foreign).await;
    let error = lost_save(&shop).await;
    assert!(error.is_outcome_unknown(), "{error}");
    // The rival's save has begun one.
    let error = lost_save(&shop).await;
    assert!(error.is_conflict(), "{error}");
}

/// A save that was lost before a rival's.
async fn lost_save(shop: &Watched) -> dynacond::Error {
    let mut sold = read(&shop.quiet).await;
    sold.note = Some("mine".into());
    shop.local.clear_faults();
    shop.local.on("UpdateItem").inject(Fault::LoseRequest);
    shop.local.on("UpdateItem").inject(rival_saves_one());
    refused(shop.store.save(sold).send().await)
}

/// A transaction of one plain write: it runs again only on the item that it has read.
#[tokio::test]
async fn a_plain_write_of_a_transaction_is_not_repeated_on_another_item() {
    for landed in [false, true] {
        let shop = watched_order().await;
        let fault = if landed {
            Fault::LoseAnswer
        } else {
            Fault::LoseRequest
        };
        shop.local.on("UpdateItem").inject(fault);
        shop.local
            .on("UpdateItem")
            .inject(Fault::rival(|client| async move {
                let (store, key) = (Store::new(client), Order::key("o1"));
                store.delete(&key).unconditional().send().await.unwrap();
                store.create(order()).send().await.unwrap();
                let save = store.modify(&key, |o| o.stock -= 1);
                save.send().await.unwrap();
            }));
        let sell = |tx: &mut Transaction| -> dynacond::Result<()> {
            let mut order = tx.require(Order::key("o1"))?;
            order.stock -= 3;
            tx.put(order).map(drop)
        };
        let error = refused(shop.store.transact(sell).send().await);
        assert!(error.is_outcome_unknown(), "{landed}: {error}");
        let mut expected = order_item(2);
        expected.insert("stock".into(), n(9));
        let (stored, _) = raw_and_id(&shop.quiet, Order::key("o1")).await;
        assert_eq!(stored, expected);
    }
}
