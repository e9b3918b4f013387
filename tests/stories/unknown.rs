//! Unknown outcomes: what they carry, and what it means to send the same payload again.
use std::error::Error as _;

use dynacond::{
    Error, InvalidInput, OutcomeUnknown, Result, RetryPolicy, Store, Stored, Versioned as _,
};
use dynacond_local::Fault;
use serde_json::Value;

use super::support::{
    Order, Watched, n, order, order_item, raw, raw_and_id, read, refused, rival_buys_one,
    stored_order, watched, watched_order,
};

#[track_caller]
fn unknown<T>(result: Result<T>) -> Box<OutcomeUnknown> {
    match result {
        Err(Error::OutcomeUnknown(unknown)) => unknown,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("nobody can know that it was applied"),
    }
}

/// The write id that a request of the log stamps.
fn stamped(body: &Value) -> Option<String> {
    if let Some(id) = body["Item"]["item_write_id"]["S"].as_str() {
        return Some(id.to_owned());
    }
    let placeholder = |name: &str| {
        let names = body["ExpressionAttributeNames"].as_object()?;
        let entry = names.iter().find(|(_, attribute)| *attribute == name)?;
        Some(entry.0.clone())
    };
    let update = body["UpdateExpression"].as_str()?;
    let assigned = format!("{} = ", placeholder("item_write_id")?);
    let value = update.split_once(&assigned)?.1;
    let value = value.split([',', ' ']).next()?;
    Some(
        body["ExpressionAttributeValues"][value]["S"]
            .as_str()?
            .to_owned(),
    )
}

/// All of its requests are lost, and what would settle it, too.
fn lose(shop: &Watched, operation: &str, fault: &Fault) {
    shop.local.on(operation).times(3).inject(fault.clone());
    shop.local.on("GetItem").always().inject(Fault::LoseRequest);
}

/// The network is well again, and nothing was logged yet.
fn recover(shop: &Watched) {
    shop.local.clear_faults();
    shop.local.clear_log();
}

#[tokio::test]
async fn it_says_which_write_on_which_item_under_which_id() {
    type Sent = (&'static str, Result<()>);
    async fn send(shop: &Watched, verb: &'static str) -> Sent {
        let store = &shop.store;
        let order = read(&shop.quiet).await;
        let mut sold = order.clone();
        sold.stock -= 1;
        let key = Order::key("o1");
        let outcome = match verb {
            "create" => store.create(super::support::order()).send().await.map(drop),
            "save" => store.save(sold).send().await.map(drop),
            "update" => store
                .update(key)
                .set(|o| o.stock.add(1))
                .send()
                .await
                .map(drop),
            "put" => {
                let put = store.put(super::support::order()).unconditional();
                put.send().await.map(drop)
            }
            "replace" => store.replace(sold).send().await.map(drop),
            "modify" => store.modify(key, |o| o.stock -= 1).send().await.map(drop),
            "delete" => store.delete(order).send().await,
            other => panic!("{other}"),
        };
        (verb, outcome)
    }
    for verb in [
        "create", "save", "update", "put", "replace", "modify", "delete",
    ] {
        let shop = watched_order().await;
        for operation in ["PutItem", "UpdateItem", "DeleteItem"] {
            shop.local.on(operation).always().inject(Fault::LoseRequest);
        }
        let (_, outcome) = send(&shop, verb).await;
        let unknown = unknown(outcome);
        assert_eq!(unknown.key(), Order::key("o1").raw(), "{verb}");
        assert_eq!((unknown.table(), unknown.item_type()), ("shop", "Order"));
        assert_eq!(unknown.verb(), verb);
        let log = shop.local.log();
        let sent = log.iter().find(|request| request.operation != "GetItem");
        assert_eq!(
            unknown.write_id(),
            stamped(&sent.unwrap().body).as_deref(),
            "{verb}"
        );
        assert_eq!(unknown.write_id().is_none(), verb == "delete");
        if verb != "delete" {
            let seen = unknown.last_seen().expect("it was read");
            assert_eq!(seen["item_version"], n(1));
        }
        let text = unknown.to_string();
        let target = format!("{verb} Order {} in table shop", Order::key("o1"));
        assert_eq!(
            text,
            format!(
                "{target}: the answer was lost (connection reset), and the write may or may not have been applied"
            )
        );
        assert_eq!(format!("{unknown:?}"), format!("OutcomeUnknown({text})"));
        assert!(unknown.source().is_some(), "what the network said");
    }
}

/// The same write under another id: its first 16 digits are those of the first one.
#[track_caller]
fn assert_sent_again(first: Option<&str>, second: Option<&str>) {
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first[..16], second[..16]);
    assert_ne!(first[16..20], second[16..20], "another incarnation");
    assert_ne!(first[20..], second[20..]);
}

