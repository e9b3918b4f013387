//! `alter`: one item created, changed, deleted or left, by a function of what is there.
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use dynacond::{Error, InvalidInput, RetryPolicy, Store, Stored, Versioned as _};
use dynacond_local::Fault;

use super::support::{
    Account, Order, Watched, fresh_store, n, order, order_item, put_raw, raw, raw_and_id, refused,
    rival_buys_one, s, set_raw, stored_order, unversioned_order_item, watched, watched_order,
};

/// Sells pieces of the order. The order is deleted with its last piece, and created if there is none.
fn sell(order: Option<Order>, pieces: u32) -> Option<Order> {
    let mut order = order.unwrap_or_else(self::order);
    order.stock -= pieces;
    Some(order).filter(|order| order.stock > 0)
}

async fn altered(shop: &Watched, pieces: u32) -> dynacond::Result<Option<Stored<Order>>> {
    let alter = shop.store.alter(Order::key("o1"), |o| sell(o, pieces));
    alter.send().await
}

fn rival_creates() -> Fault {
    Fault::rival(|client| async move {
        Store::new(client).create(order()).send().await.unwrap();
    })
}

fn rival_deletes() -> Fault {
    Fault::rival(|client| async move {
        let delete = Store::new(client).delete(Order::key("o1"));
        delete.unconditional().send().await.unwrap();
    })
}

#[tokio::test]
async fn each_outcome_is_one_plain_write_or_none() {
    let shop = watched::<Order>().await;
    let created = altered(&shop, 3).await.unwrap().unwrap();
    assert_eq!((created.stock, Stored::version(&created)), (7, 1));
    let saved = altered(&shop, 3).await.unwrap().unwrap();
    assert_eq!((saved.stock, Stored::version(&saved)), (4, 2));
    // What does not change is not written.
    let left = altered(&shop, 0).await.unwrap().unwrap();
    assert_eq!((left.stock, Stored::version(&left)), (4, 2));
    assert!(altered(&shop, 4).await.unwrap().is_none());
    assert!(raw(&shop.quiet, Order::key("o1")).await.is_none());
    // Nothing becomes of nothing.
    let nothing = shop
        .store
        .alter(Order::key("o1"), |order: Option<Order>| order);
    assert!(nothing.send().await.unwrap().is_none());
    assert_eq!(
        shop.local.operations(),
        [
            "GetItem",
            "PutItem",
            "GetItem",
            "UpdateItem",
            "GetItem",
            "GetItem",
            "DeleteItem",
            "GetItem"
        ]
    );
}

#[tokio::test]
async fn what_the_struct_does_not_know_is_kept() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    set_raw(&store, Order::key("o1"), "color", Some(s("red"))).await;
    // The value is a new one altogether.
    let alter = store.alter(Order::key("o1"), |_| {
        let mut new = order();
        new.stock = 3;
        Some(new)
    });
    alter.send().await.unwrap();
    let mut expected = order_item(2);
    expected.insert("stock".into(), n(3));
    expected.insert("color".into(), s("red"));
    assert_eq!(stored_order(&store).await, expected);
}

#[tokio::test]
async fn the_mirrored_version_is_the_librarys() {
    let store = fresh_store::<Account>().await;
    let alter = |balance| {
        store.alter(Account::key("a"), move |_| {
            Some(Account {
                id: "a".into(),
                balance,
                version: 99,
            })
        })
    };
    assert_eq!(alter(1).send().await.unwrap().unwrap().version, 1);
    assert_eq!(alter(2).send().await.unwrap().unwrap().version, 2);
    assert_eq!(alter(2).send().await.unwrap().unwrap().version, 2);
}

#[tokio::test]
async fn a_rival_is_met_with_the_function_on_what_is_there_then() {
    // Created meanwhile: saved. Changed meanwhile: the change counts. Deleted meanwhile: created, after the read that tells a
    // missing item from one that the endpoint did not send.
    let (get, put, update, delete) = ("GetItem", "PutItem", "UpdateItem", "DeleteItem");
    for (pieces, before, first, rival, left, then) in [
        (3, None, put, rival_creates(), 7, vec![update]),
        (3, Some(10), update, rival_buys_one(), 6, vec![update]),
        (3, Some(10), update, rival_deletes(), 7, vec![get, put]),
        (5, Some(5), delete, rival_deletes(), 5, vec![get, put]),
    ] {
        let shop = watched::<Order>().await;
        if let Some(stock) = before {
            let order = Order { stock, ..order() };
            shop.quiet.create(order).send().await.unwrap();
        }
        shop.local.on(first).inject(rival);
        let altered = altered(&shop, pieces).await.unwrap();
        assert_eq!(altered.map(|order| order.stock), Some(left));
        let operations = [vec![get, first], then].concat();
        assert_eq!(shop.local.operations(), operations);
    }
}

#[tokio::test]
async fn what_a_rival_changed_is_not_deleted_unseen() {
    let shop = watched_order().await;
    shop.local
        .on("DeleteItem")
        .inject(Fault::rival(|client| async move {
            let add = Store::new(client)
                .update(Order::key("o1"))
                .set(|o| o.stock.add(5));
            add.send().await.unwrap();
        }));
    let left = altered(&shop, 10).await.unwrap().unwrap();
    assert_eq!((left.stock, Stored::version(&left)), (5, 3));
}

#[tokio::test]
async fn an_unversioned_item_is_adopted_or_deleted_as_it_was_read() {
    let store = fresh_store::<Order>().await;
    put_raw::<Order>(&store, unversioned_order_item()).await;
    let alter = |pieces| {
        store
            .alter(Order::key("o1"), move |o| sell(o, pieces))
            .send()
    };
    let adopted = alter(1).await.unwrap().unwrap();
    assert_eq!((adopted.stock, Stored::version(&adopted)), (9, 1));
    put_raw::<Order>(&store, unversioned_order_item()).await;
    assert!(alter(10).await.unwrap().is_none());
    assert!(raw(&store, Order::key("o1")).await.is_none());
}

