//! What a write may be told beyond its conditions: what it expects at run time, what is no error, and what it gives.
use dynacond::{Error, OldItemLost, OutcomeUnknown, Stored, Versioned as _};
use dynacond_local::Fault;

use super::support::{
    Order, Status, Watched, fresh_store, n, order, order_item, raw, raw_and_id, read, refused,
    set_raw, stored_order, watched, watched_order,
};

#[tokio::test]
async fn a_put_that_expects_no_tag_creates_the_item_once() {
    let shop = watched::<Order>().await;
    let put = || shop.store.put(order()).expecting(None);
    let created = put().send().await.unwrap();
    assert_eq!(Stored::version(&created), 1);
    let error = refused(put().send().await);
    assert!(matches!(error, Error::AlreadyExists(_)), "{error}");
    assert_eq!(error.current::<Order>().unwrap().unwrap().stock, 10);
    assert_eq!(shop.local.operations(), ["UpdateItem", "UpdateItem"]);
    assert_eq!(stored_order(&shop.quiet).await, order_item(1));
}

#[tokio::test]
async fn a_put_and_a_replace_that_expect_a_tag_are_refused_at_another_one() {
    let store = fresh_store::<Order>().await;
    let tag = Stored::tag(&store.replace(order()).expecting(None).send().await.unwrap());
    let put = || store.put(order()).expecting(Some(&tag));
    assert_eq!(Stored::version(&put().send().await.unwrap()), 2);
    let error = refused(put().send().await);
    assert!(matches!(error, Error::Conflict(_)), "{error}");
    let replace = store.replace(order()).expecting(Some(&tag));
    let error = refused(replace.send().await);
    assert!(matches!(error, Error::Conflict(_)), "{error}");
    let current = Stored::tag(&error.current::<Order>().unwrap().unwrap());
    let replace = store.replace(order()).expecting(Some(&current));
    assert_eq!(Stored::version(&replace.send().await.unwrap()), 3);
    assert_eq!(stored_order(&store).await, order_item(3));
}

#[tokio::test]
async fn deleting_what_somebody_else_deleted_is_ok_where_gone_is_enough() {
    let store = fresh_store::<Order>().await;
    let stored = store.create(order()).send().await.unwrap();
    store.delete(stored.clone()).send().await.unwrap();
    let error = refused(store.delete(stored.clone()).send().await);
    assert!(matches!(error, Error::NotFound(_)), "{error}");
    store.delete(stored).or_gone().send().await.unwrap();
    let pending = store
        .delete(Order::key("o1"))
        .when(|o| o.status.eq(Status::Pending));
    pending.or_gone().send().await.unwrap();
}

