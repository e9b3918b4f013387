//! Capacity units: what DynamoDB reported for a call, over all its requests, and how many of them reported nothing.
use dynacond::{Consumed, Metered, RetryPolicy, Store, Stored, Versioned as _};
use dynacond_local::Fault;

use super::support::{
    Order, n, order, read, refused, rival_buys_one, stored_order, watched, watched_order,
};

/// Read units, write units, attempts, and those that reported nothing.
#[track_caller]
fn assert_consumed(consumed: Consumed, expected: (f64, f64, u32, u32)) {
    let (read, write, attempts, unreported) = expected;
    let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
    assert!(
        close(consumed.read_units, read) && close(consumed.write_units, write),
        "{consumed:?}"
    );
    assert_eq!(
        (consumed.attempts, consumed.unreported()),
        (attempts, unreported)
    );
    assert_eq!(consumed.reported + unreported, attempts);
}

#[tokio::test]
async fn every_verb_tells_what_it_consumed() {
    let shop = watched::<Order>().await;
    let store = &shop.store;
    let key = Order::key("o1");
    let one_write = (0.0, 1.0, 1, 0);
    let create = store.create(order()).send_metered().await;
    assert_consumed(create.consumed, one_write);
    let mut order = create.outcome.unwrap();
    order.stock = 9;
    let save = store.save(order).send_metered().await;
    assert_consumed(save.consumed, one_write);
    let update = store.update(&key).set(|o| o.stock.subtract(1));
    let update = update.send_metered().await;
    assert_consumed(update.consumed, one_write);
    let replace = store.replace(update.outcome.unwrap()).send_metered().await;
    assert_consumed(replace.consumed, one_write);
    let put = store.put(Stored::into_inner(replace.outcome.unwrap()));
    let put = put.unconditional().send_metered().await;
    assert_consumed(put.consumed, one_write);
    let get = store.get(&key).send_metered().await;
    assert_consumed(get.consumed, (1.0, 0.0, 1, 0));
    let get = store.get(&key).eventually_consistent().send_metered().await;
    assert_consumed(get.consumed, (0.5, 0.0, 1, 0));
    let modify = store.modify(&key, |o| o.stock -= 1).send_metered().await;
    assert_consumed(modify.consumed, (1.0, 1.0, 2, 0));
    let delete = store.delete(modify.outcome.unwrap()).send_metered().await;
    assert_consumed(delete.consumed, one_write);
    delete.outcome.unwrap();
}

#[tokio::test]
async fn units_are_asked_for_only_where_they_are_metered() {
    let shop = watched_order().await;
    let update = || shop.store.update(Order::key("o1")).set(|o| o.stock.add(1));
    update().send().await.unwrap();
    update().send_metered().await.outcome.unwrap();
    let log = shop.local.log();
    assert_eq!(log[0].body.get("ReturnConsumedCapacity"), None);
    assert_eq!(log[1].body["ReturnConsumedCapacity"], "TOTAL");
}

#[tokio::test]
async fn a_refused_write_reports_no_units() {
    let shop = watched_order().await;
    let Metered {
        outcome, consumed, ..
    } = shop.store.create(order()).send_metered().await;
    assert!(refused(outcome).is_refusal());
    assert_consumed(consumed, (0.0, 0.0, 1, 1));
}

#[tokio::test]
async fn attempts_of_the_sdk_are_counted() {
    let shop = watched_order().await;
    shop.local.on("UpdateItem").times(2).inject(Fault::Throttle);
    let update = shop.store.update(Order::key("o1")).set(|o| o.stock.add(1));
    let metered = update.send_metered().await;
    metered.outcome.unwrap();
    assert_eq!(shop.local.operations().len(), 3);
    assert_consumed(metered.consumed, (0.0, 1.0, 3, 2));
}

#[tokio::test]
async fn a_write_told_by_its_refused_resend_reports_nothing() {
    let shop = watched_order().await;
    let mut order = read(&shop.quiet).await;
    order.stock = 1;
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    let metered = shop.store.save(order).send_metered().await;
    metered.outcome.unwrap();
    // It consumed units, and nobody heard how many: a lower bound.
    assert_consumed(metered.consumed, (0.0, 0.0, 2, 2));
}

#[tokio::test]
async fn the_read_that_settles_a_lost_answer_is_counted() {
    let shop = watched::<Order>().await;
    shop.local.on("PutItem").inject(Fault::LoseAnswer);
    let metered = shop.store.create(order()).send_metered().await;
    metered.outcome.unwrap();
    assert_consumed(metered.consumed, (1.0, 0.0, 2, 1));

    shop.local.on("UpdateItem").inject(Fault::LoseRequest);
    let update = shop.store.update(Order::key("o1")).set(|o| o.stock.add(1));
    let metered = update.send_metered().await;
    assert!(refused(metered.outcome).is_outcome_unknown());
    assert_consumed(metered.consumed, (1.0, 0.0, 2, 1));
}

#[tokio::test]
async fn a_modify_sums_over_all_its_requests() {
    let shop = watched_order().await;
    shop.local.on("UpdateItem").inject(rival_buys_one());
    let modify = shop.store.modify(Order::key("o1"), |o| o.stock -= 1);
    let metered = modify.send_metered().await;
    assert_eq!(metered.outcome.unwrap().stock, 8);
    let requests = ["GetItem", "UpdateItem", "UpdateItem"];
    assert_eq!(shop.local.operations(), requests);
    assert_consumed(metered.consumed, (1.0, 1.0, 3, 1));

    shop.local
        .on("UpdateItem")
        .always()
        .inject(rival_buys_one());
    let store = Store::builder(shop.local.client())
        .retry(RetryPolicy::default().with_attempts(2))
        .build();
    let metered = store
        .modify(Order::key("o1"), |o| o.stock -= 1)
        .send_metered()
        .await;
    refused(metered.outcome);
    assert_consumed(metered.consumed, (1.0, 0.0, 3, 2));
}

#[tokio::test]
async fn larger_items_consume_more() {
    let shop = watched::<Order>().await;
    let mut large = order();
    large.note = Some("x".repeat(4_500));
    let create = shop.store.create(large).send_metered().await;
    create.outcome.unwrap();
    assert_consumed(create.consumed, (0.0, 5.0, 1, 0));
    let get = shop.store.get(Order::key("o1")).send_metered().await;
    assert_consumed(get.consumed, (2.0, 0.0, 1, 0));
}

#[tokio::test]
async fn what_is_not_sent_consumes_nothing() {
    let shop = watched_order().await;
    let order = read(&shop.quiet).await;
    let metered = shop.store.save(order).send_metered().await;
    metered.outcome.unwrap();
    assert_eq!(metered.consumed, Consumed::default());
    let invalid = shop.store.update(Order::key("o1")).send_metered().await;
    refused(invalid.outcome);
    assert_eq!(invalid.consumed, Consumed::default());
    assert_eq!(stored_order(&shop.quiet).await["item_version"], n(1));
}

#[tokio::test]
async fn a_refused_connection_counts_as_an_attempt_that_reported_nothing() {
    let shop = watched_order().await;
    shop.local.on("UpdateItem").inject(Fault::RefuseConnection);
    let update = shop.store.update(Order::key("o1")).set(|o| o.stock.add(1));
    let metered = update.send_metered().await;
    metered.outcome.unwrap();
    assert_consumed(metered.consumed, (0.0, 1.0, 2, 1));
}
