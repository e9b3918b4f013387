//! `modify` of what may not be there: `.or_create(default)`, `.if_exists()`, and endpoints that refuse without an item.
use std::sync::atomic::{AtomicU32, Ordering};

use dynacond::{Error, InvalidInput, RetryPolicy, Store, Stored, Versioned as _};
use dynacond_local::Fault;
use tokio::task::JoinSet;

use super::support::{
    Counter, Order, Status, Watched, fresh_store, n, order, order_item, raw, raw_and_id, refused,
    rival_buys_one, stored_order, watched, watched_order,
};

/// A rival that creates the order.
fn rival_creates() -> Fault {
    Fault::rival(|client| async move {
        Store::new(client).create(order()).send().await.unwrap();
    })
}

fn rival_deletes() -> Fault {
    Fault::rival(|client| async move {
        let delete = Store::new(client).delete(Order::key("o1"));
        delete.unconditional().send().await.unwrap();
    })
}

async fn sell(shop: &Watched) -> dynacond::Result<Stored<Order>> {
    let sell = shop.store.modify(Order::key("o1"), |o| o.stock -= 3);
    sell.or_create(order()).send().await
}

async fn sell_if_exists(shop: &Watched) -> dynacond::Result<Option<Stored<Order>>> {
    let sell = shop.store.modify(Order::key("o1"), |o| o.stock -= 3);
    sell.if_exists().send().await
}

#[tokio::test]
async fn a_missing_item_is_created_from_the_changed_default_by_one_plain_write() {
    let shop = watched::<Order>().await;
    let created = sell(&shop).await.unwrap();
    assert_eq!((created.stock, Stored::version(&created)), (7, 1));
    assert_eq!(shop.local.operations(), ["GetItem", "PutItem"]);
    let mut expected = order_item(1);
    expected.insert("stock".into(), n(7));
    assert_eq!(stored_order(&shop.quiet).await, expected);

    // What was created is saved again.
    shop.local.clear_log();
    let sold = sell(&shop).await.unwrap();
    assert_eq!((sold.stock, Stored::version(&sold)), (4, 2));
    assert_eq!(shop.local.operations(), ["GetItem", "UpdateItem"]);
}

#[tokio::test]
async fn without_a_write_id_it_is_one_plain_write_as_well() {
    let shop = watched::<Counter>().await;
    let count = async || {
        let new = Counter {
            id: "visits".into(),
            count: 0,
        };
        let modify = shop.store.modify(Counter::key("visits"), |c| c.count += 1);
        modify.or_create(new).send().await.unwrap().count
    };
    assert_eq!((count().await, count().await), (1, 2));
    assert_eq!(
        shop.local.operations(),
        ["GetItem", "PutItem", "GetItem", "UpdateItem"]
    );
}

#[tokio::test]
async fn an_item_that_a_rival_creates_or_deletes_meanwhile_is_neither_overwritten_nor_missed() {
    let shop = watched::<Order>().await;
    shop.local.on("PutItem").inject(rival_creates());
    let sold = sell(&shop).await.unwrap();
    // The refusal of the create brought the rival's item: no second read.
    assert_eq!(
        shop.local.operations(),
        ["GetItem", "PutItem", "UpdateItem"]
    );
    assert_eq!((sold.stock, Stored::version(&sold)), (7, 2));

    shop.local.clear_log();
    shop.local.on("UpdateItem").inject(rival_deletes());
    let sold = sell(&shop).await.unwrap();
    assert_eq!(
        shop.local.operations(),
        ["GetItem", "UpdateItem", "PutItem"]
    );
    assert_eq!((sold.stock, Stored::version(&sold)), (7, 1));
}

#[tokio::test]
async fn rivals_that_never_rest_use_the_attempts_up() {
    let shop = watched::<Order>().await;
    shop.local.on("PutItem").always().inject(rival_creates());
    shop.local.on("UpdateItem").always().inject(rival_deletes());
    let store = Store::builder(shop.local.client())
        .retry(
            RetryPolicy::default()
                .with_attempts(4)
                .with_backoff(std::time::Duration::ZERO, std::time::Duration::ZERO),
        )
        .build();
    let runs = AtomicU32::new(0);
    let modify = store.modify(Order::key("o1"), |o| {
        runs.fetch_add(1, Ordering::Relaxed);
        o.stock -= 3;
    });
    let error = refused(modify.or_create(order()).send().await);
    let Error::Exhausted(exhausted) = &error else {
        panic!("{error:?}");
    };
    assert_eq!((exhausted.attempts, runs.into_inner()), (4, 4));
}