#[tokio::test]
async fn an_item_that_refuses_its_deletion_is_not_gone() {
    let store = fresh_store::<Order>().await;
    let stale = store.create(order()).send().await.unwrap();
    store.touch(stale.clone()).send().await.unwrap();
    let error = refused(store.delete(stale).or_gone().send().await);
    assert!(matches!(error, Error::Conflict(_)), "{error}");
    let shipped = store
        .delete(Order::key("o1"))
        .when(|o| o.status.eq(Status::Shipped));
    let error = refused(shipped.or_gone().send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert_eq!(stored_order(&store).await, order_item(2));
}

#[tokio::test]
async fn a_lost_deletion_is_ok_if_the_item_is_gone() {
    for fault in [Fault::LoseAnswer, Fault::Status500After] {
        let shop = watched_order().await;
        let stored = shop.quiet.get(Order::key("o1")).send().await.unwrap();
        shop.local.on("DeleteItem").inject(fault.clone());
        let delete = shop.store.delete(stored.unwrap()).or_gone();
        delete.send().await.unwrap();

        let shop = watched_order().await;
        shop.local.on("DeleteItem").inject(fault);
        let delete = shop.store.delete(Order::key("o1")).unconditional();
        delete.or_gone().send().await.unwrap();
        assert_eq!(shop.local.operations(), ["DeleteItem", "GetItem"]);
    }
}

#[tokio::test]
async fn a_deletion_that_was_lost_on_its_way_is_unknown_while_the_item_is_there() {
    let shop = watched_order().await;
    shop.local.on("DeleteItem").inject(Fault::LoseRequest);
    let delete = shop.store.delete(Order::key("o1")).unconditional();
    let lost = unknown(delete.or_gone().send().await);
    assert_eq!(lost.last_seen().unwrap()["stock"], n(10));
    assert_eq!(stored_order(&shop.quiet).await, order_item(1));
}

#[tokio::test]
async fn a_touch_makes_a_new_version_and_changes_nothing_else() {
    let shop = watched_order().await;
    let unknown = |v| set_raw(&shop.quiet, Order::key("o1"), "unknown", v);
    unknown(Some(n(7))).await;
    let before = shop.quiet.get(Order::key("o1")).send().await.unwrap();
    let before = before.unwrap();
    let touched = shop.store.touch(before.clone()).send().await.unwrap();
    assert_eq!(shop.local.operations(), ["UpdateItem"]);
    assert_eq!(Stored::version(&touched), 2);
    let (item, id) = raw_and_id(&shop.quiet, Order::key("o1")).await;
    let mut expected = order_item(2);
    expected.insert("unknown".into(), n(7));
    assert_eq!(item, expected);
    assert_ne!(Stored::write_id(&before), Some(id.as_str()));
    // Two workers read the same version: the second heartbeat is refused.
    let error = refused(shop.store.touch(before).send().await);
    assert!(matches!(error, Error::Conflict(_)), "{error}");
}

#[tokio::test]
async fn a_touch_of_a_changed_item_saves_the_change() {
    let store = fresh_store::<Order>().await;
    let mut stored = store.create(order()).send().await.unwrap();
    stored.stock = 9;
    let touched = store.touch(stored).send().await.unwrap();
    assert_eq!((touched.stock, Stored::version(&touched)), (9, 2));
    assert_eq!(stored_order(&store).await["stock"], n(9));
}

#[tokio::test]
async fn a_touch_whose_answer_was_lost_is_found_to_be_applied_once() {
    let shop = watched_order().await;
    let stored = shop.quiet.get(Order::key("o1")).send().await.unwrap();
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    let touched = shop.store.touch(stored.unwrap()).send().await.unwrap();
    assert_eq!(Stored::version(&touched), 2);
    assert_eq!(stored_order(&shop.quiet).await, order_item(2));
}

#[tokio::test]
async fn what_was_taken_is_given_once() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let shipped = store
        .take(Order::key("o1"))
        .when(|o| o.status.eq(Status::Shipped));
    let error = refused(shipped.send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    let taken = store.take(Order::key("o1")).send().await.unwrap().unwrap();
    assert_eq!((&*taken, Stored::version(&taken)), (&order(), 1));
    assert!(raw(&store, Order::key("o1")).await.is_none());
    assert!(store.take(Order::key("o1")).send().await.unwrap().is_none());
}

/// A take whose first attempt met this fault.
async fn lost_take(shop: &Watched, fault: Fault) -> Box<OutcomeUnknown> {
    shop.local.on("DeleteItem").inject(fault);
    let lost = unknown(shop.store.take(Order::key("o1")).send().await);
    // No read is made, because no item that is found would say what happened.
    assert!(lost.last_seen().is_none());
    assert_eq!(shop.local.operations(), ["DeleteItem"]);
    lost
}

#[track_caller]
fn unknown<T>(result: dynacond::Result<T>) -> Box<OutcomeUnknown> {
    match refused(result) {
        Error::OutcomeUnknown(unknown) => unknown,
        error => panic!("{error}"),
    }
}

#[track_caller]
fn old_item_lost<T>(result: dynacond::Result<T>) -> Box<OldItemLost> {
    match refused(result) {
        Error::OldItemLost(lost) => lost,
        error => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_take_that_never_arrived_gives_what_its_resend_deletes() {
    let shop = watched_order().await;
    let lost = lost_take(&shop, Fault::LoseRequest).await;
    let taken: Option<Stored<Order>> = lost.resend().await.unwrap();
    let taken = taken.unwrap();
    assert_eq!((&*taken, Stored::version(&taken)), (&order(), 1));
    assert!(raw(&shop.quiet, Order::key("o1")).await.is_none());
}

#[tokio::test]
async fn a_resent_take_that_finds_nothing_never_says_that_nothing_was_taken() {
    let shop = watched_order().await;
    let lost = lost_take(&shop, Fault::LoseAnswer).await;
    let gone = old_item_lost(lost.resend::<Option<Stored<Order>>>().await);
    assert!(gone.item().is_none());
    assert!(!gone.to_string().contains("was applied"), "{gone}");
    // A caller that needs no item has what it wanted.
    lost.resend::<()>().await.unwrap();
}

#[tokio::test]
async fn a_resent_take_with_a_condition_stays_unknown_if_the_item_is_gone() {
    let shop = watched_order().await;
    shop.local.on("DeleteItem").inject(Fault::LoseAnswer);
    let take = shop.store.take(Order::key("o1")).when(|o| o.stock.ge(1));
    let lost = unknown(take.send().await);
    unknown(lost.resend::<Option<Stored<Order>>>().await);
}

#[tokio::test]
async fn a_resent_write_gives_the_old_item_unless_the_first_attempt_was_applied() {
    let shop = watched_order().await;
    let sell = || {
        let update = shop.store.update(Order::key("o1"));
        update.set(|o| o.stock.subtract(3)).returning_old()
    };
    shop.local.on("UpdateItem").inject(Fault::LoseRequest);
    let lost = unknown(sell().send().await);
    let before: Option<Stored<Order>> = lost.resend().await.unwrap();
    assert_eq!(before.unwrap().stock, 10);
    // The item holds the write now, and refuses another application.
    let applied = old_item_lost(lost.resend::<Option<Stored<Order>>>().await);
    assert_eq!(applied.item().unwrap()["stock"], n(7));
    assert_eq!(stored_order(&shop.quiet).await["stock"], n(7));
}

#[tokio::test]
async fn a_resent_put_that_creates_the_item_found_none() {
    let shop = watched::<Order>().await;
    shop.local.on("UpdateItem").inject(Fault::LoseRequest);
    let put = shop.store.put(order()).unconditional().returning_old();
    let lost = unknown(put.send().await);
    let before: Option<Stored<Order>> = lost.resend().await.unwrap();
    assert!(before.is_none());
    assert_eq!(stored_order(&shop.quiet).await, order_item(1));
}

#[tokio::test]
async fn a_write_that_returns_the_old_item_gives_what_it_met() {
    let store = fresh_store::<Order>().await;
    let create = store
        .update(Order::key("o1"))
        .set(|o| o.stock.add(1))
        .or_create(order());
    let before = create.returning_old().send().await.unwrap();
    assert!(before.is_none(), "the update created the item");
    let update = store.update(Order::key("o1")).set(|o| o.stock.add(1));
    let before = update.returning_old().send().await.unwrap().unwrap();
    assert_eq!((before.stock, Stored::version(&before)), (11, 1));
    let put = store.put(order()).unconditional().returning_old();
    let before = put.send().await.unwrap().unwrap();
    assert_eq!((before.stock, Stored::version(&before)), (12, 2));
    assert_eq!(stored_order(&store).await, order_item(3));
}

#[tokio::test]
async fn an_applied_write_whose_old_item_was_lost_says_so_and_is_applied_once() {
    for fault in [Fault::LoseAnswer, Fault::Status500After] {
        let shop = watched_order().await;
        let tag = Stored::tag(&read(&shop.quiet).await);
        shop.local.on("UpdateItem").inject(fault);
        let update = shop
            .store
            .update(Order::key("o1"))
            .set(|o| o.stock.subtract(3))
            .returning_old();
        let answer = update.at(&tag).send().await;
        let Err(Error::OldItemLost(lost)) = answer else {
            panic!("{answer:?}");
        };
        assert_eq!(lost.item().unwrap()["stock"], n(7));
        assert_eq!(lost.key(), Order::key("o1").raw());
        assert_eq!(stored_order(&shop.quiet).await["stock"], n(7));
    }
}

#[tokio::test]
async fn a_write_by_key_whose_old_item_was_lost_is_settled_by_a_read() {
    let shop = watched_order().await;
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    let put = shop.store.put(order()).unconditional().returning_old();
    let error = put.send().await.unwrap_err();
    assert!(matches!(error, Error::OldItemLost(_)), "{error}");
    assert_eq!(error.label(), "old_item_lost");
    assert!(!error.is_retryable() && !error.is_outcome_unknown());
    assert_eq!(shop.local.operations(), ["UpdateItem", "GetItem"]);
    shop.local.on("UpdateItem").inject(Fault::LoseRequest);
    let put = shop.store.put(order()).unconditional().returning_old();
    let error = put.send().await.unwrap_err();
    assert!(matches!(error, Error::OutcomeUnknown(_)), "{error}");
    assert_eq!(stored_order(&shop.quiet).await, order_item(2));
}