#[tokio::test]
async fn what_never_arrived_is_applied_once_by_a_resend() {
    let shop = watched::<Order>().await;
    lose(&shop, "PutItem", &Fault::LoseRequest);
    let created = unknown(shop.store.create(order()).send().await);
    recover(&shop);
    let stored = created.resend::<Stored<Order>>().await.unwrap();
    assert_eq!((&*stored, Stored::version(&stored)), (&order(), 1));
    let (_, id) = raw_and_id(&shop.quiet, Order::key("o1")).await;
    assert_eq!(Stored::write_id(&stored), Some(id.as_str()));
    assert_sent_again(created.write_id(), Some(&id));
    assert_eq!(shop.local.operations(), ["PutItem"]);

    lose(&shop, "UpdateItem", &Fault::LoseRequest);
    let update = shop.store.update(Order::key("o1"));
    let updated = unknown(update.set(|o| o.stock.subtract(3)).send().await);
    recover(&shop);
    let stored = updated.resend::<Stored<Order>>().await.unwrap();
    assert_eq!((stored.stock, Stored::version(&stored)), (7, 2));

    lose(&shop, "UpdateItem", &Fault::LoseRequest);
    let mut sold = stored;
    sold.stock = 5;
    let saved = unknown(shop.store.save(sold).send().await);
    recover(&shop);
    let mut stored = saved.resend::<Stored<Order>>().await.unwrap();
    assert_eq!((stored.stock, Stored::version(&stored)), (5, 3));
    // What it gives is a stored item like any other.
    stored.stock = 4;
    let stored = shop.store.save(stored).send().await.unwrap();

    lose(&shop, "PutItem", &Fault::LoseRequest);
    let replaced = unknown(shop.store.replace(stored).send().await);
    recover(&shop);
    let stored = replaced.resend::<Stored<Order>>().await.unwrap();
    assert_eq!(Stored::version(&stored), 5);
    assert_eq!(Stored::write_id(&stored), replaced.write_id());
    let (item, id) = raw_and_id(&shop.quiet, Order::key("o1")).await;
    assert_eq!(
        (&item["item_version"], Some(id.as_str())),
        (&n(5), replaced.write_id())
    );
}

#[tokio::test]
async fn the_same_payload_is_sent_again() {
    let shop = watched_order().await;
    let mut sold = read(&shop.quiet).await;
    sold.stock = 1;
    shop.local
        .on("UpdateItem")
        .always()
        .inject(Fault::LoseRequest);
    let saved = unknown(shop.store.save(sold).send().await);
    saved.resend::<()>().await.unwrap_err();
    shop.local.clear_faults();
    saved.resend::<()>().await.unwrap();
    let log = shop.local.log();
    let updates: Vec<_> = log.iter().filter(|r| r.operation == "UpdateItem").collect();
    assert_eq!(
        updates.len(),
        7,
        "three attempts, three that were lost too, and one"
    );
    assert!(
        updates
            .iter()
            .all(|request| request.body == updates[0].body)
    );
}

#[tokio::test]
async fn a_create_that_had_landed_is_told_as_applied_and_never_made_twice() {
    let shop = watched::<Order>().await;
    lose(&shop, "PutItem", &Fault::LoseAnswer);
    let created = unknown(shop.store.create(order()).send().await);
    assert!(created.last_seen().is_none(), "it could not be read");
    recover(&shop);
    let stored = created.resend::<Stored<Order>>().await.unwrap();
    assert_eq!(Stored::version(&stored), 1);
    let log = shop.local.log();
    assert_eq!((log.len(), log[0].served), (1, Some(400)));
    let (item, id) = raw_and_id(&shop.quiet, Order::key("o1")).await;
    assert_eq!(
        (item, Some(id.as_str())),
        (order_item(1), created.write_id())
    );
}

#[tokio::test]
async fn an_update_by_key_that_had_landed_is_told_as_applied_while_the_item_holds_it() {
    let shop = watched_order().await;
    lose(&shop, "UpdateItem", &Fault::LoseAnswer);
    let update = shop.store.update(Order::key("o1"));
    let sold = unknown(update.set(|o| o.stock.subtract(3)).send().await);
    recover(&shop);
    for _ in 0..2 {
        let stored = sold.resend::<Stored<Order>>().await.unwrap();
        assert_eq!((stored.stock, Stored::version(&stored)), (7, 2));
    }
}

