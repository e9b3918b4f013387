//! What an unconditional write loses, and what a guarded one keeps.
use dynacond::{Error, Guard, Stored, Versioned as _};

use super::support::{
    Order, Status, fresh_store, n, order, order_item, raw, read, refused, s, set_raw, stored_order,
};

#[tokio::test]
async fn of_two_unconditional_writers_the_first_one_loses_its_change() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let mut first = Stored::into_inner(read(&store).await);
    let mut second = Stored::into_inner(read(&store).await);

    first.note = Some("gift wrap".into());
    store.put(first).unconditional().send().await.unwrap();
    second.status = Status::Shipped;
    store.put(second).unconditional().send().await.unwrap();

    // The note is gone: that is why it must be asked for by name.
    let mut expected = order_item(3);
    expected.insert("status".into(), s("shipped"));
    assert_eq!(stored_order(&store).await, expected);
}

#[tokio::test]
async fn of_two_saves_the_second_one_gets_a_conflict() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let (mut first, mut second) = (read(&store).await, read(&store).await);

    first.note = Some("gift wrap".into());
    store.save(first).send().await.unwrap();
    second.status = Status::Shipped;
    let error = refused(store.save(second).send().await);
    assert!(error.is_conflict(), "{error}");

    // Nothing is lost: the refusal carries the item, and the change is made on it.
    let mut current = error.current::<Order>().unwrap().expect("an item");
    assert_eq!(current.note.as_deref(), Some("gift wrap"));
    current.status = Status::Shipped;
    store.save(current).send().await.unwrap();
    let mut expected = order_item(3);
    expected.insert("status".into(), s("shipped"));
    expected.insert("note".into(), s("gift wrap"));
    assert_eq!(stored_order(&store).await, expected);
}

#[tokio::test]
async fn a_put_under_a_condition_is_refused_when_it_is_false() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let mut shipped = order();
    shipped.status = Status::Shipped;
    let put = || {
        store
            .put(shipped.clone())
            .when(|o| o.status.eq(Status::Pending))
    };
    put().send().await.unwrap();
    let before = raw(&store, Order::key("o1")).await;
    let error = refused(put().send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert_eq!(raw(&store, Order::key("o1")).await, before);
}

#[tokio::test]
async fn a_put_under_a_condition_never_creates_an_item() {
    let store = fresh_store::<Order>().await;
    let put = store.put(order()).when(|o| o.status.eq(Status::Pending));
    let error = refused(put.send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert!(error.current::<Order>().unwrap().is_none());
    assert!(raw(&store, Order::key("o1")).await.is_none());
}

#[tokio::test]
async fn an_unconditional_put_creates_the_item() {
    let store = fresh_store::<Order>().await;
    let put = store.put(order()).unconditional().send().await.unwrap();
    assert_eq!(Stored::version(&put), 1);
    assert_eq!(stored_order(&store).await, order_item(1));
}

#[tokio::test]
async fn a_second_when_narrows_the_first() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let delete = store
        .delete(Order::key("o1"))
        .when(|o| o.status.eq(Status::Shipped))
        .when(|o| o.stock.ge(1) | o.stock.eq(10));
    let error = refused(delete.send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert_eq!(stored_order(&store).await, order_item(1));
}

#[tokio::test]
async fn an_or_in_the_condition_does_not_weaken_the_version_guard() {
    let store = fresh_store::<Order>().await;
    let stale = store.create(order()).send().await.unwrap();
    let update = store.update(Order::key("o1")).set(|o| o.stock.to(7));
    update.send().await.unwrap();
    let save = store
        .save(stale)
        .when(|o| o.status.eq(Status::Shipped) | o.stock.eq(7));
    assert!(refused(save.send().await).is_conflict());

    // Nor that of a create.
    let create = store
        .create(order())
        .when(|o| o.id.not_exists() | o.stock.eq(7));
    let error = refused(create.send().await);
    assert!(matches!(error, Error::AlreadyExists(_)), "{error}");
    assert_eq!(stored_order(&store).await["stock"], n(7));
}

#[tokio::test]
async fn a_stale_save_is_refused_with_both_versions() {
    let store = fresh_store::<Order>().await;
    let mut stale = store.create(order()).send().await.unwrap();
    for _ in 0..3 {
        let update = store.update(Order::key("o1")).set(|o| o.stock.subtract(1));
        update.send().await.unwrap();
    }
    stale.stock = 99;
    let error = refused(store.save(stale).send().await);
    let guards = error.refusal().unwrap().guards();
    let version = Guard::Version {
        expected: 1,
        found: Some(4),
        recreated: false,
    };
    assert!(
        guards
            .iter()
            .any(|result| !result.holds && result.guard == version)
    );
    let mut expected = order_item(4);
    expected.insert("stock".into(), n(7));
    assert_eq!(stored_order(&store).await, expected);
}

#[tokio::test]
async fn a_version_that_never_was_is_refused() {
    let store = fresh_store::<Order>().await;
    let created = store.create(order()).send().await.unwrap();
    let put = store.put(order()).at_version(999);
    assert!(refused(put.send().await).is_conflict());
    store.delete(created).send().await.unwrap();
    let put = store.put(order()).at_version(999);
    let error = refused(put.send().await);
    assert!(matches!(error, Error::NotFound(_)), "{error}");
    assert!(raw(&store, Order::key("o1")).await.is_none());
}

#[tokio::test]
async fn a_save_of_an_item_that_was_deleted_is_not_found_and_creates_nothing() {
    let store = fresh_store::<Order>().await;
    let mut order = store.create(order()).send().await.unwrap();
    store
        .delete(Order::key("o1"))
        .unconditional()
        .send()
        .await
        .unwrap();
    order.stock = 1;
    for error in [
        refused(store.save(order.clone()).send().await),
        refused(store.replace(order.clone()).send().await),
        refused(store.delete(order).send().await),
    ] {
        assert!(matches!(error, Error::NotFound(_)), "{error}");
    }
    assert!(raw(&store, Order::key("o1")).await.is_none());
}

#[tokio::test]
async fn a_status_transition_changes_the_status_alone() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    set_raw(&store, Order::key("o1"), "note", Some(s("call first"))).await;
    let ship = || {
        store
            .update(Order::key("o1"))
            .set(|o| o.status.to(Status::Shipped))
            .when(|o| o.status.eq(Status::Pending))
    };
    ship().send().await.unwrap();
    let mut expected = order_item(2);
    expected.insert("status".into(), s("shipped"));
    expected.insert("note".into(), s("call first"));
    assert_eq!(stored_order(&store).await, expected);
    let error = refused(ship().send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert_eq!(stored_order(&store).await, expected);
}
