//! Errors that are not refusals. Each of them is a separate variant.
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use dynacond::{Error, Item, Key, Store, Stored, Versioned};
use dynacond_local::{Fault, Local};

use super::support::{
    Account, Basket, Order, basket, fresh_store, n, order, order_item, put_raw, raw, read, refused,
    s, set_raw, stored_order, watched_order,
};

/// The update is rejected at run time, and the item is left as it was.
async fn assert_rejected<T: Versioned>(
    store: &Store,
    key: Key<T>,
    before: Option<Item>,
    error: Error,
) {
    let Error::UpdateRejected(rejected) = &error else {
        panic!("{error}");
    };
    assert_eq!(rejected.code(), Some("ValidationException"));
    assert_eq!(rejected.key(), Some(key.raw()));
    assert_eq!(rejected.table(), store.table_name::<T>());
    assert!(!error.is_refusal());
    assert_eq!(raw(store, key).await, before);
}

#[tokio::test]
async fn arithmetic_on_a_missing_attribute_is_rejected() {
    let store = fresh_store::<Basket>().await;
    let without = Basket {
        points: None,
        ..basket()
    };
    store.create(without).send().await.unwrap();
    let before = raw(&store, Basket::key("b1")).await;
    let update = store.update(Basket::key("b1")).set(|b| b.points.add(1));
    let error = refused(update.send().await);
    assert_rejected(&store, Basket::key("b1"), before, error).await;
    // Said where to start, it is fine.
    let update = store
        .update(Basket::key("b1"))
        .set(|b| b.points.add(1).starting_at(4));
    assert_eq!(update.send().await.unwrap().points, Some(5));
}

#[tokio::test]
async fn a_path_into_a_missing_map_is_rejected() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    set_raw(&store, Order::key("o1"), "shipTo", None).await;
    let before = raw(&store, Order::key("o1")).await;
    let update = store
        .update(Order::key("o1"))
        .set(|o| o.address.at(|a| a.city).to("Paris"));
    let error = refused(update.send().await);
    assert_rejected(&store, Order::key("o1"), before, error).await;
}

#[tokio::test]
async fn a_wrong_stored_type_is_rejected() {
    let store = fresh_store::<Basket>().await;
    store.create(basket()).send().await.unwrap();
    let key = || Basket::key("b1");
    for (attribute, stored) in [("points", s("five")), ("lines", n(1)), ("tags", n(1))] {
        set_raw(&store, key(), attribute, Some(stored)).await;
    }
    let before = raw(&store, key()).await;
    let update = store.update(key()).set(|b| b.points.add(1));
    let error = refused(update.send().await);
    assert_rejected(&store, key(), before.clone(), error).await;
    let update = store.update(key()).set(|b| b.lines.append(["plum"]));
    let error = refused(update.send().await);
    assert_rejected(&store, key(), before.clone(), error).await;
    let update = store.update(key()).set(|b| b.tags.insert(["hot"]));
    let error = refused(update.send().await);
    assert_rejected(&store, key(), before, error).await;
}

#[tokio::test]
async fn an_item_that_grows_over_400_kb_is_rejected() {
    let store = fresh_store::<Order>().await;
    let mut big = order();
    big.note = Some("x".repeat(300 * 1024));
    let big = store.create(big).send().await.unwrap();
    let before = raw(&store, Order::key("o1")).await;
    let street = "y".repeat(200 * 1024);
    let update = store
        .update(Order::key("o1"))
        .set(|o| o.address.at(|a| a.street).to(street.clone()));
    let error = refused(update.send().await);
    assert_rejected(&store, Order::key("o1"), before.clone(), error).await;
    let mut big = big;
    big.address.street = street;
    let error = refused(store.save(big).send().await);
    assert_rejected(&store, Order::key("o1"), before, error).await;
}

#[tokio::test]
async fn a_false_condition_is_a_failed_condition_whatever_the_update_would_meet() {
    let store = fresh_store::<Basket>().await;
    let without = Basket {
        points: None,
        ..basket()
    };
    store.create(without).send().await.unwrap();
    let update = store
        .update(Basket::key("b1"))
        .set(|b| b.points.add(1))
        .when(|b| b.paid.eq(true));
    let error = refused(update.send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
}

#[tokio::test]
async fn a_stored_item_of_another_shape_does_not_decode() {
    let store = fresh_store::<Order>().await;
    let mut item = order_item(1);
    item.insert("stock".into(), s("ten"));
    put_raw::<Order>(&store, item).await;
    let error = refused(store.get(Order::key("o1")).send().await);
    let Error::Decode(decode) = &error else {
        panic!("{error}");
    };
    assert_eq!(decode.item_type, "Order");
    assert!(!decode.applied);
    let error = refused(store.modify(Order::key("o1"), |o| o.stock = 1).send().await);
    assert!(matches!(error, Error::Decode(_)), "{error}");
}

#[tokio::test]
async fn an_update_whose_result_does_not_decode_says_that_it_was_applied() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    set_raw(&store, Order::key("o1"), "status", Some(s("lost"))).await;
    let update = store.update(Order::key("o1")).set(|o| o.stock.subtract(1));
    let error = refused(update.send().await);
    let Error::Decode(decode) = &error else {
        panic!("{error}");
    };
    assert!(decode.applied);
    assert!(
        error.to_string().contains("the write was applied"),
        "{error}"
    );
    let stored = stored_order(&store).await;
    assert_eq!((&stored["stock"], &stored["item_version"]), (&n(9), &n(2)));
}

