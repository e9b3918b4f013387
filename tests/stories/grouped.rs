//! Grouped modifies: many calls for one item share its writes.
use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use dynacond::{Error, RetryPolicy, Store, Stored, Versioned as _};
use dynacond_local::Fault;
use tokio::task::JoinSet;

use super::support::{
    Basket, Counter, Order, Watched, basket, order, put_raw, rival_buys_one,
    unversioned_order_item, watched, watched_order,
};

pub(super) const READ: &str = "GetItem";
pub(super) const WRITE: &str = "UpdateItem";

pub(super) async fn watched_counter() -> Watched {
    let shop = watched::<Counter>().await;
    let counter = Counter {
        id: "visits".into(),
        count: 0,
    };
    shop.quiet.create(counter).send().await.unwrap();
    shop
}

pub(super) async fn count(shop: &Watched) -> (u32, u64) {
    let counter = shop.quiet.get(Counter::key("visits")).send().await;
    let counter = counter.unwrap().unwrap();
    (counter.count, Stored::version(&counter))
}

pub(super) fn no_lane_is_left(store: &Store) {
    let store = format!("{store:?}");
    assert!(store.contains("grouped_items: 0"), "{store}");
}

pub(super) async fn increment(store: Store) -> dynacond::Result<Stored<Counter>> {
    let modify = store.modify(Counter::key("visits"), |c| c.count += 1);
    modify.grouped().send().await
}

pub(super) fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test]
async fn calls_that_wait_together_are_saved_by_one_write() {
    let shop = watched_counter().await;
    let mut calls = JoinSet::new();
    for _ in 0..64 {
        calls.spawn(increment(shop.store.clone()));
    }
    while let Some(stored) = calls.join_next().await {
        let stored = stored.unwrap().unwrap();
        assert_eq!(
            (stored.count, Stored::version(&stored)),
            (64, 2),
            "as the group left it"
        );
    }
    assert_eq!(shop.local.operations(), [READ, WRITE]);
    assert_eq!(count(&shop).await, (64, 2));
    no_lane_is_left(&shop.store);
}

/// The sixty-fifth call begins the next group, on the item that the first group has left.
#[tokio::test]
async fn a_group_has_64_calls_at_most() {
    let shop = watched_counter().await;
    let mut calls = JoinSet::new();
    for _ in 0..65 {
        calls.spawn(increment(shop.store.clone()));
    }
    calls.join_all().await;
    assert_eq!(shop.local.operations(), [READ, WRITE, WRITE]);
    assert_eq!(count(&shop).await, (65, 3));
}

#[tokio::test]
async fn a_store_can_group_every_modify() {
    let shop = watched_counter().await;
    let store = Store::builder(shop.local.client())
        .group_modifies(true)
        .build();
    let modify = || {
        store
            .modify(Counter::key("visits"), |c| c.count += 1)
            .send()
    };
    let (one, two, three) = tokio::join!(modify(), modify(), modify());
    assert_eq!(
        (one.unwrap().count, two.unwrap().count, three.unwrap().count),
        (3, 3, 3)
    );
    assert_eq!(shop.local.operations(), [READ, WRITE]);
}

/// Closures may borrow, and need not be `Send`.
#[tokio::test]
async fn closures_run_once_and_in_the_order_of_their_calls() {
    let shop = watched::<Basket>().await;
    shop.quiet.create(basket()).send().await.unwrap();
    let runs = Cell::new(0);
    let push = |line: &'static str| {
        let runs = &runs;
        let push = move |basket: &mut Basket| {
            runs.set(runs.get() + 1);
            basket.lines.push(line.to_owned());
        };
        shop.store.modify(basket().to_key(), push).grouped().send()
    };
    let (a, b, c) = tokio::join!(push("a"), push("b"), push("c"));
    a.unwrap();
    b.unwrap();
    let lines = &c.unwrap().lines;
    assert!(
        lines.ends_with(&["a".to_owned(), "b".to_owned(), "c".to_owned()]),
        "{lines:?}"
    );
    assert_eq!(runs.get(), 3);
}

#[derive(Debug)]
enum ShopError {
    SoldOut {
        left: u32,
    },
    #[expect(dead_code, reason = "shown by `Debug`")]
    Dynamo(Error),
}

