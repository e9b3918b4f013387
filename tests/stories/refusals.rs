//! A refused write names the write, the clause, and the current item.
use dynacond::{Error, Refusal, Result, Store, Stored, Versioned as _};

use super::support::{
    Order, Status, fresh_store, n, order, order_item, raw, refused, s, set_raw, stored_order,
};

/// The refusal names the order, the verb and the table.
#[track_caller]
fn assert_targets<'a>(error: &'a Error, store: &Store, verb: &str) -> &'a Refusal {
    let refusal = error.refusal().expect("a refusal");
    assert!(error.is_refusal());
    assert_eq!(refusal.table(), store.table_name::<Order>());
    assert_eq!(refusal.item_type(), "Order");
    assert_eq!(refusal.key(), Order::key("o1").raw());
    assert_eq!(refusal.verb(), verb);
    let text = error.to_string();
    for part in [verb, "Order", "order#o1", &store.table_name::<Order>()] {
        assert!(text.contains(part), "{part} in {text}");
    }
    refusal
}

/// The error carries the current item, which can be changed and saved.
async fn assert_can_be_saved_again(store: &Store, error: &Error) {
    let mut item = error.refusal().unwrap().item().unwrap().clone();
    item.remove("item_write_id");
    assert_eq!(item, stored_order(store).await);
    let mut current = error.current::<Order>().unwrap().expect("an item");
    current.note = Some("saved again".into());
    let saved = store.save(current).send().await.unwrap();
    let stored = stored_order(store).await;
    assert_eq!(stored["note"], s("saved again"));
    assert_eq!(stored["item_version"], n(Stored::version(&saved)));
}

#[tokio::test]
async fn already_exists_carries_the_existing_item() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let error = refused(store.create(order()).send().await);
    assert!(matches!(error, Error::AlreadyExists(_)), "{error}");
    assert_targets(&error, &store, "create");
    assert!(
        error.to_string().contains("the item exists already"),
        "{error}"
    );
    assert_can_be_saved_again(&store, &error).await;
}

#[tokio::test]
async fn the_same_operation_done_twice_is_recognised_by_its_item() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let done_already = |result: Result<Stored<Order>>, mine: &Order| match result {
        Ok(_) => false,
        Err(error @ Error::AlreadyExists(_)) => error.current::<Order>().unwrap().unwrap() == *mine,
        Err(error) => panic!("{error}"),
    };
    let result = store.create(order()).send().await;
    assert!(done_already(result, &order()));
    let mut other = order();
    other.stock = 1;
    let result = store.create(other.clone()).send().await;
    assert!(!done_already(result, &other));
    assert_eq!(stored_order(&store).await, order_item(1));
}

#[tokio::test]
async fn not_found_carries_no_item() {
    let store = fresh_store::<Order>().await;
    let update = store.update(Order::key("o1")).set(|o| o.stock.add(1));
    let error = refused(update.send().await);
    assert!(matches!(error, Error::NotFound(_)), "{error}");
    let refusal = assert_targets(&error, &store, "update");
    assert!(refusal.item().is_none());
    assert!(error.current::<Order>().unwrap().is_none());
    assert!(
        error.to_string().contains("the item does not exist"),
        "{error}"
    );
}

#[tokio::test]
async fn a_conflict_carries_the_newer_item() {
    let store = fresh_store::<Order>().await;
    let mut stale = store.create(order()).send().await.unwrap();
    let update = store.update(Order::key("o1")).set(|o| o.stock.subtract(1));
    update.send().await.unwrap();
    stale.status = Status::Shipped;
    for (error, verb) in [
        (refused(store.save(stale.clone()).send().await), "save"),
        (
            refused(store.replace(stale.clone()).send().await),
            "replace",
        ),
        (refused(store.delete(stale.clone()).send().await), "delete"),
        (
            refused(store.put(order()).at_version(1).send().await),
            "put",
        ),
    ] {
        assert!(error.is_conflict(), "{error}");
        assert_targets(&error, &store, verb);
        let text = error.to_string();
        assert!(
            text.contains("expected version 1, found version 2"),
            "{text}"
        );
        assert_eq!(error.current::<Order>().unwrap().unwrap().stock, 9);
    }
    let error = refused(store.save(stale).send().await);
    assert_can_be_saved_again(&store, &error).await;
}

