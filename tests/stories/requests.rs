//! What a verb costs: requests as they are counted on the wire.
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use dynacond::{Error, Stored, Versioned as _};

use super::support::{
    Counter, Order, n, named, names, order, read, refused, stored_order, watched, watched_order,
};

#[tokio::test]
async fn each_verb_is_one_request() {
    let shop = watched::<Order>().await;
    let (store, local) = (&shop.store, &shop.local);
    let key = Order::key("o1");
    let spent = |expected: &[&str]| {
        assert_eq!(local.operations(), expected);
        local.clear_log();
    };
    let mut order = store.create(order()).send().await.unwrap();
    spent(&["PutItem"]);
    store.get(&key).send().await.unwrap();
    spent(&["GetItem"]);
    order.stock = 9;
    let order = store.save(order).send().await.unwrap();
    spent(&["UpdateItem"]);
    let update = store.update(&key).set(|o| o.stock.subtract(3));
    update.when(|o| o.stock.ge(3)).send().await.unwrap();
    spent(&["UpdateItem"]);
    let put = store.put(Stored::into_inner(order)).unconditional();
    let order = put.send().await.unwrap();
    spent(&["UpdateItem"]);
    store.replace(order).send().await.unwrap();
    spent(&["PutItem"]);
    store.modify(&key, |o| o.stock = 1).send().await.unwrap();
    spent(&["GetItem", "UpdateItem"]);
    store.delete(&key).unconditional().send().await.unwrap();
    spent(&["DeleteItem"]);
}

#[tokio::test]
async fn create_or_get_the_existing_one_is_one_request() {
    let shop = watched_order().await;
    let error = refused(shop.store.create(order()).send().await);
    assert!(matches!(error, Error::AlreadyExists(_)), "{error}");
    assert_eq!(error.current::<Order>().unwrap().unwrap(), order());
    assert_eq!(shop.local.operations(), ["PutItem"]);
}

#[tokio::test]
async fn a_guarded_reservation_is_one_request_also_when_it_is_refused() {
    let shop = watched_order().await;
    let reserve = |by| {
        let update = shop.store.update(Order::key("o1"));
        update
            .set(move |o| o.stock.subtract(by))
            .when(move |o| o.stock.ge(by))
    };
    reserve(3).send().await.unwrap();
    let error = refused(reserve(8).send().await);
    assert_eq!(error.current::<Order>().unwrap().unwrap().stock, 7);
    assert_eq!(shop.local.operations(), ["UpdateItem"; 2]);
}

#[tokio::test]
async fn an_update_of_a_missing_item_is_sent_once() {
    let shop = watched_order().await;
    let update = || shop.store.update(Order::key("o2")).set(|o| o.stock.add(1));
    let error = refused(update().send().await);
    assert!(matches!(error, Error::NotFound(_)), "{error}");
    // A read says that the endpoint tells absent items; after a refusal with an item this is known.
    assert_eq!(shop.local.operations(), ["UpdateItem", "GetItem"]);
    refused(shop.store.create(order()).send().await);
    shop.local.clear_log();
    refused(update().send().await);
    assert_eq!(shop.local.operations(), ["UpdateItem"]);
}

#[tokio::test]
async fn eight_writers_of_25_increments_are_200_requests_by_update() {
    let shop = watched::<Counter>().await;
    let counter = Counter {
        id: "visits".into(),
        count: 0,
    };
    shop.quiet.create(counter).send().await.unwrap();
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let store = shop.store.clone();
            tokio::spawn(async move {
                for _ in 0..25 {
                    let update = store.update(Counter::key("visits"));
                    update.set(|c| c.count.add(1)).send().await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(shop.local.operations(), vec!["UpdateItem"; 200]);
    let counter = shop.quiet.get(Counter::key("visits")).send().await;
    let counter = counter.unwrap().unwrap();
    assert_eq!((counter.count, Stored::version(&counter)), (200, 201));
}

#[tokio::test]
async fn a_guarded_write_sends_exactly_the_names_and_values_that_it_uses() {
    let shop = watched_order().await;
    let update = shop
        .store
        .update(Order::key("o1"))
        .set(|o| o.stock.subtract(3));
    update.when(|o| o.stock.ge(3)).send().await.unwrap();
    let delete = shop.store.delete(Order::key("o1")).unconditional();
    delete.send().await.unwrap();
    let log = shop.local.log();

    let sent = names(["stock", "pk", "item_version", "item_write_id"]);
    assert_eq!(named(&log[0]), sent);
    let values = log[0].body["ExpressionAttributeValues"]
        .as_object()
        .unwrap();
    let text = format!(
        "{} {}",
        log[0].body["UpdateExpression"], log[0].body["ConditionExpression"]
    );
    assert!(
        values.keys().all(|value| text.contains(value.as_str())),
        "{text}"
    );
    assert_eq!(log[0].body["ReturnValues"], ReturnValue::AllNew.as_str());

    // DynamoDB refuses empty maps.
    for absent in [
        "ConditionExpression",
        "ExpressionAttributeNames",
        "ExpressionAttributeValues",
    ] {
        assert!(log[1].body.get(absent).is_none(), "{absent}");
    }
}

#[tokio::test]
async fn every_guarded_write_asks_for_the_item_on_failure() {
    let shop = watched::<Order>().await;
    let (store, key) = (&shop.store, Order::key("o1"));
    let mut order = store.create(order()).send().await.unwrap();
    order.stock = 9;
    let order = store.save(order).send().await.unwrap();
    let order = store.replace(order).send().await.unwrap();
    store
        .update(&key)
        .set(|o| o.stock.add(1))
        .send()
        .await
        .unwrap();
    let put = store.put(Stored::into_inner(order)).when(|o| o.stock.ge(1));
    let order = put.send().await.unwrap();
    store.delete(order).send().await.unwrap();
    let log = shop.local.log();
    assert_eq!(log.len(), 6);
    let all_old = ReturnValuesOnConditionCheckFailure::AllOld.as_str();
    for request in log {
        let asked = &request.body["ReturnValuesOnConditionCheckFailure"];
        assert_eq!(asked, all_old, "{}", request.operation);
    }
}

#[tokio::test]
async fn reads_are_strongly_consistent_unless_told_otherwise() {
    let shop = watched_order().await;
    read(&shop.store).await;
    shop.store
        .modify(Order::key("o1"), |_| ())
        .send()
        .await
        .unwrap();
    let get = shop.store.get(Order::key("o1")).eventually_consistent();
    get.send().await.unwrap();
    let consistent: Vec<_> = shop
        .local
        .log()
        .iter()
        .map(|r| r.body["ConsistentRead"] == true)
        .collect();
    assert_eq!(consistent, [true, true, false]);
}

#[tokio::test]
async fn a_modify_that_changes_nothing_only_reads() {
    let shop = watched_order().await;
    shop.store
        .modify(Order::key("o1"), |_| ())
        .send()
        .await
        .unwrap();
    assert_eq!(shop.local.operations(), ["GetItem"]);
    assert_eq!(stored_order(&shop.quiet).await["item_version"], n(1));
}