impl From<Error> for ShopError {
    fn from(error: Error) -> Self {
        Self::Dynamo(error)
    }
}

async fn sell(store: &Store, by: u32) -> Result<u32, ShopError> {
    let modify = store.modify(Order::key("o1"), |order| {
        let left = order.stock;
        // What a closure has done before its error is undone.
        order.note = Some(format!("wants {by}"));
        order.stock = left.checked_sub(by).ok_or(ShopError::SoldOut { left })?;
        Ok(())
    });
    modify.grouped().send().await.map(|order| order.stock)
}

#[tokio::test]
async fn a_closures_own_error_changes_nothing_and_stops_nobody() {
    let shop = watched_order().await;
    let store = &shop.store;
    let (a, b, c, d) = tokio::join!(
        sell(store, 4),
        sell(store, 5),
        sell(store, 8),
        sell(store, 1)
    );
    assert_eq!((a.unwrap(), b.unwrap(), d.unwrap()), (0, 0, 0));
    assert!(matches!(c, Err(ShopError::SoldOut { left: 1 })), "{c:?}");
    assert_eq!(shop.local.operations(), [READ, WRITE]);
    let note = super::support::read(&shop.quiet).await.note.clone();
    assert_eq!(note.as_deref(), Some("wants 1"));
}

/// An own error that rests on a change which was refused is not believed.
#[tokio::test]
async fn an_own_error_is_believed_only_if_the_item_was_so() {
    let shop = watched_order().await;
    // Two buyers take all; then a rival refills while their write is on its way.
    let refill = Fault::rival(|client| async move {
        let update = Store::new(client).update(Order::key("o1"));
        update.set(|o| o.stock.add(5)).send().await.unwrap();
    });
    shop.local.on(WRITE).inject(refill);
    let store = &shop.store;
    let (a, b) = tokio::join!(sell(store, 10), sell(store, 5));
    assert_eq!(
        (a.unwrap(), b.unwrap()),
        (0, 0),
        "the second one saw 0 left, which was never so"
    );
}

/// An answer without a write is based on a read during the call, not on the result of an earlier group.
#[tokio::test]
async fn an_own_error_on_what_an_earlier_group_left_is_read_again() {
    let shop = watched_order().await;
    shop.local
        .on(WRITE)
        .inject(Fault::Delay(Duration::from_millis(1)));
    let store = &shop.store;
    let mut first = pin!(sell(store, 10));
    while !shop.local.operations().contains(&WRITE.to_owned()) {
        assert!(poll_once(first.as_mut()).is_pending());
        tokio::task::yield_now().await;
    }
    let (first, second) = tokio::join!(first, sell(store, 1));
    assert_eq!(first.unwrap(), 0);
    assert!(matches!(second, Err(ShopError::SoldOut { left: 0 })));
    assert_eq!(shop.local.operations(), [READ, WRITE, READ]);
}

#[tokio::test]
async fn a_condition_is_held_against_the_item_before_its_callers_change() {
    let shop = watched_order().await;
    let buy = |least: u32| {
        let modify = shop.store.modify(Order::key("o1"), |o| o.stock -= 4);
        modify.when(move |o| o.stock.ge(least)).grouped().send()
    };
    let (a, b, c) = tokio::join!(buy(10), buy(10), buy(6));
    assert_eq!(a.unwrap().stock, 2);
    let Err(Error::ConditionFailed(refusal)) = &b else {
        panic!("{b:?}");
    };
    assert_eq!(refusal.verb(), "modify");
    assert!(
        refusal.to_string().contains("`stock >= ?` is false"),
        "{refusal}"
    );
    assert_eq!(refusal.item().unwrap()["stock"], super::support::n(6));
    assert_eq!(c.unwrap().stock, 2);
    assert_eq!(shop.local.operations(), [READ, WRITE]);
}

