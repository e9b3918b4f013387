//! Read, change, save, and again after somebody else's write.
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use dynacond::{Error, RetryPolicy, Store, Stored, Versioned as _};
use dynacond_local::Fault;

use super::support::{
    Counter, Order, Status, fresh_store, n, order, order_item, put_raw, raw, read, refused,
    rival_buys_one, s, stored_order, unversioned_order_item, watched_order,
};

#[derive(Debug)]
enum ShopError {
    SoldOut { left: u32 },
    Dynamo(Error),
}

impl From<Error> for ShopError {
    fn from(error: Error) -> Self {
        Self::Dynamo(error)
    }
}

fn sell(order: &mut Order, by: u32) -> Result<(), ShopError> {
    let left = order.stock;
    order.stock = left.checked_sub(by).ok_or(ShopError::SoldOut { left })?;
    Ok(())
}

fn patient(attempts: u32) -> RetryPolicy {
    RetryPolicy::default()
        .with_attempts(attempts)
        .with_backoff(Duration::ZERO, Duration::ZERO)
}

#[tokio::test]
async fn the_closures_own_error_comes_back_as_it_is() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let sold = store.modify(Order::key("o1"), |o| sell(o, 4)).send().await;
    assert_eq!(sold.unwrap().stock, 6);
    let before = raw(&store, Order::key("o1")).await;
    let sold = store.modify(Order::key("o1"), |o| sell(o, 7)).send().await;
    assert!(
        matches!(sold, Err(ShopError::SoldOut { left: 6 })),
        "{sold:?}"
    );
    assert_eq!(raw(&store, Order::key("o1")).await, before);

    let missing = store.modify(Order::key("o2"), |o| sell(o, 1)).send().await;
    assert!(
        matches!(missing, Err(ShopError::Dynamo(Error::NotFound(_)))),
        "{missing:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_first_read_outlasts_an_outage() {
    for fault in [Fault::LoseRequest, Fault::Status500Before, Fault::Throttle] {
        let shop = watched_order().await;
        let store =
            Store::builder(shop.local.client()).retry(RetryPolicy::default().with_attempts(6));
        let store = store.build();
        let sell = || store.modify(Order::key("o1"), |o| o.stock -= 1);
        shop.local.on("GetItem").times(5).inject(fault.clone());
        assert_eq!(sell().send().await.unwrap().stock, 9, "{fault}");
        shop.local.clear_log();
        shop.local.on("GetItem").always().inject(fault.clone());
        let error = refused(sell().send().await);
        assert!(["service", "throttled"].contains(&error.label()), "{error}");
        assert_eq!(shop.local.operations(), ["GetItem"; 6], "{fault}");
    }
}

/// The save of a `modify` is a save: the SDK's attempts, and no loop around them.
#[tokio::test(start_paused = true)]
async fn a_lasting_outage_is_not_multiplied_by_the_policy() {
    for (fault, sent) in [
        (Fault::Throttle, 4),
        (Fault::TransactionConflict, 4),
        (Fault::LoseRequest, 5),
    ] {
        let shop = watched_order().await;
        shop.local.on("UpdateItem").always().inject(fault.clone());
        let sell = shop.store.modify(Order::key("o1"), |o| o.stock -= 1);
        refused(sell.send().await);
        assert_eq!(shop.local.operations().len(), sent, "{fault}");
    }
}

#[tokio::test]
async fn a_missing_item_is_not_found() {
    let store = fresh_store::<Order>().await;
    let error = refused(store.modify(Order::key("o1"), |o| o.stock = 1).send().await);
    let Error::NotFound(refusal) = &error else {
        panic!("{error}");
    };
    assert_eq!((refusal.verb(), refusal.item_type()), ("modify", "Order"));
    assert_eq!(refusal.key(), Order::key("o1").raw());
    assert!(raw(&store, Order::key("o1")).await.is_none());
}

#[tokio::test]
async fn each_conflict_costs_one_attempt_on_the_item_as_it_then_is() {
    for conflicts in 0..3 {
        let shop = watched_order().await;
        shop.local
            .on("UpdateItem")
            .times(conflicts)
            .inject(rival_buys_one());
        let runs = AtomicU32::new(0);
        let modify = shop.store.modify(Order::key("o1"), |order| {
            runs.fetch_add(1, Ordering::Relaxed);
            order.stock -= 3;
        });
        let order = modify.send().await.unwrap();
        let rivals = u32::try_from(conflicts).unwrap();
        assert_eq!(runs.into_inner(), rivals + 1);
        assert_eq!(order.stock, 7 - rivals);
        assert_eq!(Stored::version(&order), u64::from(rivals) + 2);
        assert_eq!(stored_order(&shop.quiet).await["stock"], n(7 - rivals));
    }
}