#[tokio::test]
async fn a_default_with_another_key_is_refused_before_anything_is_sent() {
    let shop = watched::<Order>().await;
    for grouped in [false, true] {
        let modify = shop.store.modify(Order::key("o2"), |o| o.stock -= 3);
        let modify = if grouped { modify.grouped() } else { modify };
        let error = refused(modify.or_create(order()).send().await);
        assert!(
            matches!(&error, Error::Invalid(InvalidInput::OtherKey { .. })),
            "{error:?}"
        );
    }
    // Nor does the closure give the new item another key.
    let modify = shop.store.modify(Order::key("o1"), |o| o.id = "o2".into());
    let error = refused(modify.or_create(order()).send().await);
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    assert_eq!(shop.local.operations(), ["GetItem"]);
}

#[tokio::test]
async fn a_condition_has_to_hold_on_the_missing_item_too() {
    let store = fresh_store::<Order>().await;
    let modify = || store.modify(Order::key("o1"), |o| o.stock -= 3);
    let pending = modify().or_create(order());
    let error = refused(pending.when(|o| o.status.eq(Status::Pending)).send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error:?}");
    assert!(raw(&store, Order::key("o1")).await.is_none());
    let not_shipped = modify().or_create(order());
    let not_shipped = not_shipped.when(|o| o.status.ne(Status::Shipped));
    assert_eq!(not_shipped.send().await.unwrap().stock, 7);
}

#[tokio::test]
async fn the_closures_own_error_creates_nothing() {
    let store = fresh_store::<Order>().await;
    for grouped in [false, true] {
        let fail = |_: &mut Order| -> dynacond::Result<()> {
            Err(std::io::Error::other("not now")).map_err(|_| own_error())
        };
        let modify = store.modify(Order::key("o1"), fail);
        let modify = if grouped { modify.grouped() } else { modify };
        let error = refused(modify.or_create(order()).send().await);
        assert_eq!(error.to_string(), own_error().to_string());
    }
    assert!(raw(&store, Order::key("o1")).await.is_none());
}

fn own_error() -> Error {
    let invalid = InvalidInput::NoAction {
        item_type: "of the test",
    };
    Error::from(invalid)
}

#[tokio::test]
async fn a_lost_answer_of_the_create_is_that_of_a_create() {
    for fault in [Fault::LoseAnswer, Fault::Status500After] {
        let shop = watched::<Order>().await;
        shop.local.on("PutItem").inject(fault);
        let created = sell(&shop).await.unwrap();
        assert_eq!((created.stock, Stored::version(&created)), (7, 1));
        assert_eq!(shop.local.operations(), ["GetItem", "PutItem", "GetItem"]);
        let (_, id) = raw_and_id(&shop.quiet, Order::key("o1")).await;
        assert_eq!(Stored::write_id(&created), Some(id.as_str()));
    }
    for fault in [Fault::LoseRequest, Fault::DeliverLate] {
        let shop = watched::<Order>().await;
        shop.local.on("PutItem").inject(fault);
        let runs = AtomicU32::new(0);
        let sell = shop.store.modify(Order::key("o1"), |o| {
            runs.fetch_add(1, Ordering::Relaxed);
            o.stock -= 3;
        });
        let error = refused(sell.or_create(order()).send().await);
        let Error::OutcomeUnknown(unknown) = &error else {
            panic!("{error:?}");
        };
        assert_eq!((unknown.verb(), runs.into_inner()), ("create", 1));
    }
}

#[tokio::test]
async fn an_item_that_is_not_there_is_left_alone() {
    let shop = watched::<Order>().await;
    assert!(sell_if_exists(&shop).await.unwrap().is_none());
    assert_eq!(shop.local.operations(), ["GetItem"]);
    assert!(raw(&shop.quiet, Order::key("o1")).await.is_none());

    shop.quiet.create(order()).send().await.unwrap();
    assert_eq!(sell_if_exists(&shop).await.unwrap().unwrap().stock, 7);

    // Deleted between the read and the save.
    shop.local.clear_log();
    shop.local.on("UpdateItem").inject(rival_deletes());
    assert!(sell_if_exists(&shop).await.unwrap().is_none());
    assert_eq!(
        shop.local.operations(),
        ["GetItem", "UpdateItem", "GetItem"],
        "a first refusal without an item is confirmed"
    );
}

