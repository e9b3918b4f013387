//! Lost answers of writes whose guard names the write id that they replace: sent again, and judged by the refusal.
use dynacond::{Error, Store, Stored, Versioned as _};
use dynacond_local::Fault;

use super::support::{
    Order, Status, Watched, n, order, order_item, raw, read, refused, rival_buys_one,
    rival_saves_one, stored_order, watched_order,
};

/// The order, with one piece less than is stored.
async fn sold(shop: &Watched) -> Stored<Order> {
    let mut order = read(&shop.quiet).await;
    order.stock -= 1;
    order
}

#[tokio::test]
async fn a_save_whose_answer_was_lost_is_refused_by_itself_and_told_as_applied() {
    for fault in [Fault::LoseAnswer, Fault::Status500After] {
        let shop = watched_order().await;
        shop.local.on("UpdateItem").inject(fault);
        let saved = shop.store.save(sold(&shop).await).send().await.unwrap();
        assert_eq!((saved.stock, Stored::version(&saved)), (9, 2));
        assert_eq!(shop.local.operations(), ["UpdateItem", "UpdateItem"]);
        let log = shop.local.log();
        assert_eq!(log[0].body, log[1].body, "the same payload");
        assert_eq!((log[0].served, log[1].served), (Some(200), Some(400)));
        assert_eq!(stored_order(&shop.quiet).await["item_version"], n(2));
    }
}

#[tokio::test]
async fn a_save_that_was_lost_is_sent_again_and_applied_once() {
    for fault in [
        Fault::LoseRequest,
        Fault::Status500Before,
        Fault::DeliverLate,
    ] {
        let shop = watched_order().await;
        shop.local.on("UpdateItem").inject(fault);
        let saved = shop.store.save(sold(&shop).await).send().await.unwrap();
        assert_eq!(Stored::version(&saved), 2);
        // The late one is refused by the one that was sent again.
        shop.local.deliver();
        let mut expected = order_item(2);
        expected.insert("stock".into(), n(9));
        assert_eq!(stored_order(&shop.quiet).await, expected);
    }
}

#[tokio::test]
async fn a_save_lost_at_every_attempt_is_settled_by_a_read() {
    let shop = watched_order().await;
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    shop.local
        .on("UpdateItem")
        .times(2)
        .inject(Fault::LoseRequest);
    let saved = shop.store.save(sold(&shop).await).send().await.unwrap();
    assert_eq!(Stored::version(&saved), 2);
    let thrice = ["UpdateItem", "UpdateItem", "UpdateItem", "GetItem"];
    assert_eq!(shop.local.operations(), thrice);

    shop.local.clear_log();
    shop.local
        .on("UpdateItem")
        .times(3)
        .inject(Fault::LoseRequest);
    let error = refused(shop.store.save(sold(&shop).await).send().await);
    let Error::OutcomeUnknown(unknown) = &error else {
        panic!("{error}");
    };
    // The item is as it was; the request may still arrive.
    assert_eq!(unknown.last_seen().unwrap()["item_version"], n(2));
    assert_eq!(shop.local.operations(), thrice);
}

#[tokio::test]
async fn a_definite_failure_after_a_lost_answer_is_not_the_last_word() {
    for fault in [
        Fault::Throttle,
        Fault::TransactionConflict,
        Fault::RefuseConnection,
    ] {
        let shop = watched_order().await;
        shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
        shop.local.on("UpdateItem").times(2).inject(fault.clone());
        let saved = shop.store.save(sold(&shop).await).send().await.unwrap();
        assert_eq!(Stored::version(&saved), 2);
        assert_eq!(shop.local.operations().last().unwrap(), "GetItem");

        shop.local.on("UpdateItem").inject(Fault::LoseRequest);
        shop.local.on("UpdateItem").times(2).inject(fault);
        let error = refused(shop.store.save(sold(&shop).await).send().await);
        let Error::OutcomeUnknown(unknown) = &error else {
            panic!("{error}");
        };
        assert_says_what_broke(unknown);
    }
}

#[tokio::test]
async fn a_rivals_save_of_the_same_item_is_a_conflict() {
    let shop = watched_order().await;
    shop.local.on("UpdateItem").inject(Fault::LoseRequest);
    shop.local.on("UpdateItem").nth(2).inject(rival_saves_one());
    let mut mine = read(&shop.quiet).await;
    mine.status = Status::Shipped;
    let error = refused(shop.store.save(mine).send().await);
    assert!(error.is_conflict(), "{error}");
    let mut expected = order_item(2);
    expected.insert("stock".into(), n(9));
    assert_eq!(stored_order(&shop.quiet).await, expected);
}

