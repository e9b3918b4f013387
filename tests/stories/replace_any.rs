//! `replace` of a value that was not read, and `put` that keeps attributes.
use dynacond::{Error, Stored, Versioned as _};
use dynacond_local::Fault;

use super::support::{
    Order, Status, fresh_store, n, order, order_item, put_raw, raw, raw_and_id, refused,
    rival_buys_one, s, set_raw, stored_order, unversioned_order_item, watched, watched_order,
};

#[tokio::test]
async fn an_unconditional_replace_raises_the_version_and_drops_what_the_struct_does_not_know() {
    let shop = watched::<Order>().await;
    let replace = || shop.store.replace(order()).unconditional();
    assert_eq!(Stored::version(&replace().send().await.unwrap()), 1);
    set_raw(&shop.quiet, Order::key("o1"), "unknown", Some(n(7))).await;
    let replaced = replace().send().await.unwrap();
    let operations = ["GetItem", "PutItem", "GetItem", "PutItem"];
    assert_eq!(shop.local.operations(), operations);
    let (item, id) = raw_and_id(&shop.quiet, Order::key("o1")).await;
    assert_eq!(item, order_item(2));
    assert_eq!(Stored::version(&replaced), 2);
    assert_eq!(Stored::write_id(&replaced), Some(id.as_str()));
}

#[tokio::test]
async fn a_replace_under_a_condition_is_refused_when_it_is_false() {
    let store = fresh_store::<Order>().await;
    let pending = || {
        let replace = store.replace(order());
        replace.when(|o| o.status.eq(Status::Pending))
    };
    let error = refused(pending().send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert!(raw(&store, Order::key("o1")).await.is_none());
    store.create(order()).send().await.unwrap();
    assert_eq!(Stored::version(&pending().send().await.unwrap()), 2);
    let mut shipped = order();
    shipped.status = Status::Shipped;
    store.put(shipped).unconditional().send().await.unwrap();
    let error = refused(pending().send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert_eq!(stored_order(&store).await["status"], s("shipped"));
}

#[tokio::test]
async fn a_save_of_what_was_replaced_meanwhile_is_a_conflict() {
    let store = fresh_store::<Order>().await;
    let mut stale = store.create(order()).send().await.unwrap();
    let replace = store.replace(order()).unconditional();
    replace.send().await.unwrap();
    stale.stock = 1;
    let error = refused(store.save(stale).send().await);
    assert!(error.is_conflict(), "{error}");
    assert_eq!(stored_order(&store).await, order_item(2));
}

#[tokio::test]
async fn racing_replaces_each_make_a_version_of_their_own() {
    let shop = watched_order().await;
    // Between the read and the write of the first one comes a rival, and after it another.
    shop.local.on("PutItem").inject(Fault::LoseRequest);
    let replace = || shop.store.replace(order()).unconditional();
    let (a, b) = tokio::join!(replace().send(), replace().send());
    let mut versions = [Stored::version(&a.unwrap()), Stored::version(&b.unwrap())];
    versions.sort_unstable();
    assert_eq!(versions, [2, 3]);
    assert_eq!(stored_order(&shop.quiet).await, order_item(3));
}

#[tokio::test]
async fn an_endpoint_that_refuses_without_the_item_does_not_end_a_replace() {
    let shop = watched_order().await;
    shop.local.ignore_all_old();
    shop.local.on("PutItem").inject(rival_buys_one());
    let replace = shop.store.replace(order()).unconditional();
    let replaced = replace.send().await.unwrap();
    assert_eq!(Stored::version(&replaced), 3, "after the rival's");
    assert_eq!(stored_order(&shop.quiet).await, order_item(3));
}

#[tokio::test]
async fn a_replace_of_an_item_without_a_version_gives_it_one() {
    let store = fresh_store::<Order>().await;
    put_raw::<Order>(&store, unversioned_order_item()).await;
    let replace = store.replace(order()).unconditional();
    // Version 1 is stamped first, and the replacement raises it.
    assert_eq!(Stored::version(&replace.send().await.unwrap()), 2);
    assert_eq!(stored_order(&store).await, order_item(2));
}

#[tokio::test]
async fn a_replace_whose_answer_was_lost_is_applied_once() {
    let shop = watched_order().await;
    shop.local.on("PutItem").inject(Fault::LoseAnswer);
    let replaced = shop.store.replace(order()).unconditional().send().await;
    assert_eq!(Stored::version(&replaced.unwrap()), 2);
    let operations = ["GetItem", "PutItem", "PutItem"];
    assert_eq!(shop.local.operations(), operations);
    assert_eq!(stored_order(&shop.quiet).await, order_item(2));
}

#[tokio::test]
async fn a_put_keeps_of_an_existing_item_what_it_is_told_to_keep() {
    let store = fresh_store::<Order>().await;
    let put = |stock: u32, note: Option<&str>| {
        let (mut order, note) = (order(), note.map(str::to_owned));
        (order.stock, order.note) = (stock, note);
        store.put(order).keep(|o| (o.stock, o.note)).unconditional()
    };
    let first = put(4, None).send().await.unwrap();
    assert_eq!((first.stock, first.note.as_deref()), (4, None));
    let noted = put(5, Some("first")).send().await.unwrap();
    assert_eq!((noted.stock, noted.note.as_deref()), (4, Some("first")));
    let kept = put(6, None).send().await.unwrap();
    assert_eq!((kept.stock, kept.note.as_deref()), (4, Some("first")));
    assert_eq!(Stored::version(&kept), 3);
    let sent = put(7, Some("x")).preview().unwrap();
    let update = sent.update().unwrap();
    assert!(
        update.contains("#stock = if_not_exists(#stock, :stock)"),
        "{update}"
    );
}
