//! Every verb from beginning to end, on tables of every shape of key.
use dynacond::operators::IntoActions;
use dynacond::{Error, Guarded, Item, Store, Stored, Versioned};

use super::support::{
    Account, Counter, Member, Order, fresh_store, item, n, order, order_item, raw, refused, s,
    stored_order,
};

/// Each verb makes the quantity one more; after each the table holds exactly `expected(quantity, version)`.
async fn every_verb<T, A>(
    store: &Store,
    new: T,
    quantity: fn(&mut T) -> &mut u32,
    add_one: fn(T::Attributes) -> A,
    expected: fn(u32, u64) -> Item,
) where
    T: Guarded + Clone,
    A: IntoActions<T>,
{
    let key = new.to_key();
    let holds = async |amount, version| {
        let mut found = raw(store, key.clone()).await.expect("an item");
        if let Some(id) = T::MODEL.write_id {
            found.remove(id).expect("a write id");
        }
        assert_eq!(found, expected(amount, version));
    };
    let get = async || store.get(&key).send().await.unwrap();

    assert!(get().await.is_none());
    let created = store.create(new.clone()).send().await.unwrap();
    assert_eq!(Stored::version(&created), 1);
    holds(1, 1).await;

    let error = refused(store.create(new).send().await);
    assert!(matches!(error, Error::AlreadyExists(_)), "{error}");
    holds(1, 1).await;

    let mut read = get().await.expect("an item");
    *quantity(&mut read) += 1;
    let saved = store.save(read).send().await.unwrap();
    assert_eq!(Stored::version(&saved), 2);
    holds(2, 2).await;

    let update = store.update(&key).set(add_one);
    let mut updated = update.send().await.unwrap();
    assert_eq!(*quantity(&mut updated), 3);
    holds(3, 3).await;

    let mut value = Stored::into_inner(updated);
    *quantity(&mut value) += 1;
    let mut put = store.put(value).unconditional().send().await.unwrap();
    holds(4, 4).await;

    *quantity(&mut put) += 1;
    let replaced = store.replace(put).send().await.unwrap();
    holds(5, 5).await;

    let change = |item: &mut T| *quantity(item) += 1;
    let modified = store.modify(&key, change).send().await.unwrap();
    holds(6, 6).await;

    let error = refused(store.delete(replaced).send().await);
    assert!(error.is_conflict(), "{error}");
    holds(6, 6).await;
    store.delete(modified).send().await.unwrap();
    assert!(raw(store, key.clone()).await.is_none());

    // There is nothing to overwrite, and nothing to refuse it.
    store.delete(&key).unconditional().send().await.unwrap();
}

#[tokio::test]
async fn every_verb_on_a_table_keyed_by_pk_and_sk() {
    let store = fresh_store::<Order>().await;
    let new = Order {
        stock: 1,
        ..order()
    };
    let expected = |stock, version| {
        let mut item = order_item(version);
        item.insert("stock".into(), n(stock));
        item
    };
    every_verb(&store, new, |o| &mut o.stock, |o| o.stock.add(1), expected).await;
}

#[tokio::test]
async fn every_verb_on_a_table_keyed_by_group_and_id_with_renamed_version() {
    let store = fresh_store::<Member>().await;
    let new = Member {
        group: "staff".into(),
        id: "ada".into(),
        points: 1,
    };
    let expected = |points, version| {
        item([
            ("group", s("staff")),
            ("id", s("ada")),
            ("points", n(points)),
            ("revision", n(version)),
        ])
    };
    every_verb(
        &store,
        new,
        |m| &mut m.points,
        |m| m.points.add(1),
        expected,
    )
    .await;
}

#[tokio::test]
async fn every_verb_on_a_table_keyed_by_id_without_write_ids() {
    let store = fresh_store::<Counter>().await;
    let new = Counter {
        id: "visits".into(),
        count: 1,
    };
    let expected = |count, version| {
        item([
            ("id", s("visits")),
            ("count", n(count)),
            ("item_version", n(version)),
        ])
    };
    every_verb(&store, new, |c| &mut c.count, |c| c.count.add(1), expected).await;
}

#[tokio::test]
async fn a_mirrored_version_follows_every_verb() {
    let store = fresh_store::<Account>().await;
    let account = Account {
        id: "a1".into(),
        balance: 5,
        version: 0,
    };
    let key = account.to_key();
    let mut account = store.create(account).send().await.unwrap();
    assert_eq!(account.version, 1);
    account.balance = 6;
    let account = store.save(account).send().await.unwrap();
    assert_eq!(account.version, 2);
    let update = store.update(&key).set(|a| a.balance.add(1));
    let account = update.send().await.unwrap();
    assert_eq!((account.balance, account.version), (7, 3));
    let put = store.put(Stored::into_inner(account)).unconditional();
    let account = put.send().await.unwrap();
    assert_eq!(account.version, 4);
    let account = store.replace(account).send().await.unwrap();
    assert_eq!(account.version, 5);
    let modify = store.modify(&key, |a| a.balance = -1);
    assert_eq!(modify.send().await.unwrap().version, 6);
    let read = store.get(&key).send().await.unwrap().unwrap();
    assert_eq!((read.balance, read.version), (-1, 6));
    let stored = raw(&store, key).await.unwrap();
    assert_eq!(stored["version"], n(6));
    assert!(!stored.contains_key("item_version"));
}

#[tokio::test]
async fn a_read_may_be_eventually_consistent() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let get = store.get(Order::key("o1")).eventually_consistent();
    // It may come too early on a real table; it never is another item.
    assert!(
        get.send()
            .await
            .unwrap()
            .is_none_or(|found| found == order())
    );
}

#[tokio::test]
async fn a_stored_item_is_read_and_serialised_as_the_struct() {
    let store = fresh_store::<Order>().await;
    let stored = store.create(order()).send().await.unwrap();
    assert_eq!(stored, order());
    assert_eq!(stored.address.city, "Lyon");
    let [as_stored, as_struct] = [
        serde_json::to_value(&stored).unwrap(),
        serde_json::to_value(order()).unwrap(),
    ];
    assert_eq!(as_stored, as_struct);
    assert_eq!(Stored::key(&stored), Order::key("o1"));
    let mut held = Stored::item(&stored).clone();
    held.remove("item_write_id");
    assert_eq!(held, stored_order(&store).await);
    assert_eq!(Stored::into_inner(stored), order());
}