/// The rival did not read the item, so its write does not say that the item was never deleted in between.
#[tokio::test]
async fn a_rival_that_wrote_by_key_alone_leaves_a_lost_save_unknown() {
    for fault in [Fault::LoseRequest, Fault::LoseAnswer] {
        let shop = watched_order().await;
        shop.local.on("UpdateItem").inject(fault);
        shop.local.on("UpdateItem").nth(2).inject(rival_buys_one());
        let error = refused(shop.store.save(sold(&shop).await).send().await);
        assert!(error.is_outcome_unknown(), "{error}");
    }
}

#[tokio::test]
async fn a_rival_after_the_applied_save_makes_it_unknown() {
    let shop = watched_order().await;
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    shop.local.on("UpdateItem").nth(2).inject(rival_buys_one());
    let error = refused(shop.store.save(sold(&shop).await).send().await);
    let Error::OutcomeUnknown(unknown) = &error else {
        panic!("{error}");
    };
    assert_eq!(unknown.last_seen().unwrap()["item_version"], n(3));
    assert_says_what_broke(unknown);
    assert_eq!(stored_order(&shop.quiet).await["stock"], n(8));
}

/// The source is about the attempt whose answer was lost, not about the one that was refused.
#[track_caller]
fn assert_says_what_broke(unknown: &dynacond::OutcomeUnknown) {
    let mut cause = std::error::Error::source(unknown);
    let mut causes = Vec::new();
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    let causes = causes.join(": ");
    assert!(causes.contains("connection reset"), "{causes:?}");
    assert!(!causes.contains("onditional"), "{causes:?}");
}

fn rival_deletes(create_again: bool) -> Fault {
    Fault::rival(move |client| async move {
        let store = Store::new(client);
        let delete = store.delete(Order::key("o1")).unconditional();
        delete.send().await.unwrap();
        if create_again {
            store.create(order()).send().await.unwrap();
        }
    })
}

#[tokio::test]
async fn an_item_deleted_meanwhile_makes_a_save_unknown() {
    for create_again in [false, true] {
        for fault in [Fault::LoseAnswer, Fault::LoseRequest] {
            let shop = watched_order().await;
            shop.local.on("UpdateItem").inject(fault);
            shop.local
                .on("UpdateItem")
                .nth(2)
                .inject(rival_deletes(create_again));
            let error = refused(shop.store.save(sold(&shop).await).send().await);
            assert!(error.is_outcome_unknown(), "{error}");
        }
    }
}

