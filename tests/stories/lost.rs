//! Lost answers of writes that no guard makes safe to repeat: sent once, and settled by one read where that is possible.
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use dynacond::{Error, OutcomeUnknown, Result, Store, Stored, Versioned as _};
use dynacond_local::Fault;

use super::support::{
    Counter, Order, Watched, n, order, order_item, put_raw, raw, raw_and_id, read, refused,
    stored_order, unversioned_order_item, watched, watched_order,
};

#[track_caller]
fn unknown<T>(result: Result<T>) -> Box<OutcomeUnknown> {
    match result {
        Err(error @ Error::OutcomeUnknown(_)) => {
            assert!(error.is_outcome_unknown() && !error.is_refusal() && !error.is_conflict());
            let Error::OutcomeUnknown(unknown) = error else {
                unreachable!();
            };
            unknown
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("nobody can know that it was applied"),
    }
}

/// A write request that answers ambiguously, whether or not it was applied.
const APPLIED: [Fault; 2] = [Fault::LoseAnswer, Fault::Status500After];
const NOT_APPLIED: [Fault; 3] = [
    Fault::LoseRequest,
    Fault::Status500Before,
    Fault::DeliverLate,
];

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_found_to_be_applied() {
    for fault in APPLIED {
        let shop = watched::<Order>().await;
        shop.local.on("PutItem").inject(fault);
        let order = shop.store.create(order()).send().await.unwrap();
        assert_eq!(shop.local.operations(), ["PutItem", "GetItem"]);
        assert_eq!(Stored::version(&order), 1);
        let (item, id) = raw_and_id(&shop.quiet, Order::key("o1")).await;
        assert_eq!(item, order_item(1));
        assert_eq!(Stored::write_id(&order), Some(id.as_str()));
    }
}

#[tokio::test]
async fn a_create_that_was_lost_is_unknown_and_never_sent_twice() {
    for fault in NOT_APPLIED {
        let shop = watched::<Order>().await;
        shop.local.on("PutItem").inject(fault);
        let unknown = unknown(shop.store.create(order()).send().await);
        assert_eq!(shop.local.operations(), ["PutItem", "GetItem"]);
        assert!(unknown.last_seen().is_none());
        assert_eq!((unknown.verb(), unknown.item_type()), ("create", "Order"));
        assert_eq!(unknown.key(), Order::key("o1").raw());
        assert_eq!(unknown.table(), "shop");
        assert!(std::error::Error::source(&*unknown).is_some());
        // It may still arrive: that is why it is unknown.
        if shop.local.deliver() > 0 {
            let (item, id) = raw_and_id(&shop.quiet, Order::key("o1")).await;
            assert_eq!(item, order_item(1));
            assert_eq!(unknown.write_id(), Some(id.as_str()));
        } else {
            assert!(raw(&shop.quiet, Order::key("o1")).await.is_none());
        }
    }
}

#[tokio::test]
async fn an_update_whose_answer_was_lost_is_found_to_be_applied_once() {
    for fault in APPLIED {
        let shop = watched_order().await;
        shop.local.on("UpdateItem").inject(fault);
        let sell = shop
            .store
            .update(Order::key("o1"))
            .set(|o| o.stock.subtract(3));
        let order = sell.send().await.unwrap();
        assert_eq!(shop.local.operations(), ["UpdateItem", "GetItem"]);
        assert_eq!((order.stock, Stored::version(&order)), (7, 2));
        assert_eq!(stored_order(&shop.quiet).await["stock"], n(7));
    }
}

#[tokio::test]
async fn an_update_that_was_lost_is_unknown_and_never_sent_twice() {
    for fault in NOT_APPLIED {
        let shop = watched_order().await;
        shop.local.on("UpdateItem").inject(fault);
        let sell = shop
            .store
            .update(Order::key("o1"))
            .set(|o| o.stock.subtract(3));
        let unknown = unknown(sell.send().await);
        assert_eq!(shop.local.operations(), ["UpdateItem", "GetItem"]);
        assert_eq!(unknown.last_seen().unwrap()["stock"], n(10));
        let late = shop.local.deliver();
        let stored = stored_order(&shop.quiet).await;
        assert_eq!(stored["stock"], n(10 - 3 * late));
    }
}

#[tokio::test]
async fn a_put_is_settled_as_an_update_is() {
    let shop = watched_order().await;
    let mut noted = order();
    noted.note = Some("gift wrap".into());
    let put = || shop.store.put(noted.clone()).unconditional();
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    let stored = put().send().await.unwrap();
    assert_eq!((&*stored, Stored::version(&stored)), (&noted, 2));
    shop.local.on("UpdateItem").inject(Fault::LoseRequest);
    unknown(put().send().await);
    assert_eq!(
        shop.local.operations(),
        ["UpdateItem", "GetItem", "UpdateItem", "GetItem"]
    );
    assert_eq!(stored_order(&shop.quiet).await["item_version"], n(2));
}

#[tokio::test]
async fn an_applied_update_that_a_rival_has_overwritten_is_unknown() {
    let shop = watched_order().await;
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    shop.local
        .on("GetItem")
        .inject(super::support::rival_buys_one());
    let sell = shop
        .store
        .update(Order::key("o1"))
        .set(|o| o.stock.subtract(3));
    let unknown = unknown(sell.send().await);
    // The rival's write id is there, not ours: that says nothing.
    assert_eq!(unknown.last_seen().unwrap()["stock"], n(6));
    assert_eq!(stored_order(&shop.quiet).await["item_version"], n(3));
}

#[tokio::test]
async fn a_read_that_fails_too_leaves_the_outcome_unknown() {
    let shop = watched_order().await;
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    shop.local.on("GetItem").always().inject(Fault::LoseRequest);
    let sell = shop
        .store
        .update(Order::key("o1"))
        .set(|o| o.stock.subtract(3));
    let unknown = unknown(sell.send().await);
    assert!(unknown.last_seen().is_none());
    let writes = shop
        .local
        .operations()
        .iter()
        .filter(|o| *o == "UpdateItem")
        .count();
    assert_eq!(writes, 1);
}

#[tokio::test]
async fn a_delete_by_key_whose_answer_was_lost_is_unknown_and_never_sent_twice() {
    for fault in [Fault::LoseAnswer, Fault::LoseRequest] {
        let shop = watched_order().await;
        shop.local.on("DeleteItem").inject(fault);
        let delete = shop.store.delete(Order::key("o1")).when(|o| o.stock.ge(1));
        unknown(delete.send().await);
        let writes = shop
            .local
            .operations()
            .iter()
            .filter(|o| *o == "DeleteItem")
            .count();
        assert_eq!(writes, 1);
    }
}

#[tokio::test]
async fn without_a_write_id_a_lost_answer_is_unknown() {
    for fault in [Fault::LoseAnswer, Fault::LoseRequest] {
        let shop = watched::<Counter>().await;
        let counter = Counter {
            id: "visits".into(),
            count: 1,
        };
        let mut counter = shop.quiet.create(counter).send().await.unwrap();
        shop.local.on("UpdateItem").inject(fault.clone());
        let update = shop.store.update(Counter::key("visits"));
        unknown(update.set(|c| c.count.add(1)).send().await);
        shop.local.on("UpdateItem").inject(fault);
        counter.count = 9;
        unknown(shop.store.save(counter).send().await);
        let writes = shop
            .local
            .operations()
            .iter()
            .filter(|o| *o == "UpdateItem")
            .count();
        assert_eq!(writes, 2);
    }
}

#[tokio::test]
async fn guards_that_name_no_write_id_are_never_repeated() {
    let check = async |shop: &Watched, lost: Result<Stored<Order>>, stock: u32| {
        assert_eq!(lost.unwrap().stock, stock);
        assert_eq!(shop.local.operations(), ["UpdateItem", "GetItem"]);
        assert_eq!(stored_order(&shop.quiet).await["stock"], n(stock));
    };
    let shop = watched_order().await;
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    let update = shop
        .store
        .update(Order::key("o1"))
        .set(|o| o.stock.subtract(3));
    check(&shop, update.at_version(1).send().await, 7).await;

    let shop = watched::<Order>().await;
    put_raw::<Order>(&shop.quiet, unversioned_order_item()).await;
    let mut order = read(&shop.quiet).await;
    order.stock = 1;
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    check(&shop, shop.store.save(order).send().await, 1).await;
}

#[tokio::test]
async fn throttled_writes_are_sent_again() {
    let shop = watched::<Order>().await;
    shop.local.on_any().times(2).inject(Fault::Throttle);
    shop.store.create(order()).send().await.unwrap();
    assert_eq!(shop.local.operations(), ["PutItem"; 3]);
    shop.local.on("UpdateItem").inject(Fault::Throttle);
    let sell = shop
        .store
        .update(Order::key("o1"))
        .set(|o| o.stock.subtract(3));
    assert_eq!(sell.send().await.unwrap().stock, 7);
    shop.local.on("DeleteItem").inject(Fault::Throttle);
    let delete = shop.store.delete(Order::key("o1")).when(|o| o.stock.eq(7));
    delete.send().await.unwrap();
}

#[tokio::test]
async fn an_answer_lost_after_throttling_is_not_sent_again() {
    let shop = watched::<Order>().await;
    shop.local.on("PutItem").inject(Fault::Throttle);
    shop.local.on("PutItem").inject(Fault::LoseRequest);
    unknown(shop.store.create(order()).send().await);
    assert_eq!(shop.local.operations(), ["PutItem", "PutItem", "GetItem"]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_never_comes_is_a_lost_one() {
    for per_attempt in [true, false] {
        let shop = watched::<Order>().await;
        let second = Duration::from_secs(1);
        let limit = TimeoutConfig::builder();
        let limit = if per_attempt {
            limit.operation_attempt_timeout(second)
        } else {
            limit.operation_timeout(second)
        };
        let config = shop.local.config().timeout_config(limit.build());
        let store = Store::new(Client::from_conf(config.build()));
        shop.local.on("PutItem").inject(Fault::HangAfter);
        store.create(order()).send().await.unwrap();
        shop.local.on("UpdateItem").inject(Fault::HangBefore);
        let sell = store.update(Order::key("o1")).set(|o| o.stock.subtract(3));
        unknown(sell.send().await);
        assert_eq!(
            shop.local.operations(),
            ["PutItem", "GetItem", "UpdateItem", "GetItem"]
        );
    }
}

#[tokio::test]
async fn a_create_that_others_made_is_refused_after_a_lost_answer_of_none() {
    let shop = watched_order().await;
    let error = refused(shop.store.create(order()).send().await);
    assert!(
        matches!(error, Error::AlreadyExists(_)),
        "a refusal of a first attempt is final"
    );
    // Lost, and another's item is there: it says nothing about ours.
    shop.local.on("PutItem").inject(Fault::LoseRequest);
    let unknown = unknown(shop.store.create(order()).send().await);
    assert!(unknown.last_seen().is_some());
}
