//! Items without a version, writers that drop it, and items that were deleted and created again.
use dynacond::{AttributeValue, Error, Guard, Item, Store, Stored, Versioned as _};

use dynacond_local::Fault;

use super::support::{
    Order, Status, fresh_store, n, order, order_item, put_raw, raw, raw_and_id, read, refused, s,
    set_raw, stored_order, unversioned_order_item, watched,
};

async fn legacy_store(item: Item) -> Store {
    let store = fresh_store::<Order>().await;
    put_raw::<Order>(&store, item).await;
    store
}

/// More attributes than one condition takes.
fn wide_item() -> Item {
    let mut item = unversioned_order_item();
    item.extend((0..350).map(|i| (format!("extra-{i}"), n(i))));
    item
}

#[tokio::test]
async fn a_save_adopts_an_unversioned_item() {
    let store = legacy_store(unversioned_order_item()).await;
    let mut order = read(&store).await;
    assert_eq!(Stored::version(&order), 0);
    order.stock = 9;
    let order = store.save(order).send().await.unwrap();
    assert_eq!(Stored::version(&order), 1);
    let mut expected = order_item(1);
    expected.insert("stock".into(), n(9));
    assert_eq!(stored_order(&store).await, expected);
}

#[tokio::test]
async fn an_unversioned_item_that_changed_since_it_was_read_is_not_overwritten() {
    let changes = [
        ("stock", Some(n(3))),
        ("item_version", Some(n(1))),
        ("status", None),
    ];
    for (name, change) in changes {
        for item in [unversioned_order_item(), wide_item()] {
            let store = legacy_store(item).await;
            let mut order = read(&store).await;
            set_raw(&store, Order::key("o1"), name, change.clone()).await;
            order.stock = 9;
            for error in [
                refused(store.save(order.clone()).send().await),
                refused(store.replace(order.clone()).send().await),
                refused(store.delete(order).send().await),
            ] {
                assert!(error.is_conflict(), "{name}: {error}");
            }
            let found = raw(&store, Order::key("o1")).await.unwrap();
            let expected = change.clone().or((name != "status").then(|| n(10)));
            assert_eq!(found.get(name), expected.as_ref());
        }
    }
}

#[tokio::test]
async fn an_unversioned_item_too_wide_for_a_guard_is_adopted_first() {
    let store = legacy_store(wide_item()).await;
    let mut order = read(&store).await;
    order.stock = 9;
    let order = store.save(order).send().await.unwrap();
    // Once to be adopted, once to be saved.
    assert_eq!(Stored::version(&order), 2);
    let mut expected = wide_item();
    expected.insert("stock".into(), n(9));
    expected.insert("item_version".into(), n(2));
    assert_eq!(stored_order(&store).await, expected);
}

#[tokio::test]
async fn an_unversioned_item_is_replaced_after_it_was_adopted() {
    let mut item = unversioned_order_item();
    item.insert("source".into(), s("import"));
    let store = legacy_store(item).await;
    let mut order = read(&store).await;
    order.stock = 9;
    let order = store.replace(order).send().await.unwrap();
    assert_eq!(Stored::version(&order), 2);
    let mut expected = order_item(2);
    expected.insert("stock".into(), n(9));
    assert_eq!(stored_order(&store).await, expected);
}

#[tokio::test]
async fn an_unversioned_item_is_deleted_after_it_was_adopted() {
    for item in [unversioned_order_item(), wide_item()] {
        let store = legacy_store(item).await;
        let order = read(&store).await;
        store.delete(order).send().await.unwrap();
        assert!(raw(&store, Order::key("o1")).await.is_none());
    }
}