#[tokio::test]
async fn a_resend_refused_by_the_condition_alone_was_not_applied() {
    let shop = watched_order().await;
    shop.local.on("UpdateItem").inject(Fault::LoseRequest);
    let save = shop.store.save(sold(&shop).await).when(|o| o.stock.ge(11));
    let error = refused(save.send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert_eq!(shop.local.operations(), ["UpdateItem", "UpdateItem"]);
    assert_eq!(stored_order(&shop.quiet).await, order_item(1));
}

#[tokio::test]
async fn a_replace_and_every_write_at_a_tag_is_sent_again() {
    let shop = watched_order().await;
    let store = &shop.store;
    shop.local.on("PutItem").inject(Fault::LoseAnswer);
    let order = store.replace(sold(&shop).await).send().await.unwrap();
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    let update = store.update(Order::key("o1")).set(|o| o.stock.subtract(1));
    let order = update.at(&Stored::tag(&order)).send().await.unwrap();
    assert_eq!((order.stock, Stored::version(&order)), (8, 3));
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    let tag = Stored::tag(&order);
    let put = store.put(Stored::into_inner(order)).at(&tag);
    let order = put.send().await.unwrap();
    shop.local.on("PutItem").inject(Fault::LoseRequest);
    let tag = Stored::tag(&order);
    let replace = store.replace(Stored::into_inner(order)).at(&tag);
    assert_eq!(Stored::version(&replace.send().await.unwrap()), 5);
    let twice = |operation| [operation; 2];
    let expected = [
        twice("PutItem"),
        twice("UpdateItem"),
        twice("UpdateItem"),
        twice("PutItem"),
    ];
    assert_eq!(shop.local.operations(), expected.concat());
    let mut expected = order_item(5);
    expected.insert("stock".into(), n(8));
    assert_eq!(stored_order(&shop.quiet).await, expected);
}

#[tokio::test]
async fn a_delete_of_what_was_read_is_sent_again() {
    let shop = watched_order().await;
    let order = read(&shop.quiet).await;
    shop.local.on("DeleteItem").inject(Fault::LoseRequest);
    shop.store.delete(order).send().await.unwrap();
    assert_eq!(shop.local.operations(), ["DeleteItem", "DeleteItem"]);
    assert!(raw(&shop.quiet, Order::key("o1")).await.is_none());
}

#[tokio::test]
async fn a_delete_that_finds_the_item_gone_cannot_know_whose_it_was() {
    let shop = watched_order().await;
    let order = read(&shop.quiet).await;
    shop.local.on("DeleteItem").inject(Fault::LoseAnswer);
    let error = refused(shop.store.delete(order).send().await);
    let Error::OutcomeUnknown(unknown) = &error else {
        panic!("{error}");
    };
    assert_says_what_broke(unknown);
    assert!(raw(&shop.quiet, Order::key("o1")).await.is_none());
}

#[tokio::test]
async fn a_delete_that_meets_rivals_saves_of_the_same_item_is_a_conflict() {
    for saves in [1, 3] {
        let shop = watched_order().await;
        let order = read(&shop.quiet).await;
        let rivals = (1..saves).fold(rival_saves_one(), |all, _| all.then(rival_saves_one()));
        shop.local.on("DeleteItem").inject(Fault::LoseRequest);
        shop.local.on("DeleteItem").nth(2).inject(rivals);
        let error = refused(shop.store.delete(order).send().await);
        // It would have ended the incarnation, which is still there.
        assert!(error.is_conflict(), "{error}");
        assert_eq!(stored_order(&shop.quiet).await["stock"], n(10 - saves));
    }
}

/// The rival's item may be another one, created after the deletion.
#[tokio::test]
async fn a_delete_that_meets_an_item_of_another_incarnation_is_unknown() {
    for landed in [false, true] {
        for saved in [false, true] {
            let shop = watched_order().await;
            let order = read(&shop.quiet).await;
            let fault = if landed {
                Fault::LoseAnswer
            } else {
                Fault::LoseRequest
            };
            shop.local.on("DeleteItem").inject(fault);
            let rival = Fault::rival(move |client| async move {
                let store = Store::new(client);
                let key = Order::key("o1");
                store.delete(&key).unconditional().send().await.unwrap();
                store.create(super::support::order()).send().await.unwrap();
                if saved {
                    let save = store.modify(&key, |o| o.stock -= 1);
                    save.send().await.unwrap();
                }
            });
            shop.local.on("DeleteItem").nth(2).inject(rival);
            let error = refused(shop.store.delete(order).send().await);
            assert!(error.is_outcome_unknown(), "{landed} {saved}: {error}");
            assert!(raw(&shop.quiet, Order::key("o1")).await.is_some());
        }
    }
}

#[tokio::test]
async fn a_modify_is_applied_once_whatever_is_lost() {
    for fault in [
        Fault::LoseAnswer,
        Fault::LoseRequest,
        Fault::DeliverLate,
        Fault::Status500After,
    ] {
        let shop = watched_order().await;
        shop.local.on("UpdateItem").inject(fault);
        let modify = shop.store.modify(Order::key("o1"), |o| o.stock -= 3);
        assert_eq!(modify.send().await.unwrap().stock, 7);
        shop.local.deliver();
        let mut expected = order_item(2);
        expected.insert("stock".into(), n(7));
        assert_eq!(stored_order(&shop.quiet).await, expected);
    }
}

#[tokio::test]
async fn a_modify_runs_again_only_when_it_was_certainly_not_applied() {
    let run = async |fault| {
        let shop = watched_order().await;
        shop.local.on("UpdateItem").inject(fault);
        shop.local.on("UpdateItem").nth(2).inject(rival_saves_one());
        let result = shop
            .store
            .modify(Order::key("o1"), |o| o.stock -= 3)
            .send()
            .await;
        (result, stored_order(&shop.quiet).await)
    };
    let (result, stored) = run(Fault::LoseRequest).await;
    assert_eq!(result.unwrap().stock, 6);
    assert_eq!(stored["stock"], n(6));
    let (result, stored) = run(Fault::LoseAnswer).await;
    assert!(refused(result).is_outcome_unknown());
    assert_eq!(stored["stock"], n(6), "applied once, and the rival's");
}