/// Its content is its version: what a rival has written since is not deleted.
#[tokio::test]
async fn an_unversioned_item_that_a_rival_changes_is_decided_on_again() {
    let shop = watched::<Order>().await;
    put_raw::<Order>(&shop.quiet, unversioned_order_item()).await;
    shop.local.on("DeleteItem").inject(rival_buys_one());
    let found = Mutex::new(Vec::new());
    let alter = shop.store.alter(Order::key("o1"), |order| {
        let stock = order.as_ref().map(|order| order.stock);
        found.lock().unwrap().push(stock);
        // Only a stock that nobody has touched is deleted.
        if stock == Some(10) { None } else { order }
    });
    let left = alter.send().await.unwrap();
    assert_eq!(*found.lock().unwrap(), [Some(10), Some(9)]);
    assert_eq!(left.map(|order| order.stock), Some(9));
}

#[tokio::test]
async fn a_lost_answer_is_that_of_the_verb_that_was_sent() {
    // Applied, and found by the write id, or by a refused resend.
    for (pieces, before, operation) in [(3, None, "PutItem"), (3, Some(10), "UpdateItem")] {
        let shop = watched::<Order>().await;
        if let Some(stock) = before {
            let order = Order { stock, ..order() };
            shop.quiet.create(order).send().await.unwrap();
        }
        shop.local.on(operation).inject(Fault::LoseAnswer);
        let runs = AtomicU32::new(0);
        let alter = shop.store.alter(Order::key("o1"), |o| {
            runs.fetch_add(1, Ordering::Relaxed);
            sell(o, pieces)
        });
        let altered = alter.send().await.unwrap().unwrap();
        let (item, id) = raw_and_id(&shop.quiet, Order::key("o1")).await;
        assert_eq!(item["stock"], n(7), "{operation}");
        assert_eq!(Stored::write_id(&altered), Some(id.as_str()));
        assert_eq!(runs.into_inner(), 1, "{operation}");
    }
    // Unknown, by the verb of what was sent: the function does not run again.
    for (verb, pieces, before, operation, fault) in [
        ("create", 3, None, "PutItem", Fault::LoseRequest),
        ("save", 3, Some(10), "UpdateItem", Fault::LoseRequest),
        ("delete", 10, Some(10), "DeleteItem", Fault::LoseAnswer),
    ] {
        let shop = watched::<Order>().await;
        if let Some(stock) = before {
            let order = Order { stock, ..order() };
            shop.quiet.create(order).send().await.unwrap();
        }
        // A save is sent again under its guard, so all of its attempts are lost.
        let times = if verb == "save" { 3 } else { 1 };
        shop.local.on(operation).times(times).inject(fault);
        let runs = AtomicU32::new(0);
        let alter = shop.store.alter(Order::key("o1"), |o| {
            runs.fetch_add(1, Ordering::Relaxed);
            sell(o, pieces)
        });
        let error = refused(alter.send().await);
        let Error::OutcomeUnknown(unknown) = &error else {
            panic!("{verb}: {error:?}");
        };
        assert_eq!((unknown.verb(), runs.into_inner()), (verb, 1));
    }
}

#[tokio::test]
async fn an_item_of_another_key_is_refused() {
    let shop = watched_order().await;
    let other = |order: Option<Order>| {
        let mut order = order.unwrap_or_else(self::order);
        order.id = "o9".into();
        Some(order)
    };
    for key in ["o1", "o2"] {
        let error = refused(shop.store.alter(Order::key(key), other).send().await);
        assert!(
            matches!(error, Error::Invalid(InvalidInput::KeyChanged { .. })),
            "{error:?}"
        );
    }
    assert_eq!(shop.local.operations(), ["GetItem", "GetItem"]);
}

#[derive(Debug)]
enum SaleError {
    SoldOut,
    Dynamo(Error),
}
impl From<Error> for SaleError {
    fn from(error: Error) -> Self {
        Self::Dynamo(error)
    }
}

#[tokio::test]
async fn the_functions_own_error_ends_it_and_the_policy_too() {
    let shop = watched::<Order>().await;
    let sold_out = |order: Option<Order>| order.map(Some).ok_or(SaleError::SoldOut);
    let error = shop.store.alter(Order::key("o1"), sold_out).send().await;
    assert!(matches!(error, Err(SaleError::SoldOut)), "{error:?}");

    shop.local.on("PutItem").always().inject(rival_creates());
    shop.local.on("UpdateItem").always().inject(rival_deletes());
    let policy = RetryPolicy::default()
        .with_attempts(3)
        .with_backoff(std::time::Duration::ZERO, std::time::Duration::ZERO);
    let store = Store::builder(shop.local.client()).retry(policy).build();
    let sell = |order| Ok::<_, SaleError>(sell(order, 1));
    let error = store.alter(Order::key("o1"), sell).send().await;
    let Err(SaleError::Dynamo(Error::Exhausted(exhausted))) = error else {
        panic!("{error:?}");
    };
    assert_eq!((exhausted.attempts, exhausted.verb()), (3, "alter"));
}

#[tokio::test]
async fn its_requests_are_metered_together() {
    let shop = watched_order().await;
    let alter = shop.store.alter(Order::key("o1"), |o| sell(o, 1));
    let metered = alter.send_metered().await;
    assert_eq!(metered.outcome.unwrap().unwrap().stock, 9);
    let consumed = metered.consumed;
    assert!(
        consumed.read_units > 0.0 && consumed.write_units > 0.0,
        "{consumed:?}"
    );
}