#[tokio::test]
async fn a_failed_condition_is_explained_clause_by_clause() {
    let store = fresh_store::<Order>().await;
    let mut shipped = order();
    shipped.status = Status::Shipped;
    shipped.stock = 7;
    store.create(shipped).send().await.unwrap();
    let update = store
        .update(Order::key("o1"))
        .set(|o| o.stock.subtract(3))
        .when(|o| o.status.eq(Status::Pending).and(o.stock.ge(3)));
    let error = refused(update.send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert!(!error.is_conflict());
    let refusal = assert_targets(&error, &store, "update");
    assert!(
        error.to_string().contains("`status = ?` is false"),
        "{error}"
    );
    assert!(
        !error.to_string().contains("stock"),
        "only what is false: {error}"
    );
    let condition = refusal.condition().expect("the condition");
    assert_eq!(
        condition.to_string(),
        "status = pending AND stock >= 3\n  \
         ✗ status = pending      actual: shipped\n  \
         ✓ stock >= 3            actual: 7"
    );
    let refusing: Vec<_> = condition.refusing().iter().map(|c| c.clause()).collect();
    assert_eq!(refusing, ["status = ?"]);
    assert_can_be_saved_again(&store, &error).await;
}

#[tokio::test]
async fn a_condition_on_a_missing_item_says_so() {
    let store = fresh_store::<Order>().await;
    let delete = store.delete(Order::key("o1")).when(|o| o.stock.eq(0));
    let error = refused(delete.send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    let refusal = assert_targets(&error, &store, "delete");
    assert!(refusal.item().is_none());
    assert!(!refusal.condition().unwrap().holds());
}

#[tokio::test]
async fn a_stale_version_under_a_false_condition_reports_both() {
    let store = fresh_store::<Order>().await;
    let stale = store.create(order()).send().await.unwrap();
    let update = store.update(Order::key("o1")).set(|o| o.stock.to(1));
    update.send().await.unwrap();
    let save = store.save(stale).when(|o| o.stock.ge(5));
    let error = refused(save.send().await);
    assert!(error.is_conflict(), "{error}");
    let refusal = assert_targets(&error, &store, "save");
    assert!(refusal.guards().iter().any(|guard| !guard.holds));
    assert!(!refusal.condition().unwrap().holds());
    let text = error.to_string();
    assert!(
        text.contains("expected version 1, found version 2"),
        "{text}"
    );
    assert!(text.contains("`stock >= ?` is false"), "{text}");
}

#[tokio::test]
async fn a_stale_version_under_a_true_condition_says_that_the_condition_holds() {
    let store = fresh_store::<Order>().await;
    let stale = store.create(order()).send().await.unwrap();
    let update = store.update(Order::key("o1")).set(|o| o.stock.to(1));
    update.send().await.unwrap();
    let save = store.save(stale).when(|o| o.stock.ge(1));
    let error = refused(save.send().await);
    assert!(error.is_conflict(), "{error}");
    assert!(error.refusal().unwrap().condition().unwrap().holds());
}

#[tokio::test]
async fn a_refusal_by_an_item_that_does_not_decode_is_still_a_refusal() {
    let store = fresh_store::<Order>().await;
    let stale = store.create(order()).send().await.unwrap();
    set_raw(&store, Order::key("o1"), "item_version", Some(n(2))).await;
    set_raw(&store, Order::key("o1"), "stock", Some(s("ten"))).await;
    let save = store.save(stale).when(|o| o.status.eq(Status::Pending));
    let error = refused(save.send().await);
    assert!(error.is_conflict(), "{error}");
    assert_eq!(error.refusal().unwrap().item().unwrap()["stock"], s("ten"));
    let error = refused(error.current::<Order>());
    assert!(matches!(error, Error::Decode(_)), "{error}");
}

#[tokio::test]
async fn the_item_of_a_refusal_is_of_the_type_that_was_written() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let error = refused(store.create(order()).send().await);
    let error = refused(error.current::<super::support::Account>());
    assert!(matches!(error, Error::Decode(_)), "{error}");
}

#[tokio::test]
async fn a_refused_write_changes_nothing() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let before = raw(&store, Order::key("o1")).await;
    let key = Order::key("o1");
    let delete = store.delete(&key).when(|o| o.stock.gt(10));
    refused(delete.send().await);
    let put = store.put(order()).when(|o| o.stock.gt(10));
    refused(put.send().await);
    assert_eq!(raw(&store, key).await, before);
}