#[tokio::test]
async fn a_condition_is_evaluated_again_after_a_conflict() {
    let shop = watched_order().await;
    shop.local.on(WRITE).inject(rival_buys_one());
    let buy = |least: u32| {
        let modify = shop.store.modify(Order::key("o1"), |o| o.stock -= 1);
        modify.when(move |o| o.stock.ge(least)).grouped().send()
    };
    let (a, b) = tokio::join!(buy(10), buy(5));
    let Err(Error::ConditionFailed(refusal)) = &a else {
        panic!("{a:?}");
    };
    assert_eq!(refusal.item().unwrap()["stock"], super::support::n(9));
    assert_eq!(b.unwrap().stock, 8, "only the second one's change is there");
}

#[tokio::test]
async fn without_a_change_nothing_is_written() {
    let shop = watched_order().await;
    let modify = || shop.store.modify(Order::key("o1"), |_| ()).grouped();
    let (a, b) = tokio::join!(modify().send(), modify().send());
    assert_eq!((a.unwrap().stock, Stored::version(&b.unwrap())), (10, 1));
    let holds = modify().when(|o| o.stock.eq(10)).send().await;
    assert_eq!(
        Stored::version(&holds.unwrap()),
        2,
        "a condition is sent, as by `save`"
    );
}

#[tokio::test]
async fn after_a_conflict_each_closure_runs_once_more_on_the_item_of_the_refusal() {
    let shop = watched_order().await;
    shop.local.on(WRITE).inject(rival_buys_one());
    let runs = AtomicU32::new(0);
    let buy = || {
        let modify = shop.store.modify(Order::key("o1"), |o| {
            runs.fetch_add(1, Ordering::Relaxed);
            o.stock -= 2;
        });
        modify.grouped().send()
    };
    let (a, b) = tokio::join!(buy(), buy());
    assert_eq!((a.unwrap().stock, b.unwrap().stock), (5, 5));
    assert_eq!(runs.into_inner(), 4);
    assert_eq!(shop.local.operations(), [READ, WRITE, WRITE]);
}

#[tokio::test]
async fn a_group_that_only_meets_conflicts_is_exhausted_for_each() {
    let shop = watched_order().await;
    shop.local.on(WRITE).always().inject(rival_buys_one());
    let policy = RetryPolicy::default()
        .with_attempts(3)
        .with_backoff(Duration::ZERO, Duration::ZERO);
    let store = Store::builder(shop.local.client()).retry(policy).build();
    let note = || {
        store
            .modify(Order::key("o1"), |o| o.note = Some("mine".into()))
            .grouped()
            .send()
    };
    let (a, b) = tokio::join!(note(), note());
    for error in [a.unwrap_err(), b.unwrap_err()] {
        let Error::Exhausted(exhausted) = &error else {
            panic!("{error}");
        };
        assert!(
            exhausted.attempts == 3 && exhausted.last.is_conflict(),
            "{error}"
        );
        assert!(error.current::<Order>().unwrap().is_some());
    }
    no_lane_is_left(&store);
}

#[tokio::test(start_paused = true)]
async fn what_became_of_a_lost_write_is_shared() {
    let shop = watched_order().await;
    let buy = || {
        let modify = shop.store.modify(Order::key("o1"), |o| o.stock -= 1);
        modify.grouped().send()
    };
    // The answer is lost once: the resend finds the write.
    shop.local.on(WRITE).inject(Fault::LoseAnswer);
    let (a, b) = tokio::join!(buy(), buy());
    assert_eq!((a.unwrap().stock, b.unwrap().stock), (8, 8));
    // No request ever arrives.
    shop.local.on(WRITE).always().inject(Fault::LoseRequest);
    let (a, b) = tokio::join!(buy(), buy());
    shop.local.clear_faults();
    for error in [a.unwrap_err(), b.unwrap_err()] {
        let Error::OutcomeUnknown(unknown) = error else {
            panic!("{error}");
        };
        assert!(unknown.write_id().is_some());
        // Each may send the group's write again; it is applied once.
        let item = unknown.resend::<Stored<Order>>().await.unwrap();
        assert_eq!(item.stock, 6);
    }
    assert_eq!(super::support::read(&shop.quiet).await.stock, 6);
}