#[tokio::test]
async fn a_condition_holds_for_unversioned_items_too() {
    let store = legacy_store(unversioned_order_item()).await;
    let order = read(&store).await;
    let delete = store.delete(order).when(|o| o.status.eq(Status::Shipped));
    let error = refused(delete.send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert!(raw(&store, Order::key("o1")).await.is_some());
}

#[tokio::test]
async fn a_create_does_not_overwrite_an_unversioned_item() {
    let store = legacy_store(unversioned_order_item()).await;
    let error = refused(store.create(order()).send().await);
    assert!(matches!(error, Error::AlreadyExists(_)), "{error}");
    let existing = error.current::<Order>().unwrap().unwrap();
    assert_eq!(Stored::version(&existing), 0);
    let found = raw(&store, Order::key("o1")).await;
    assert_eq!(found, Some(unversioned_order_item()));
}

#[tokio::test]
async fn updates_and_puts_give_an_unversioned_item_version_one() {
    let store = legacy_store(unversioned_order_item()).await;
    let update = store.update(Order::key("o1")).set(|o| o.stock.add(0));
    update.send().await.unwrap();
    assert_eq!(stored_order(&store).await, order_item(1));
    put_raw::<Order>(&store, unversioned_order_item()).await;
    store.put(order()).unconditional().send().await.unwrap();
    assert_eq!(stored_order(&store).await, order_item(1));
}

#[tokio::test]
async fn a_version_without_a_write_id_is_guarded_as_it_was_read() {
    // By a writer that raises the version and knows no write ids.
    let store = legacy_store(order_item(3)).await;
    let mut mine = read(&store).await;
    let theirs = mine.clone();
    mine.stock = 9;
    let mine = store.save(mine).send().await.unwrap();
    assert_eq!(Stored::version(&mine), 4);
    assert!(Stored::write_id(&mine).is_some());

    // The same version by a writer with ids is another state.
    let mut stamped = order_item(3);
    stamped.insert("item_write_id".into(), s("w"));
    put_raw::<Order>(&store, stamped).await;
    assert!(refused(store.delete(theirs).send().await).is_conflict());
}

#[tokio::test]
async fn a_writer_that_drops_the_version_is_noticed() {
    let store = fresh_store::<Order>().await;
    let mut order = store.create(order()).send().await.unwrap();
    set_raw(&store, Order::key("o1"), "item_version", None).await;
    order.stock = 9;
    let error = refused(store.save(order.clone()).send().await);
    assert!(error.is_conflict(), "{error}");
    let lost = Guard::Version {
        expected: 1,
        found: None,
        recreated: false,
    };
    let guards = error.refusal().unwrap().guards();
    assert!(guards.iter().any(|result| result.guard == lost));
    assert!(refused(store.delete(order).send().await).is_conflict());
}

#[tokio::test]
async fn an_item_whose_version_was_dropped_is_adopted_by_every_verb() {
    for verb in ["save", "replace", "delete"] {
        let store = fresh_store::<Order>().await;
        store.create(order()).send().await.unwrap();
        set_raw(&store, Order::key("o1"), "item_version", None).await;
        let mut order = read(&store).await;
        assert_eq!(Stored::version(&order), 0);
        order.stock = 9;
        let done = match verb {
            "save" => store.save(order).send().await.map(drop),
            "replace" => store.replace(order).send().await.map(drop),
            _ => store.delete(order).send().await,
        };
        assert!(
            done.is_ok(),
            "{verb} of what was read a moment ago: {}",
            done.unwrap_err()
        );
    }
}

#[tokio::test]
async fn a_stale_holder_notices_that_the_item_was_created_again() {
    let store = fresh_store::<Order>().await;
    let mut stale = store.create(order()).send().await.unwrap();
    store.delete(stale.clone()).send().await.unwrap();
    store.create(order()).send().await.unwrap();
    let before = raw_and_id(&store, Order::key("o1")).await;

    stale.stock = 9;
    let again = Guard::Version {
        expected: 1,
        found: Some(1),
        recreated: true,
    };
    for error in [
        refused(store.save(stale.clone()).send().await),
        refused(store.replace(stale.clone()).send().await),
        refused(store.delete(stale).send().await),
    ] {
        assert!(error.is_conflict(), "{error}");
        let guards = error.refusal().unwrap().guards();
        assert!(
            guards.iter().any(|result| result.guard == again),
            "{guards:?}"
        );
    }
    assert_eq!(raw_and_id(&store, Order::key("o1")).await, before);

    // As documented, a bare version does not notice it.
    let put = store.put(order()).at_version(1).send().await.unwrap();
    assert_eq!(Stored::version(&put), 2);
}

#[tokio::test]
async fn an_item_of_the_sdks_own_query_can_be_saved() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let scan = store
        .client()
        .scan()
        .table_name(store.table_name::<Order>());
    let items = scan
        .consistent_read(true)
        .send()
        .await
        .unwrap()
        .items
        .unwrap();
    let mut order = Stored::<Order>::from_item(items[0].clone()).unwrap();
    assert_eq!(Stored::version(&order), 1);
    order.stock = 9;
    store.save(order).send().await.unwrap();
    assert_eq!(stored_order(&store).await["stock"], n(9));
}

