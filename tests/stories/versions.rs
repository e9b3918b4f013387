//! Every successful write increments the version by one and stamps a new write id. Nothing else does.
use std::collections::HashSet;

use dynacond::{Error, Stored, Versioned};

use super::support::{
    Account, Basket, Order, Status, basket, fresh_store, n, order, raw, raw_and_id, read, refused,
    stored_order, watched, watched_order,
};

#[tokio::test]
async fn each_write_has_the_next_version_and_a_fresh_write_id() {
    let store = fresh_store::<Order>().await;
    let key = Order::key("o1");
    let mut seen = Vec::new();
    let mut note = async |order: &Stored<Order>| {
        let (item, id) = raw_and_id(&store, Order::key("o1")).await;
        assert_eq!(Stored::write_id(order), Some(id.as_str()));
        assert_eq!(item["item_version"], n(Stored::version(order)));
        seen.push((Stored::version(order), id));
    };
    let mut order = store.create(order()).send().await.unwrap();
    note(&order).await;
    order.stock = 9;
    let order = store.save(order).send().await.unwrap();
    note(&order).await;
    let update = store.update(&key).set(|o| o.stock.subtract(1));
    let order = update.send().await.unwrap();
    note(&order).await;
    let put = store.put(Stored::into_inner(order)).unconditional();
    let order = put.send().await.unwrap();
    note(&order).await;
    let order = store.replace(order).send().await.unwrap();
    note(&order).await;
    let order = store.modify(&key, |o| o.stock = 1).send().await.unwrap();
    note(&order).await;

    let versions: Vec<u64> = seen.iter().map(|(version, _)| *version).collect();
    assert_eq!(versions, [1, 2, 3, 4, 5, 6]);
    let ids: HashSet<&String> = seen.iter().map(|(_, id)| id).collect();
    assert_eq!(ids.len(), 6);
}

#[tokio::test]
async fn a_save_without_a_change_sends_nothing() {
    let shop = watched_order().await;
    let before = raw_and_id(&shop.quiet, Order::key("o1")).await;
    let mut order = read(&shop.store).await;
    order.stock = 3;
    order.stock = 10;
    shop.local.clear_log();
    let saved = shop.store.save(order).send().await.unwrap();
    assert_eq!(Stored::version(&saved), 1);
    assert!(shop.local.operations().is_empty());
    assert_eq!(raw_and_id(&shop.quiet, Order::key("o1")).await, before);
}

#[tokio::test]
async fn a_save_without_a_change_but_with_a_condition_is_sent() {
    let shop = watched_order().await;
    let order = read(&shop.quiet).await;
    let save = shop.store.save(order).when(|o| o.stock.ge(10));
    let saved = save.send().await.unwrap();
    assert_eq!(Stored::version(&saved), 2);
    assert_eq!(shop.local.operations(), ["UpdateItem"]);
    assert_eq!(stored_order(&shop.quiet).await["item_version"], n(2));

    let save = shop.store.save(saved).when(|o| o.stock.ge(11));
    let error = refused(save.send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert_eq!(stored_order(&shop.quiet).await["item_version"], n(2));
}

#[tokio::test]
async fn falsy_values_come_back_equal_and_are_no_change() {
    let shop = watched::<Basket>().await;
    let empty = Basket {
        prices: [].into(),
        lines: Vec::new(),
        paid: false,
        weight: 0.0,
        points: Some(0),
        address: super::support::Address {
            street: String::new(),
            city: String::new(),
        },
        ..basket()
    };
    shop.quiet.create(empty.clone()).send().await.unwrap();
    let read = shop.store.get(Basket::key("b1")).send().await;
    let read = read.unwrap().unwrap();
    assert_eq!(read, empty);
    shop.store.save(read).send().await.unwrap();
    assert_eq!(shop.local.operations(), ["GetItem"]);
}

#[tokio::test]
async fn a_version_written_by_hand_is_not_believed() {
    let shop = watched::<Account>().await;
    let account = Account {
        id: "a1".into(),
        balance: 5,
        version: 41,
    };
    let key = Account::key("a1");
    let mut account = shop.store.create(account).send().await.unwrap();
    assert_eq!(account.version, 1);

    account.version = 99;
    shop.local.clear_log();
    let mut account = shop.store.save(account).send().await.unwrap();
    assert!(
        shop.local.operations().is_empty(),
        "the version is no change"
    );

    account.version = 99;
    account.balance = 6;
    let account = shop.store.save(account).send().await.unwrap();
    assert_eq!(account.version, 2);

    let mut mine = Stored::into_inner(account);
    mine.version = 0;
    let put = shop.store.put(mine).unconditional();
    assert_eq!(put.send().await.unwrap().version, 3);
    assert_eq!(raw(&shop.quiet, key).await.unwrap()["version"], n(3));
}

#[tokio::test]
async fn a_refused_write_leaves_version_and_write_id() {
    let store = fresh_store::<Order>().await;
    let created = store.create(order()).send().await.unwrap();
    let before = raw_and_id(&store, Order::key("o1")).await;
    let shipped = |o: <Order as Versioned>::Attributes| o.status.eq(Status::Shipped);
    let key = Order::key("o1");
    let update = store.update(&key).set(|o| o.stock.add(1)).when(shipped);
    refused(update.send().await);
    refused(store.put(order()).when(shipped).send().await);
    refused(store.delete(&key).when(shipped).send().await);
    refused(
        store
            .modify(&key, |o| o.stock = 1)
            .when(shipped)
            .send()
            .await,
    );
    refused(store.create(order()).send().await);
    refused(store.save(created).when(shipped).send().await);
    assert_eq!(raw_and_id(&store, key).await, before);
}