/// The documented cost: a caller that resends a relative update accepts that it may happen twice.
#[tokio::test]
async fn an_update_by_key_that_somebody_wrote_over_is_applied_a_second_time() {
    let shop = watched_order().await;
    lose(&shop, "UpdateItem", &Fault::LoseAnswer);
    let update = shop.store.update(Order::key("o1"));
    let sold = unknown(update.set(|o| o.stock.subtract(3)).send().await);
    let rival = shop.quiet.update(Order::key("o1"));
    rival.set(|o| o.note.to("mine")).send().await.unwrap();
    recover(&shop);
    let stored = sold.resend::<Stored<Order>>().await.unwrap();
    assert_eq!((stored.stock, Stored::version(&stored)), (4, 4));
}

#[tokio::test]
async fn a_guard_that_names_the_write_id_never_lets_it_happen_twice() {
    for replace in [false, true] {
        let shop = watched_order().await;
        let mut sold = read(&shop.quiet).await;
        sold.stock -= 3;
        let operation = if replace { "PutItem" } else { "UpdateItem" };
        lose(&shop, operation, &Fault::LoseRequest);
        shop.local.clear_faults();
        shop.local.on(operation).inject(Fault::LoseAnswer);
        shop.local.on(operation).times(2).inject(Fault::LoseRequest);
        shop.local.on("GetItem").always().inject(Fault::LoseRequest);
        let sent = if replace {
            shop.store.replace(sold).send().await
        } else {
            shop.store.save(sold).send().await
        };
        let landed = unknown(sent);
        recover(&shop);
        for _ in 0..2 {
            let stored = landed.resend::<Stored<Order>>().await.unwrap();
            assert_eq!((stored.stock, Stored::version(&stored)), (7, 2));
        }
        assert!(
            shop.local
                .log()
                .iter()
                .all(|request| request.served == Some(400))
        );
        let mut expected = order_item(2);
        expected.insert("stock".into(), n(7));
        assert_eq!(stored_order(&shop.quiet).await, expected);
    }
}

#[tokio::test]
async fn a_late_delivery_between_loss_and_resend_is_found_out() {
    let shop = watched_order().await;
    let mut sold = read(&shop.quiet).await;
    sold.stock -= 3;
    shop.local
        .on("UpdateItem")
        .times(3)
        .inject(Fault::DeliverLate);
    let late = unknown(shop.store.save(sold).send().await);
    assert_eq!(late.last_seen().unwrap()["stock"], n(10));
    assert_eq!(shop.local.deliver(), 3);
    let stored = late.resend::<Stored<Order>>().await.unwrap();
    assert_eq!((stored.stock, Stored::version(&stored)), (7, 2));
    assert_eq!(stored_order(&shop.quiet).await["stock"], n(7));
}

