//! Expectations accumulate: a second version, tag or condition joins the first, and takes nothing from it.
use dynacond::{Error, Result, Store, Stored, Tag, Versioned as _};

use super::support::{
    Order, fresh_store, n, order, put_raw, raw, raw_and_id, read, refused, set_raw,
    unversioned_order_item, watched_order,
};

/// The order at version 2, with the copy that was read at version 1, and the one that was read at version 2.
async fn at_two() -> (Store, Stored<Order>, Stored<Order>) {
    let store = fresh_store::<Order>().await;
    let first = store.create(order()).send().await.unwrap();
    let sold = store.modify(Order::key("o1"), |o| o.stock -= 1);
    let second = sold.send().await.unwrap();
    (store, first, second)
}

/// Refused as stale, with the item as it is now, which is as it was.
async fn assert_conflicts(store: &Store, what: &str, refusals: Vec<Result<()>>) {
    for refusal in refusals {
        let error = refused(refusal);
        assert!(error.is_conflict(), "{what}: {error}");
        let current = error.current::<Order>().unwrap().unwrap();
        assert_eq!((current.stock, Stored::version(&current)), (9, 2), "{what}");
    }
    assert_eq!(read(store).await.stock, 9, "{what}");
}

#[tokio::test]
async fn a_stale_copy_is_refused_at_the_current_version_too() {
    let (store, first, second) = at_two().await;
    let tag = Stored::tag(&second);
    let key = || Order::key("o1");
    let replace = || store.replace(first.clone());
    let delete = || store.delete(first.clone());
    let at_version = vec![
        replace().at_version(2).send().await.map(drop),
        delete().at_version(2).send().await,
    ];
    assert_conflicts(&store, "at the version", at_version).await;
    let at_tag = vec![
        replace().at(&tag).send().await.map(drop),
        delete().at(&tag).send().await,
        replace().at(&tag).at_version(2).send().await.map(drop),
    ];
    assert_conflicts(&store, "at the tag", at_tag).await;
    // A current copy at a stale tag, and two tags of which one is stale.
    let old = Stored::tag(&first);
    let put = || store.put(order()).at(&old).at(&tag);
    let update = || store.update(key()).set(|o| o.stock.add(1));
    let stale_tag = vec![
        store
            .replace(second.clone())
            .at(&old)
            .send()
            .await
            .map(drop),
        store.delete(second.clone()).at_version(1).send().await,
        put().send().await.map(drop),
        update().at(&tag).at(&old).send().await.map(drop),
        update().at_version(1).at_version(2).send().await.map(drop),
        update().at_version(2).at_version(1).send().await.map(drop),
        store.delete(key()).at(&tag).at_version(1).send().await,
    ];
    assert_conflicts(&store, "a stale tag", stale_tag).await;
}

/// A version that was given with a tag does not take the write id from it.
#[tokio::test]
async fn the_version_of_a_tag_does_not_replace_its_write_id() {
    let store = fresh_store::<Order>().await;
    let created = store.create(order()).send().await.unwrap();
    let tag = Stored::tag(&created);
    store.delete(created.clone()).send().await.unwrap();
    store.create(order()).send().await.unwrap();
    let before = raw_and_id(&store, Order::key("o1")).await;
    let key = || Order::key("o1");
    let refusals = [
        store
            .put(order())
            .at(&tag)
            .at_version(1)
            .send()
            .await
            .map(drop),
        store
            .put(order())
            .at_version(1)
            .at(&tag)
            .send()
            .await
            .map(drop),
        store
            .replace(created.clone())
            .at_version(1)
            .send()
            .await
            .map(drop),
        store.delete(created.clone()).at_version(1).send().await,
        store.delete(key()).at(&tag).at_version(1).send().await,
        store
            .update(key())
            .set(|o| o.stock.add(1))
            .at(&tag)
            .at_version(1)
            .send()
            .await
            .map(drop),
    ];
    for refusal in refusals {
        let error = refused(refusal);
        assert!(error.is_conflict(), "{error}");
    }
    assert_eq!(raw_and_id(&store, key()).await, before);
}