#[tokio::test]
async fn a_loop_that_only_meets_conflicts_ends_after_exactly_its_attempts() {
    for attempts in [1, 2, 5] {
        let shop = watched_order().await;
        shop.local
            .on("UpdateItem")
            .always()
            .inject(rival_buys_one());
        let store = Store::builder(shop.local.client())
            .retry(patient(attempts))
            .build();
        let runs = AtomicU32::new(0);
        let modify = store.modify(Order::key("o1"), |order| {
            runs.fetch_add(1, Ordering::Relaxed);
            order.note = Some("mine".into());
        });
        let error = refused(modify.send().await);
        let Error::Exhausted(exhausted) = &error else {
            panic!("{error}");
        };
        assert_eq!(exhausted.attempts, attempts);
        assert!(exhausted.last.is_conflict(), "{}", exhausted.last);
        assert_eq!((exhausted.verb(), exhausted.table()), ("modify", "shop"));
        assert_eq!(runs.into_inner(), attempts);
        let writes = shop
            .local
            .operations()
            .iter()
            .filter(|o| *o == "UpdateItem")
            .count();
        assert_eq!(u32::try_from(writes).unwrap(), attempts);
        // The item of the last conflict.
        let current = error.current::<Order>().unwrap().unwrap();
        assert_eq!(current, Stored::into_inner(read(&shop.quiet).await));
        assert_eq!(current.note, None);
    }
}

#[tokio::test]
async fn eight_tasks_of_25_increments_are_all_counted() {
    let store = fresh_store::<Counter>().await;
    let counter = Counter {
        id: "visits".into(),
        count: 0,
    };
    store.create(counter).send().await.unwrap();
    let prefix = store.table_name::<Counter>().replace("counters", "");
    let store = Store::builder(store.client().clone())
        .prefix(prefix)
        .retry(patient(10_000))
        .build();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..25 {
                    let modify = store.modify(Counter::key("visits"), |c| c.count += 1);
                    modify.send().await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let counter = store
        .get(Counter::key("visits"))
        .send()
        .await
        .unwrap()
        .unwrap();
    assert_eq!((counter.count, Stored::version(&counter)), (200, 201));
}

#[tokio::test]
async fn a_false_condition_ends_the_loop() {
    let shop = watched_order().await;
    let modify = shop.store.modify(Order::key("o1"), |o| o.stock -= 1);
    let error = refused(modify.when(|o| o.status.eq(Status::Shipped)).send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert_eq!(error.refusal().unwrap().verb(), "modify");
    assert_eq!(shop.local.operations(), ["GetItem", "UpdateItem"]);
    let modify = shop.store.modify(Order::key("o1"), |o| o.stock -= 1);
    modify
        .when(|o| o.status.eq(Status::Pending))
        .send()
        .await
        .unwrap();
    assert_eq!(stored_order(&shop.quiet).await["stock"], n(9));
}

#[tokio::test]
async fn an_item_deleted_between_read_and_save_is_not_found() {
    let shop = watched_order().await;
    let delete = dynacond_local::Fault::rival(|client| async move {
        let delete = Store::new(client).delete(Order::key("o1")).unconditional();
        delete.send().await.unwrap();
    });
    shop.local.on("UpdateItem").inject(delete);
    let error = refused(
        shop.store
            .modify(Order::key("o1"), |o| o.stock = 1)
            .send()
            .await,
    );
    assert!(matches!(error, Error::NotFound(_)), "{error}");
    assert!(raw(&shop.quiet, Order::key("o1")).await.is_none());
}

#[tokio::test]
async fn an_unversioned_item_is_adopted() {
    let store = fresh_store::<Order>().await;
    put_raw::<Order>(&store, unversioned_order_item()).await;
    let modify = store.modify(Order::key("o1"), |o| o.note = Some("first".into()));
    modify.send().await.unwrap();
    let mut expected = order_item(1);
    expected.insert("note".into(), s("first"));
    assert_eq!(stored_order(&store).await, expected);
}
