//! Endpoints that ignore ALL_OLD: a refusal without an item is never taken for a missing item.
use dynacond::{Error, Store, Versioned as _};

use super::support::{
    Order, Watched, order, order_item, read, refused, stored_order, watched, watched_order,
};

async fn silent_shop() -> Watched {
    let shop = watched_order().await;
    shop.local.ignore_all_old();
    shop
}

#[tokio::test]
async fn an_item_that_is_there_is_never_reported_as_absent() {
    let shop = silent_shop().await;
    let mut stale = read(&shop.quiet).await;
    let buy = shop.quiet.update(Order::key("o1")).set(|o| o.stock.add(1));
    buy.send().await.unwrap();
    stale.stock = 1;
    let sell = shop.store.update(Order::key("o1"));
    for error in [
        refused(shop.store.save(stale.clone()).send().await),
        refused(shop.store.create(order()).send().await),
        refused(shop.store.delete(stale).send().await),
        refused(sell.set(|o| o.stock.subtract(99)).send().await),
        refused(shop.store.put(order()).when(|o| o.stock.eq(1)).send().await),
    ] {
        assert!(matches!(error, Error::Unexplained(_)), "{error}");
        // What it holds now is read, and can be changed and saved.
        assert_eq!(error.current::<Order>().unwrap().unwrap().stock, 11);
    }
}

#[tokio::test]
async fn an_item_that_is_not_there_is_found_to_be_absent() {
    let shop = watched::<Order>().await;
    shop.local.ignore_all_old();
    let update = shop.store.update(Order::key("o1")).set(|o| o.stock.add(1));
    let error = refused(update.send().await);
    assert!(matches!(error, Error::NotFound(_)), "{error}");
    assert_eq!(shop.local.operations(), ["UpdateItem", "GetItem"]);
}

#[tokio::test]
async fn a_read_that_fails_explains_nothing() {
    let shop = silent_shop().await;
    shop.local
        .on("GetItem")
        .always()
        .inject(dynacond_local::Fault::LoseRequest);
    let error = refused(shop.store.create(order()).send().await);
    assert!(matches!(error, Error::Unexplained(_)), "{error}");
    let told = "create Order {pk: order#o1, sk: order#o1} in table shop was refused: no item came with the refusal, and reading \
        the item failed, so the reason is not known";
    assert_eq!(error.to_string(), told);
    // The same call finds the reason when the network is back.
    assert!(error.is_retryable());
    assert_eq!(stored_order(&shop.quiet).await, order_item(1));
}

#[tokio::test]
async fn a_resend_that_is_refused_without_an_item_is_not_taken_for_a_refusal() {
    let shop = silent_shop().await;
    let mut order = read(&shop.quiet).await;
    order.stock = 9;
    shop.local
        .on("UpdateItem")
        .inject(dynacond_local::Fault::LoseAnswer);
    // It was applied. Saying so is fine, saying that nobody knows too.
    let result = shop.store.save(order).send().await;
    assert!(result.is_ok() || refused(result).is_outcome_unknown());
}

#[tokio::test]
async fn what_is_known_of_one_endpoint_is_not_believed_of_another() {
    let honest = watched_order().await;
    refused(honest.store.create(order()).send().await);
    let silent = silent_shop().await;
    let store = Store::new(silent.local.client());
    let error = refused(store.create(order()).send().await);
    assert!(
        !matches!(error, Error::AlreadyExists(_) | Error::NotFound(_)),
        "{error}"
    );
}