#[tokio::test]
async fn a_resend_that_its_condition_alone_refuses_was_not_applied() {
    let shop = watched_order().await;
    let mut sold = read(&shop.quiet).await;
    sold.stock -= 1;
    lose(&shop, "UpdateItem", &Fault::LoseRequest);
    let save = shop.store.save(sold).when(|o| o.stock.ge(11));
    let lost = unknown(save.send().await);
    recover(&shop);
    // The item still holds the write id that the save replaces.
    let error = refused(lost.resend::<()>().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert_eq!(stored_order(&shop.quiet).await, order_item(1));
}

/// Between a lost answer and `resend` there is any time: the item may have been deleted, created again and raised.
#[tokio::test]
async fn a_resend_that_finds_the_next_version_by_another_write_is_unknown_again() {
    for landed in [false, true] {
        for verb in ["save", "replace", "update at"] {
            let shop = watched_order().await;
            let order = read(&shop.quiet).await;
            let operation = if verb == "replace" {
                "PutItem"
            } else {
                "UpdateItem"
            };
            if landed {
                shop.local.on(operation).inject(Fault::LoseAnswer);
                shop.local.on(operation).times(2).inject(Fault::LoseRequest);
                shop.local.on("GetItem").always().inject(Fault::LoseRequest);
            } else {
                lose(&shop, operation, &Fault::LoseRequest);
            }
            let tag = Stored::tag(&order);
            let mut sold = order;
            sold.stock -= 1;
            let sent = match verb {
                "save" => shop.store.save(sold).send().await,
                "replace" => shop.store.replace(sold).send().await,
                _ => {
                    let update = shop.store.update(Order::key("o1")).at(&tag);
                    update.set(|o| o.stock.subtract(1)).send().await
                }
            };
            let lost = unknown(sent);
            recover(&shop);
            let (key, quiet) = (Order::key("o1"), &shop.quiet);
            quiet.delete(&key).unconditional().send().await.unwrap();
            quiet.create(super::support::order()).send().await.unwrap();
            let buy = quiet.update(&key).set(|o| o.stock.subtract(4));
            buy.send().await.unwrap();
            let again = unknown(lost.resend::<()>().await);
            assert_eq!(again.last_seen().unwrap()["item_version"], n(2), "{verb}");
            assert_eq!(stored_order(quiet).await["stock"], n(6), "{verb}");
        }
    }
}

/// The incarnation says that the item was never deleted, however long ago the first attempt was.
#[tokio::test]
async fn a_resend_that_finds_a_save_of_the_same_item_was_not_applied() {
    for verb in ["save", "replace", "delete"] {
        let shop = watched_order().await;
        let order = read(&shop.quiet).await;
        let mut sold = order.clone();
        sold.stock -= 1;
        for operation in ["UpdateItem", "PutItem", "DeleteItem", "GetItem"] {
            shop.local.on(operation).always().inject(Fault::LoseRequest);
        }
        let lost = match verb {
            "save" => unknown(shop.store.save(sold).send().await),
            "replace" => unknown(shop.store.replace(sold).send().await),
            _ => unknown(shop.store.delete(order).send().await),
        };
        recover(&shop);
        let save = shop.quiet.modify(Order::key("o1"), |o| o.stock -= 4);
        save.send().await.unwrap();
        let error = refused(lost.resend::<()>().await);
        assert!(error.is_conflict(), "{verb}: {error}");
        assert_eq!(stored_order(&shop.quiet).await["stock"], n(6), "{verb}");
    }
}

#[tokio::test]
async fn a_resend_whose_refusal_does_not_tell_the_fate_of_the_first_is_unknown_again() {
    // Somebody else's item has the key. It was created before the lost create, or after it and a deletion.
    let shop = watched::<Order>().await;
    lose(&shop, "PutItem", &Fault::LoseRequest);
    let created = unknown(shop.store.create(order()).send().await);
    recover(&shop);
    shop.quiet.create(order()).send().await.unwrap();
    let again = unknown(created.resend::<()>().await);
    assert_sent_again(created.write_id(), again.write_id());
    assert_eq!(again.last_seen().unwrap()["item_version"], n(1));

    // The update that landed may be what makes its own condition false.
    let shop = watched_order().await;
    lose(&shop, "UpdateItem", &Fault::LoseRequest);
    let sell = shop.store.update(Order::key("o1"));
    let sold = unknown(sell.set(|o| o.stock.subtract(8)).send().await);
    recover(&shop);
    let rival = shop.quiet.update(Order::key("o1"));
    rival.set(|o| o.stock.subtract(8)).send().await.unwrap();
    let again = unknown(sold.resend::<()>().await);
    assert_eq!(again.last_seen().unwrap()["stock"], n(2));
    assert_eq!(stored_order(&shop.quiet).await["stock"], n(2));
}

#[tokio::test]
async fn a_lost_resend_is_unknown_again_and_sent_once() {
    let shop = watched_order().await;
    lose(&shop, "UpdateItem", &Fault::LoseRequest);
    let update = shop.store.update(Order::key("o1"));
    let lost = unknown(update.set(|o| o.stock.subtract(3)).send().await);
    shop.local.clear_log();
    let again = unknown(lost.resend::<()>().await);
    let writes = |o: &&String| *o == "UpdateItem";
    assert_eq!(shop.local.operations().iter().filter(writes).count(), 1);
    assert_sent_again(lost.write_id(), again.write_id());
    recover(&shop);
    again.resend::<()>().await.unwrap();
    assert_eq!(stored_order(&shop.quiet).await["stock"], n(7));
}

#[tokio::test]
async fn a_resent_delete_gives_no_item() {
    for by_key in [false, true] {
        let shop = watched_order().await;
        let order = read(&shop.quiet).await;
        lose(&shop, "DeleteItem", &Fault::LoseRequest);
        let delete = if by_key {
            let delete = shop.store.delete(Order::key("o1"));
            delete.when(|o| o.stock.ge(1)).send().await
        } else {
            shop.store.delete(order).send().await
        };
        let lost = unknown(delete);
        recover(&shop);
        lost.resend::<()>().await.unwrap();
        assert_eq!(shop.local.operations(), ["DeleteItem"]);
        assert!(raw(&shop.quiet, Order::key("o1")).await.is_none());

        // Gone, and nobody can say by whom.
        let again = lost.resend::<()>().await;
        assert!(unknown(again).last_seen().is_none());
    }
}

#[tokio::test]
async fn a_resent_delete_spares_what_a_rival_wrote_since() {
    let shop = watched_order().await;
    let order = read(&shop.quiet).await;
    lose(&shop, "DeleteItem", &Fault::LoseRequest);
    let lost = unknown(shop.store.delete(order).send().await);
    recover(&shop);
    shop.local.on("DeleteItem").inject(rival_buys_one());
    // It may have deleted what was there before this item was created.
    unknown(lost.resend::<()>().await);
    assert_eq!(stored_order(&shop.quiet).await["stock"], n(9));
}

/// What is asked for is checked before anything is sent.
#[tokio::test]
async fn a_resend_gives_what_send_gives_and_nothing_else() {
    let shop = watched_order().await;
    let key = || Order::key("o1");
    let update = || shop.store.update(key()).set(|o| o.stock.to(7));
    lose(&shop, "UpdateItem", &Fault::LoseRequest);
    let updated = unknown(update().send().await);
    recover(&shop);
    let other = refused(updated.resend::<Stored<super::support::Account>>().await);
    assert!(
        matches!(
            &other,
            Error::Invalid(InvalidInput::OtherResend {
                verb: "update",
                item_type: "Order",
                ..
            })
        ),
        "{other}"
    );
    assert!(shop.local.operations().is_empty());
    let stored: Stored<Order> = updated.resend().await.unwrap();
    assert_eq!(stored.stock, 7);
    let stored: Option<Stored<Order>> = updated.resend().await.unwrap();
    assert_eq!(stored.unwrap().stock, 7);

    // What returns the old item may find none, so it returns an `Option` of it.
    lose(&shop, "UpdateItem", &Fault::LoseRequest);
    let old = unknown(update().returning_old().send().await);
    recover(&shop);
    let other = refused(old.resend::<Stored<Order>>().await);
    let says = "its `resend` returns an `Option` of the old `Stored` item, or `()`";
    assert!(other.to_string().contains(says), "{other}");
    assert!(shop.local.operations().is_empty());
    old.resend::<()>().await.unwrap();
    // A caller that needs no item learns that the write was applied.
    old.resend::<()>().await.unwrap();

    lose(&shop, "DeleteItem", &Fault::LoseRequest);
    let delete = shop.store.delete(key()).unconditional().or_gone();
    let deleted = unknown(delete.send().await);
    recover(&shop);
    let other = refused(deleted.resend::<Stored<Order>>().await);
    assert!(
        other.to_string().contains("its `resend` returns `()`"),
        "{other}"
    );
    assert!(shop.local.operations().is_empty());
    deleted.resend::<()>().await.unwrap();
    deleted.resend::<()>().await.unwrap();
    let gone: Option<Stored<Order>> = deleted.resend().await.unwrap();
    assert!(gone.is_none());
}

/// 149 clauses and the guard: 300 operators, so that nothing can be added.
fn at_the_limit(store: &Store) -> dynacond::WriteRequest<Order, dynacond::verb::Update> {
    use dynacond::{Condition, attr};
    let all = Condition::all((0..149).map(|i| attr("stock").ne(i + 100)));
    let update = store.update(Order::key("o1")).when(|_| all);
    update.set(|o| o.stock.to(11))
}

#[tokio::test]
async fn a_write_with_no_room_to_ask_whether_it_was_applied_is_sent_and_never_sent_again() {
    let shop = watched_order().await;
    assert_eq!(at_the_limit(&shop.store).send().await.unwrap().stock, 11);
    for fault in [Fault::LoseRequest, Fault::LoseAnswer, Fault::DeliverLate] {
        let shop = watched_order().await;
        lose(&shop, "UpdateItem", &fault);
        let lost = unknown(at_the_limit(&shop.store).send().await);
        recover(&shop);
        let error = refused(lost.resend::<()>().await);
        let Error::Invalid(InvalidInput::NoRoomToSendAgain { item_type: "Order" }) = &error else {
            panic!("{fault}: {error}")
        };
        assert!(shop.local.operations().is_empty(), "{fault}");
    }
    // The same of a transaction, whose token may have expired.
    let shop = watched_order().await;
    lose(&shop, "TransactWriteItems", &Fault::LoseRequest);
    let policy = RetryPolicy::default().with_attempts(1);
    let store = Store::builder(shop.local.client()).retry(policy).build();
    let actions = (at_the_limit(&store),);
    let lost = unknown(store.transact_write(actions).send().await);
    recover(&shop);
    let error = refused(lost.resend::<()>().await);
    assert!(
        matches!(
            error,
            Error::Invalid(InvalidInput::NoRoomToSendAgain { .. })
        ),
        "{error}"
    );
    assert!(shop.local.operations().is_empty());
}