#[tokio::test]
async fn throttling_that_goes_on_is_its_own_error_and_definite() {
    let shop = watched_order().await;
    shop.local.on_any().always().inject(Fault::Throttle);
    let update = shop.store.update(Order::key("o1")).set(|o| o.stock.add(1));
    let error = refused(update.send().await);
    let Error::Throttled(throttled) = &error else {
        panic!("{error}");
    };
    assert_eq!(
        throttled.code(),
        Some("ProvisionedThroughputExceededException")
    );
    assert_eq!(
        (throttled.item_type(), throttled.verb()),
        ("Order", "update")
    );
    // The SDK's three attempts, and no read: there is nothing to find out.
    assert_eq!(shop.local.operations(), ["UpdateItem"; 3]);
    let error = refused(shop.store.get(Order::key("o1")).send().await);
    assert!(matches!(error, Error::Throttled(_)), "{error}");
    assert_eq!(stored_order(&shop.quiet).await, order_item(1));
}

#[tokio::test]
async fn a_running_transaction_is_waited_for_and_then_told() {
    let shop = watched_order().await;
    let update = || shop.store.update(Order::key("o1")).set(|o| o.stock.add(1));
    shop.local
        .on("UpdateItem")
        .inject(Fault::TransactionConflict);
    update().send().await.unwrap();
    assert_eq!(shop.local.operations(), ["UpdateItem"; 2]);
    let before = stored_order(&shop.quiet).await;
    shop.local
        .on("UpdateItem")
        .always()
        .inject(Fault::TransactionConflict);
    let error = refused(update().send().await);
    assert!(matches!(error, Error::TransactionConflict(_)), "{error}");
    assert_eq!(stored_order(&shop.quiet).await, before);
}

#[tokio::test]
async fn a_missing_table_is_an_error_of_the_service() {
    let local = Local::from_env().unwrap();
    let store = Store::new(local.client());
    for error in [
        refused(store.get(Order::key("o1")).send().await),
        refused(store.create(order()).send().await),
        refused(store.modify(Order::key("o1"), |o| o.stock = 1).send().await),
        refused(store.delete(Order::key("o1")).unconditional().send().await),
    ] {
        let Error::Service(service) = &error else {
            panic!("{error}");
        };
        assert_eq!(service.code(), Some("ResourceNotFoundException"));
        assert_eq!(service.table(), "shop");
        assert!(std::error::Error::source(&error).is_some());
    }
    assert_eq!(
        local.operations(),
        ["GetItem", "PutItem", "GetItem", "DeleteItem"]
    );
}

#[tokio::test]
async fn a_refused_connection_is_definite() {
    let shop = watched_order().await;
    shop.local.on_any().always().inject(Fault::RefuseConnection);
    for error in [
        refused(shop.store.create(order()).send().await),
        refused(
            shop.store
                .delete(Order::key("o1"))
                .unconditional()
                .send()
                .await,
        ),
    ] {
        assert!(matches!(error, Error::Service(_)), "{error}");
    }
    assert!(!shop.local.operations().contains(&"GetItem".to_owned()));
    // With a client that tries once.
    let once = shop.local.config().retry_config(RetryConfig::disabled());
    let once = Store::new(Client::from_conf(once.build()));
    let error = refused(once.save(changed(&shop.quiet).await).send().await);
    assert!(matches!(error, Error::Service(_)), "{error}");
    assert_eq!(stored_order(&shop.quiet).await, order_item(1));

    // Refused once, it is tried again.
    shop.local.clear_faults();
    shop.local.on("UpdateItem").inject(Fault::RefuseConnection);
    let update = shop.store.update(Order::key("o1")).set(|o| o.stock.add(1));
    assert_eq!(update.send().await.unwrap().stock, 11);
}

async fn changed(store: &Store) -> Stored<Order> {
    let mut order = read(store).await;
    order.stock = 1;
    order
}

#[tokio::test]
async fn a_mirrored_version_of_another_type_does_not_decode() {
    let store = fresh_store::<Account>().await;
    let item = [("id", s("a1")), ("balance", n(5)), ("version", s("one"))];
    put_raw::<Account>(&store, super::support::item(item)).await;
    let error = refused(store.get(Account::key("a1")).send().await);
    assert!(matches!(error, Error::Decode(_)), "{error}");
}