#[tokio::test]
async fn grouped_calls_create_once_and_count_all() {
    let shop = watched::<Counter>().await;
    let mut calls = JoinSet::new();
    for _ in 0..16 {
        let store = shop.store.clone();
        calls.spawn(async move {
            let new = Counter {
                id: "visits".into(),
                count: 0,
            };
            let modify = store.modify(Counter::key("visits"), |c| c.count += 1);
            modify.or_create(new).grouped().send().await
        });
    }
    while let Some(counted) = calls.join_next().await {
        counted.unwrap().unwrap();
    }
    let counter = shop.quiet.get(Counter::key("visits")).send().await;
    assert_eq!(counter.unwrap().unwrap().count, 16);
    let operations = shop.local.operations();
    let updates = operations.iter().filter(|o| *o == "UpdateItem").count();
    assert!(updates <= 2, "shared again: {operations:?}");
    let store = format!("{:?}", shop.store);
    assert!(store.contains("grouped_items: 0"), "{store}");
}

#[tokio::test]
async fn grouped_calls_leave_alone_what_is_not_there() {
    let store = fresh_store::<Counter>().await;
    let modify = || {
        let modify = store.modify(Counter::key("visits"), |c| c.count += 1);
        modify.grouped().if_exists().send()
    };
    let (one, two) = tokio::join!(modify(), modify());
    assert!(one.unwrap().is_none() && two.unwrap().is_none());
    let new = Counter {
        id: "visits".into(),
        count: 0,
    };
    store.create(new).send().await.unwrap();
    let (one, two) = tokio::join!(modify(), modify());
    assert_eq!(
        (one.unwrap().unwrap().count, two.unwrap().unwrap().count),
        (2, 2)
    );
}

#[tokio::test]
async fn an_endpoint_that_refuses_without_the_item_costs_a_read_and_no_attempt() {
    for grouped in [false, true] {
        let shop = watched_order().await;
        shop.local.ignore_all_old();
        shop.local.on("UpdateItem").inject(rival_buys_one());
        let modify = shop.store.modify(Order::key("o1"), |o| o.stock -= 3);
        let modify = if grouped { modify.grouped() } else { modify };
        let sold = modify.send().await.unwrap();
        assert_eq!((sold.stock, Stored::version(&sold)), (6, 3));
        // The read that tells why the save was refused is the one that it goes on from.
        assert_eq!(
            shop.local.operations(),
            ["GetItem", "UpdateItem", "GetItem", "UpdateItem"]
        );
    }
}

#[tokio::test]
async fn an_endpoint_that_refuses_without_the_item_does_not_hide_a_rivals_create() {
    for (grouped, sent) in [
        (false, &["GetItem", "PutItem", "GetItem", "UpdateItem"][..]),
        // A call that joins a group reads the item with the others.
        (
            true,
            &["GetItem", "PutItem", "GetItem", "GetItem", "UpdateItem"],
        ),
    ] {
        let shop = watched::<Order>().await;
        shop.local.ignore_all_old();
        shop.local.on("PutItem").inject(rival_creates());
        let sell = shop.store.modify(Order::key("o1"), |o| o.stock -= 3);
        let sell = sell.or_create(order());
        let sell = if grouped { sell.grouped() } else { sell };
        assert_eq!(sell.send().await.unwrap().stock, 7);
        assert_eq!(shop.local.operations(), sent);
    }
}

#[tokio::test]
async fn a_refusal_that_nothing_explains_is_not_tried_again() {
    // The item is as it was read: the condition may be false, or was.
    let shop = watched_order().await;
    shop.local.ignore_all_old();
    let modify = shop.store.modify(Order::key("o1"), |o| o.stock -= 3);
    let shipped = modify.when(|o| o.status.eq(Status::Shipped));
    let error = refused(shipped.send().await);
    assert!(matches!(error, Error::Unexplained(_)), "{error:?}");
    assert_eq!(
        shop.local.operations(),
        ["GetItem", "UpdateItem", "GetItem"]
    );
}