#[tokio::test]
async fn what_all_hold_is_written() {
    let (store, _, second) = at_two().await;
    let tag = Stored::tag(&second);
    let replace = store.replace(second).at(&tag).at_version(2).at(&tag);
    let third = replace
        .when(|o| o.stock.eq(9))
        .when(|o| o.note.not_exists())
        .send()
        .await
        .unwrap();
    assert_eq!(Stored::version(&third), 3);
    let tag = Stored::tag(&third);
    let put = store.put(order()).at_version(3).at(&tag);
    let fourth = put.send().await.unwrap();
    assert_eq!((fourth.stock, Stored::version(&fourth)), (10, 4));
    let delete = store.delete(fourth).at_version(4);
    delete.send().await.unwrap();
    assert!(raw(&store, Order::key("o1")).await.is_none());
}

#[tokio::test]
async fn an_item_that_is_gone_is_not_found_whatever_was_expected_of_it() {
    let (store, first, second) = at_two().await;
    store.delete(second).send().await.unwrap();
    let error = refused(store.replace(first).at_version(2).send().await);
    assert!(matches!(error, Error::NotFound(_)), "{error}");
}

/// An item without a version is neither at a version nor as another tag says.
#[tokio::test]
async fn a_copy_without_a_version_keeps_what_was_read() {
    let store = fresh_store::<Order>().await;
    put_raw::<Order>(&store, unversioned_order_item()).await;
    let copy = read(&store).await;
    let tag = Stored::tag(&copy);
    for versioned in ["1", "1-6f1e", "id-6f1e", "unversioned"] {
        let versioned: Tag = versioned.parse().unwrap();
        for refusal in [
            store
                .replace(copy.clone())
                .at(&versioned)
                .send()
                .await
                .map(drop),
            store.delete(copy.clone()).at(&versioned).send().await,
        ] {
            let error = refused(refusal);
            assert!(error.is_conflict(), "{versioned}: {error}");
        }
    }
    let item = raw(&store, Order::key("o1")).await;
    assert_eq!(item, Some(unversioned_order_item()), "not even stamped");
    // The tag is current, and the copy is not.
    set_raw(&store, Order::key("o1"), "stock", Some(n(3))).await;
    let current = Stored::tag(&read(&store).await);
    assert_ne!(current, tag);
    let error = refused(store.replace(copy.clone()).at(&current).send().await);
    assert!(error.is_conflict(), "{error}");
    let error = refused(store.delete(copy.clone()).at(&tag).send().await);
    assert!(error.is_conflict(), "{error}");
    assert_eq!(raw(&store, Order::key("o1")).await.unwrap()["stock"], n(3));
    // Both hold.
    set_raw(&store, Order::key("o1"), "stock", Some(n(10))).await;
    set_raw(&store, Order::key("o1"), "item_version", None).await;
    set_raw(&store, Order::key("o1"), "item_write_id", None).await;
    store.delete(copy).at(&tag).send().await.unwrap();
    assert!(raw(&store, Order::key("o1")).await.is_none());
}

/// A write whose expectations no item can fulfil is never applied, also if its answers are lost.
#[tokio::test]
async fn what_no_item_meets_is_a_conflict_after_a_lost_answer_too() {
    let shop = watched_order().await;
    let first = read(&shop.quiet).await;
    let sold = shop.quiet.modify(Order::key("o1"), |o| o.stock -= 1);
    sold.send().await.unwrap();
    shop.local
        .on("PutItem")
        .inject(dynacond_local::Fault::LoseRequest);
    let error = refused(shop.store.replace(first).at_version(2).send().await);
    assert!(error.is_conflict(), "{error}");
    assert_eq!(shop.local.operations(), ["PutItem", "PutItem"]);
}