/// The first request arrives after the resend, which has the same guard.
#[tokio::test(start_paused = true)]
async fn a_write_of_a_group_that_arrives_late_is_applied_once() {
    let shop = watched_order().await;
    shop.local.on(WRITE).inject(Fault::DeliverLate);
    let buy = || {
        let modify = shop.store.modify(Order::key("o1"), |o| o.stock -= 1);
        modify.grouped().send()
    };
    let (a, b) = tokio::join!(buy(), buy());
    assert_eq!((a.unwrap().stock, b.unwrap().stock), (8, 8));
    assert_eq!(shop.local.deliver(), 1);
    let item = super::support::read(&shop.quiet).await;
    assert_eq!((item.stock, Stored::version(&item)), (8, 2));
}

#[tokio::test]
async fn a_failing_read_fails_each_call_and_a_missing_item_is_not_found() {
    let shop = watched_counter().await;
    shop.local.on(READ).always().inject(Fault::Status500Before);
    let policy = RetryPolicy::default().with_attempts(1);
    let store = Store::builder(shop.local.client()).retry(policy).build();
    let (a, b) = tokio::join!(increment(store.clone()), increment(store.clone()));
    assert_eq!(
        (a.unwrap_err().label(), b.unwrap_err().label()),
        ("service", "service")
    );
    shop.local.clear_faults();
    let missing = || {
        store
            .modify(Counter::key("none"), |c| c.count += 1)
            .grouped()
            .send()
    };
    let (a, b) = tokio::join!(missing(), missing());
    assert!(matches!(
        (a, b),
        (Err(Error::NotFound(_)), Err(Error::NotFound(_)))
    ));
    no_lane_is_left(&store);
}

#[tokio::test]
async fn a_panic_in_a_closure_is_its_callers_alone() {
    let shop = watched_counter().await;
    let store = shop.store.clone();
    let mut calls = JoinSet::new();
    calls.spawn(increment(store.clone()));
    let panics = tokio::spawn(async move {
        let modify = store.modify(Counter::key("visits"), |c| {
            c.count += 100;
            assert!(c.count < 50, "as it should");
        });
        modify.grouped().send().await.map(drop)
    });
    calls.spawn(increment(shop.store.clone()));
    assert!(panics.await.unwrap_err().is_panic());
    calls.join_all().await;
    assert_eq!(count(&shop).await.0, 2);
    no_lane_is_left(&shop.store);
}

#[tokio::test]
async fn an_item_without_a_version_is_adopted_by_the_group() {
    let shop = watched::<Order>().await;
    put_raw::<Order>(&shop.quiet, unversioned_order_item()).await;
    let buy = || {
        shop.store
            .modify(Order::key("o1"), |o| o.stock -= 1)
            .grouped()
            .send()
    };
    let (a, b) = tokio::join!(buy(), buy());
    assert_eq!(
        (a.unwrap().stock, b.unwrap().stock),
        (order().stock - 2, order().stock - 2)
    );
}

/// What fits alone and not together is sent one after the other.
#[tokio::test]
async fn a_change_that_does_not_fit_beside_the_others_begins_the_next_group() {
    let shop = watched::<Basket>().await;
    shop.quiet.create(basket()).send().await.unwrap();
    let push = |size: usize| {
        let push = move |basket: &mut Basket| basket.lines.push("x".repeat(size));
        shop.store.modify(basket().to_key(), push).grouped().send()
    };
    let (a, b) = tokio::join!(push(150_000), push(150_000));
    a.unwrap();
    b.unwrap();
    shop.local.clear_log();
    // The third one fits into the item, and the fourth does not.
    let (c, d) = tokio::join!(push(90_000), push(90_000));
    c.unwrap();
    assert!(
        matches!(
            d,
            Err(Error::UpdateRejected(_) | Error::Invalid(_) | Error::Expression(_))
        ),
        "{d:?}"
    );
}

#[tokio::test]
async fn the_requests_of_a_group_are_counted_once() {
    let shop = watched_counter().await;
    let modify = || {
        let modify = shop.store.modify(Counter::key("visits"), |c| c.count += 1);
        modify.grouped().send_metered()
    };
    let (a, b) = tokio::join!(modify(), modify());
    a.outcome.unwrap();
    b.outcome.unwrap();
    assert_eq!((a.consumed.attempts, b.consumed.attempts), (2, 0));
    assert!(a.consumed.write_units >= 1.0);
}
