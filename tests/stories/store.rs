//! Tables, shared tables, injected randomness, and futures that may be spawned.
use std::collections::HashMap;

use dynacond::{Error, InvalidInput, Store, Stored, Versioned};
use dynacond_local::{Local, create_table};
use serde::{Deserialize, Serialize};

use super::support::{
    Account, Order, fresh_store, n, order, order_item, raw, raw_and_id, refused, s, set_raw,
    stored_order, watched,
};

/// Beside its order, in the same table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shop",
    partition_key(name = "pk", value = "order#{order}"),
    sort_key(name = "sk", value = "invoice#{number}")
)]
struct Invoice {
    order: String,
    number: u32,
    total: u32,
}

fn invoice() -> Invoice {
    Invoice {
        order: "o1".into(),
        number: 7,
        total: 99,
    }
}

#[tokio::test]
async fn tables_are_named_by_the_derive_a_prefix_or_one_by_one() {
    let client = Local::from_env().unwrap().client();
    let store = Store::new(client.clone());
    assert_eq!(store.table_name::<Order>(), "shop");
    let store = Store::builder(client.clone()).prefix("dev-").build();
    assert_eq!(store.table_name::<Order>(), "dev-shop");
    let store = Store::builder(client)
        .table::<Order>("orders-prod")
        .prefix("dev-")
        .build();
    assert_eq!(store.table_name::<Order>(), "orders-prod");
    assert_eq!(store.table_name::<Account>(), "dev-accounts");
}

#[tokio::test]
async fn every_verb_uses_the_stores_table() {
    let local = Local::from_env().unwrap();
    let store = Store::builder(local.client())
        .table::<Order>("orders-prod")
        .build();
    create_table::<Order>(
        &Store::builder(local.quiet_client())
            .table::<Order>("orders-prod")
            .build(),
    )
    .await
    .unwrap();
    let key = Order::key("o1");
    let mut order = store.create(order()).send().await.unwrap();
    order.stock = 9;
    let order = store.save(order).send().await.unwrap();
    let order = store.replace(order).send().await.unwrap();
    let order = store.put(Stored::into_inner(order)).unconditional();
    order.send().await.unwrap();
    store
        .update(&key)
        .set(|o| o.stock.add(1))
        .send()
        .await
        .unwrap();
    store.modify(&key, |o| o.stock = 1).send().await.unwrap();
    store.delete(&key).unconditional().send().await.unwrap();
    assert!(store.get(&key).send().await.unwrap().is_none());
    let log = local.log();
    assert_eq!(log.len(), 9);
    assert!(
        log.iter()
            .all(|request| request.body["TableName"] == "orders-prod")
    );
}

#[tokio::test]
async fn two_models_share_one_table() {
    let store = fresh_store::<Order>().await;
    create_table::<Invoice>(&store).await.unwrap();
    store.create(order()).send().await.unwrap();
    store.create(invoice()).send().await.unwrap();
    let update = store
        .update(Invoice::key(("o1", 7)))
        .set(|i| i.total.add(1));
    assert_eq!(update.send().await.unwrap().total, 100);
    assert_eq!(stored_order(&store).await, order_item(1));
    store
        .delete(Order::key("o1"))
        .unconditional()
        .send()
        .await
        .unwrap();
    assert!(raw(&store, invoice().to_key()).await.is_some());
}

#[tokio::test]
async fn an_item_of_another_model_under_the_key_does_not_become_one() {
    let store = fresh_store::<Order>().await;
    store.create(invoice()).send().await.unwrap();
    let item = raw(&store, invoice().to_key()).await.unwrap();
    let error = refused(Stored::<Order>::from_item(item));
    assert!(matches!(error, Error::Decode(_)), "{error}");
}

/// A numeric key, and a map for all other attributes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "readings")]
struct Reading {
    #[dynacond(partition_key)]
    sensor: u64,
    #[serde(flatten)]
    rest: HashMap<String, String>,
}

#[tokio::test]
async fn a_numeric_key_and_a_flattened_map_make_the_round_trip() {
    let store = fresh_store::<Reading>().await;
    let reading = Reading {
        sensor: 7,
        rest: [("place".to_owned(), "roof".to_owned())].into(),
    };
    store.create(reading.clone()).send().await.unwrap();
    let error = refused(store.create(reading.clone()).send().await);
    let mut read = error.current::<Reading>().unwrap().unwrap();
    // Neither the version nor the write id is taken for one of the rest.
    assert_eq!(read, reading);
    read.rest.remove("place");
    read.rest.insert("state".into(), "on".into());
    store.save(read).send().await.unwrap();
    let (item, _) = raw_and_id(&store, Reading::key(7)).await;
    let expected = [("sensor", n(7)), ("state", s("on")), ("item_version", n(2))];
    assert_eq!(item, super::support::item(expected));
}

#[tokio::test]
async fn a_flattened_map_cannot_write_the_version() {
    let shop = watched::<Reading>().await;
    for name in ["item_version", "item_write_id"] {
        let reading = Reading {
            sensor: 7,
            rest: [(name.to_owned(), "99".to_owned())].into(),
        };
        for error in [
            refused(shop.store.create(reading.clone()).send().await),
            refused(shop.store.put(reading).unconditional().send().await),
        ] {
            let reserved = matches!(&error, Error::Invalid(InvalidInput::ReservedAttribute { attribute, .. }) if attribute == name);
            assert!(reserved, "{error}");
        }
    }
    assert!(shop.local.operations().is_empty());
}