#[tokio::test]
async fn an_item_projected_without_its_version_is_refused() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let whole = raw(&store, Order::key("o1")).await.unwrap();
    let without = |names: &[&str]| -> Item {
        let mut item = whole.clone();
        item.retain(|name, _| !names.contains(&name.as_str()));
        item
    };
    for dropped in [&["item_version"][..], &["item_version", "item_write_id"]] {
        let error = refused(Stored::<Order>::from_item(without(dropped)));
        assert!(matches!(error, Error::Decode(_)), "{error}");
    }
    // With a version, and without the id that goes with it, the guard notices.
    let mut order = Stored::<Order>::from_item(without(&["item_write_id"])).unwrap();
    order.stock = 9;
    let error = refused(store.save(order).send().await);
    assert!(error.is_conflict(), "{error}");
    let said = "expected version 1 without a write id, found version 1 with one: was `item_write_id` projected?";
    assert!(error.to_string().contains(said), "{error}");
    // Taken for unversioned by name, it is still not believed.
    let mut order = Stored::<Order>::from_unversioned_item(without(&["item_version"])).unwrap();
    order.stock = 9;
    assert!(refused(store.save(order).send().await).is_conflict());
    assert_eq!(stored_order(&store).await, order_item(1));
}

#[tokio::test]
async fn an_unversioned_item_of_the_sdks_own_query_is_adopted() {
    let store = legacy_store(unversioned_order_item()).await;
    let mut order = Stored::<Order>::from_unversioned_item(unversioned_order_item()).unwrap();
    order.note = Some("gift wrap".into());
    store.save(order).send().await.unwrap();
    let mut expected = order_item(1);
    expected.insert("note".into(), s("gift wrap"));
    assert_eq!(stored_order(&store).await, expected);
}

#[tokio::test]
async fn an_item_of_another_key_or_type_is_no_order() {
    let with = |name: &str, value: AttributeValue| {
        let mut item = order_item(1);
        item.insert(name.into(), value);
        Stored::<Order>::from_item(item)
    };
    for result in [
        with("pk", s("order#o2")),
        with("stock", s("ten")),
        with("item_version", s("1")),
        with("item_version", n(-1)),
        with("item_write_id", n(1)),
    ] {
        let error = refused(result);
        assert!(matches!(error, Error::Decode(_)), "{error}");
    }
}

/// The version is given under the retry policy, and not by the three attempts of the SDK.
#[tokio::test(start_paused = true)]
async fn a_throttled_adoption_in_a_transaction_is_tried_again_under_the_retry_policy() {
    let shop = watched::<Order>().await;
    put_raw::<Order>(&shop.quiet, wide_item()).await;
    // A save of many attributes cannot name them all, so the item gets its version first.
    let mut order = read(&shop.quiet).await;
    order.stock = 9;
    shop.local
        .on("UpdateItem")
        .times(12)
        .inject(Fault::Throttle);
    let write = shop.store.transact_write((shop.store.save(order),));
    write.send().await.unwrap();
    let operations = shop.local.operations();
    let updates = operations.iter().filter(|name| *name == "UpdateItem");
    assert_eq!(updates.count(), 13);
    assert_eq!(stored_order(&shop.quiet).await["stock"], n(9));
}