#[tokio::test]
async fn write_ids_come_from_the_injected_randomness() {
    let local = Local::from_env().unwrap();
    let next = std::sync::atomic::AtomicU64::new(1);
    let random = move || {
        next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
            .into()
    };
    let store = Store::builder(local.client()).random(random).build();
    create_table::<Order>(&store).await.unwrap();
    let mut order = store.create(order()).send().await.unwrap();
    let (_, id) = raw_and_id(&store, Order::key("o1")).await;
    // A source that merely counts gives ids that differ in every part.
    assert_eq!(id, "9e3779b97f4a7c15f39cc0605cedc835");
    order.stock = 9;
    store.save(order).send().await.unwrap();
    let (_, saved) = raw_and_id(&store, Order::key("o1")).await;
    assert_eq!(saved, "9e3779b97f4a7c15f39c80c0b9db906a");
}

#[tokio::test]
async fn no_verb_ever_describes_the_table() {
    let local = Local::from_env().unwrap();
    create_table::<Order>(&Store::new(local.quiet_client()))
        .await
        .unwrap();
    let store = Store::new(local.client());
    let order = store.create(order()).send().await.unwrap();
    refused(
        store
            .put(Stored::into_inner(order))
            .at_version(9)
            .send()
            .await,
    );
    store
        .modify(Order::key("o1"), |o| o.stock = 1)
        .send()
        .await
        .unwrap();
    let known = ["GetItem", "PutItem", "UpdateItem"];
    assert!(
        local
            .operations()
            .iter()
            .all(|operation| known.contains(&operation.as_str()))
    );
}

#[tokio::test]
async fn futures_may_be_sent_to_other_threads() {
    fn assert_send<T: Send>(future: T) -> T {
        future
    }
    let store = fresh_store::<Order>().await;
    let key = Order::key("o1");
    let order = assert_send(store.create(order()).send()).await.unwrap();
    assert_send(store.get(&key).send()).await.unwrap();
    let order = assert_send(store.save(order).when(|o| o.stock.ge(1)).send())
        .await
        .unwrap();
    let update = store.update(&key).set(|o| o.stock.add(1));
    assert_send(update.send()).await.unwrap();
    assert_send(store.modify(&key, |o| o.stock = 1).send())
        .await
        .unwrap();
    let put = store.put(Stored::into_inner(order)).unconditional();
    let order = assert_send(put.send()).await.unwrap();
    let order = assert_send(store.replace(order).send()).await.unwrap();
    assert_send(store.delete(order).send()).await.unwrap();

    let create = store.create(super::support::order());
    let spawned = tokio::spawn(async move { create.send().await.map(drop) });
    spawned.await.unwrap().unwrap();
    let owned = store.clone();
    let spawned = tokio::spawn(async move {
        let modify = owned.modify(Order::key("o1"), |o| o.stock -= 1);
        modify.send().await.map(|order| order.stock)
    });
    assert_eq!(spawned.await.unwrap().unwrap(), 9);
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "gauges")]
struct Gauge {
    #[dynacond(partition_key)]
    id: String,
    level: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<i8>,
    label: String,
}

#[tokio::test]
async fn what_does_not_decode_is_told_by_its_attribute() {
    let store = fresh_store::<Gauge>().await;
    let gauge = Gauge {
        id: "g1".into(),
        level: 250,
        limit: Some(-100),
        label: "tank".into(),
    };
    let store = &store;
    let create = async || {
        let put = store.put(gauge.clone()).unconditional();
        put.send().await.unwrap();
    };
    let key = || Gauge::key("g1");
    let large = "number too large to fit in target type";
    create().await;
    // An amount that is an attribute has no guard.
    let raise = store.update(key()).set(|g| g.level.add(g.level));
    let error = refused(raise.send().await);
    let said = format!(
        "the write was applied, but a stored `Gauge` {{id: g1}} does not decode: attribute `level`: {large}"
    );
    assert_eq!(error.to_string(), said);
    create().await;
    let lower = store.update(key()).set(|g| g.limit.add(g.limit));
    let error = refused(lower.send().await);
    let small = "attribute `limit`: number too small to fit in target type";
    assert!(error.to_string().ends_with(small), "{error}");
    for (attribute, wrong, said) in [
        ("level", s("s3cret"), "attribute `level`: expected num"),
        ("label", n(471_100), "attribute `label`: expected string"),
        (
            "limit",
            n(471_100),
            "attribute `limit`: number too large to fit in target type",
        ),
        (
            "level",
            n(1.5),
            "attribute `level`: invalid digit found in string",
        ),
    ] {
        create().await;
        set_raw(store, key(), attribute, Some(wrong)).await;
        let error = refused(store.get(key()).send().await);
        let text = format!("{error} {error:?}");
        assert!(error.to_string().ends_with(said), "{text}");
        assert!(!text.contains("s3cret") && !text.contains("4711"), "{text}");
    }
    // Two that do not fit: neither is singled out.
    create().await;
    set_raw(store, key(), "level", Some(n(999))).await;
    set_raw(store, key(), "limit", Some(n(999))).await;
    let error = refused(store.get(key()).send().await);
    assert!(error.to_string().contains(large), "{error}");
    create().await;
    set_raw(store, key(), "label", None).await;
    let error = refused(store.get(key()).send().await);
    assert!(
        error.to_string().ends_with("missing field `label`"),
        "{error}"
    );
}
