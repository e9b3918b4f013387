//! Timeouts and dropped futures: a request whose answer nobody waited for may have been applied, may still be, or was not.
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use dynacond::{Error, Result, Store, Stored, Versioned as _};
use dynacond_local::{Fault, Local};

use super::support::{
    Order, Watched, n, order, order_item, raw, refused, stored_order, watched_at, watched_order,
};

const SECOND: Duration = Duration::from_secs(1);
const VERBS: [&str; 9] = [
    "create",
    "save",
    "save when",
    "update",
    "put",
    "put at",
    "replace",
    "modify",
    "delete",
];
const MARK: &str = "mine";

/// Sends the verb's write, which marks its request.
async fn write(store: &Store, stored: Option<Stored<Order>>, verb: &str) -> Result<()> {
    let key = Order::key("o1");
    let mine = || Order {
        note: Some(MARK.into()),
        ..order()
    };
    let Some(stored) = stored else {
        return store.create(mine()).send().await.map(drop);
    };
    let mut changed = stored.clone();
    changed.note = Some(MARK.into());
    match verb {
        "save" => store.save(changed).send().await.map(drop),
        "save when" => {
            let save = store.save(changed).when(|o| o.stock.gt(10));
            save.send().await.map(drop)
        }
        "update" => {
            let update = store.update(key).set(|o| (o.note.to(MARK), o.stock.add(1)));
            update.send().await.map(drop)
        }
        "put" => store.put(mine()).unconditional().send().await.map(drop),
        "put at" => {
            let put = store.put(mine()).at(&Stored::tag(&stored));
            put.send().await.map(drop)
        }
        "replace" => store.replace(changed).send().await.map(drop),
        "modify" => {
            let modify = store.modify(key, |o| o.note = Some(MARK.into()));
            modify.send().await.map(drop)
        }
        "delete" => store.delete(stored).when(|o| o.note.ne(MARK)).send().await,
        other => panic!("{other}"),
    }
}

async fn shop_for(verb: &str, local: Local) -> (Watched, Option<Stored<Order>>) {
    let shop = watched_at::<Order>(local).await;
    if verb != "create" {
        shop.quiet.create(order()).send().await.unwrap();
    }
    let stored = shop.quiet.get(Order::key("o1")).send().await.unwrap();
    (shop, stored)
}

/// The request that writes.
fn operation(verb: &str) -> &'static str {
    match verb {
        "create" | "replace" => "PutItem",
        "delete" => "DeleteItem",
        _ => "UpdateItem",
    }
}

fn writes(local: &Local) -> Vec<dynacond_local::Request> {
    let mut log = local.log();
    log.retain(|request| request.body.to_string().contains(MARK));
    log
}

fn applied(local: &Local) -> usize {
    let writes = writes(local);
    writes.iter().filter(|r| r.served == Some(200)).count()
}

/// A store that waits a second for each attempt, or for the whole operation.
fn hasty(shop: &Watched, per_attempt: bool) -> Store {
    let limit = TimeoutConfig::builder();
    let limit = if per_attempt {
        limit.operation_attempt_timeout(SECOND)
    } else {
        limit.operation_timeout(SECOND)
    };
    let config = shop.local.config().timeout_config(limit.build());
    Store::new(Client::from_conf(config.build()))
}

#[tokio::test(start_paused = true)]
async fn a_timeout_is_never_told_as_a_refusal_or_a_success_that_it_is_not() {
    let mut kinds = std::collections::BTreeSet::new();
    for verb in VERBS {
        for per_attempt in [false, true] {
            for hangs in [1, 2, 3] {
                for fault in [
                    Fault::HangBefore,
                    Fault::HangAfter,
                    Fault::Delay(10 * SECOND),
                ] {
                    let case = format!("{verb}, {fault}, {hangs}, {per_attempt}");
                    let (shop, stored) = shop_for(verb, Local::from_env().unwrap()).await;
                    let store = hasty(&shop, per_attempt);
                    shop.local.on(operation(verb)).times(hangs).inject(fault);
                    let outcome = write(&store, stored, verb).await;
                    tokio::time::sleep(60 * SECOND).await;
                    let applied = applied(&shop.local);
                    match &outcome {
                        Ok(()) => assert_eq!(applied, 1, "{case}"),
                        Err(Error::OutcomeUnknown(_)) => assert!(applied <= 1, "{case}"),
                        // Only the condition that is false whatever else happens.
                        Err(Error::ConditionFailed(_)) => {
                            assert_eq!((verb, applied), ("save when", 0), "{case}");
                        }
                        Err(error) => panic!("{case}: {error}"),
                    }
                    kinds.insert(outcome.as_ref().map_or_else(Error::label, |()| "applied"));
                }
            }
        }
    }
    let kinds: Vec<_> = kinds.into_iter().collect();
    assert_eq!(kinds, ["applied", "condition_failed", "outcome_unknown"]);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_times_out_is_sent_again_only_under_a_guard_that_names_the_write_id() {
    for (verb, resent) in [
        ("create", false),
        ("update", false),
        ("put", false),
        ("save", true),
        ("put at", true),
        ("replace", true),
        ("modify", true),
        ("delete", true),
    ] {
        let (shop, stored) = shop_for(verb, Local::from_env().unwrap()).await;
        shop.local.on(operation(verb)).inject(Fault::HangBefore);
        let outcome = write(&hasty(&shop, true), stored, verb).await;
        assert_eq!(
            writes(&shop.local).len(),
            if resent { 2 } else { 1 },
            "{verb}"
        );
        assert_eq!(applied(&shop.local), usize::from(resent), "{verb}");
        assert_eq!(outcome.is_ok(), resent, "{verb}");
    }
}

/// The operation's time covers all attempts: a resend is not begun when it is over.
#[tokio::test(start_paused = true)]
async fn an_operation_that_times_out_is_settled_by_a_read_of_its_own() {
    for (verb, fault, told) in [
        ("create", Fault::HangAfter, true),
        ("create", Fault::HangBefore, false),
        ("save", Fault::HangAfter, true),
        ("save", Fault::HangBefore, false),
        ("update", Fault::HangAfter, true),
        ("put", Fault::HangAfter, true),
        ("put at", Fault::HangAfter, true),
        ("replace", Fault::HangAfter, true),
        ("modify", Fault::HangAfter, true),
    ] {
        let (shop, stored) = shop_for(verb, Local::from_env().unwrap()).await;
        shop.local.on(operation(verb)).inject(fault);
        let outcome = write(&hasty(&shop, false), stored, verb).await;
        assert_eq!(outcome.is_ok(), told, "{verb}");
        assert_eq!(writes(&shop.local).len(), 1, "{verb}");
        assert_eq!(shop.local.operations().last().unwrap(), "GetItem");
        if let Err(error) = outcome {
            assert!(error.is_outcome_unknown(), "{verb}: {error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_delete_that_times_out_is_unknown_whether_or_not_the_item_is_gone() {
    for fault in [Fault::HangAfter, Fault::HangBefore] {
        let gone = matches!(fault, Fault::HangAfter);
        let (shop, stored) = shop_for("delete", Local::from_env().unwrap()).await;
        shop.local.on("DeleteItem").inject(fault);
        let error = refused(write(&hasty(&shop, false), stored, "delete").await);
        assert!(error.is_outcome_unknown(), "{error}");
        assert_eq!(raw(&shop.quiet, Order::key("o1")).await.is_none(), gone);
    }
}

/// A timeout after a definite answer, while the SDK pauses before it tries again, leaves nothing in doubt.
#[tokio::test(start_paused = true)]
async fn an_operation_that_times_out_after_a_definite_answer_was_not_applied() {
    use aws_sdk_dynamodb::config::retry::RetryConfig;
    let shop = watched_order().await;
    let limit = TimeoutConfig::builder().operation_timeout(SECOND);
    // Long enough that a random part of it is.
    let pause = 10_000_000 * SECOND;
    let retry = RetryConfig::standard()
        .with_initial_backoff(pause)
        .with_max_backoff(pause);
    let config = shop.local.config().timeout_config(limit.build());
    let config = config.retry_config(retry).build();
    let store = Store::new(Client::from_conf(config));
    shop.local.on("UpdateItem").always().inject(Fault::Throttle);
    let update = store.update(Order::key("o1")).set(|o| o.stock.add(1));
    let error = refused(update.send().await);
    assert!(
        !error.is_outcome_unknown() && !error.is_refusal(),
        "{error}"
    );
    assert_eq!(shop.local.operations(), ["UpdateItem"], "nor is it read");
    assert_eq!(stored_order(&shop.quiet).await, order_item(1));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_comes_late_but_in_time_is_final() {
    let shop = watched_order().await;
    let store = hasty(&shop, true);
    shop.local.on("PutItem").inject(Fault::Delay(SECOND / 2));
    let error = refused(store.create(order()).send().await);
    assert!(matches!(error, Error::AlreadyExists(_)), "{error}");
    assert_eq!(shop.local.operations(), ["PutItem"]);
}

/// Polls the write so many times, and drops it.
async fn dropped(polls: usize, write: impl Future<Output = Result<()>>) -> Option<Result<()>> {
    let yields = async {
        for _ in 0..polls {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        outcome = write => Some(outcome),
        () = yields => None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_write_leaves_the_old_state_or_the_new_one_and_sends_nothing_more() {
    for verb in VERBS.into_iter().filter(|verb| *verb != "save when") {
        let (mut old, mut new) = (0, 0);
        for polls in 0.. {
            // Only the embedded database says of every request whether it was applied.
            let (shop, stored) = shop_for(verb, Local::new()).await;
            let before = stored.clone();
            let write = Box::pin(write(&shop.store, stored, verb));
            let outcome = dropped(polls, write).await;
            if let Some(outcome) = outcome {
                outcome.unwrap();
                break;
            }
            let sent = shop.local.operations();
            tokio::time::sleep(60 * SECOND).await;
            assert_eq!(shop.local.operations(), sent, "{verb} after {polls} polls");
            let now = shop.quiet.get(Order::key("o1")).send().await.unwrap();
            let version = |stored: &Option<Stored<Order>>| stored.as_ref().map(Stored::version);
            if version(&now) == version(&before) {
                assert_eq!(
                    now.as_ref().map(Stored::item),
                    before.as_ref().map(Stored::item)
                );
                old += 1;
            } else {
                assert_eq!(applied(&shop.local), 1, "{verb} after {polls} polls");
                let marked = now.as_ref().and_then(|order| order.note.as_deref());
                assert_eq!(marked, (verb != "delete").then_some(MARK));
                new += 1;
            }
        }
        // Once polled, it may go either way: that is why its outcome is unknown.
        assert!(
            old > 0 && new > 0,
            "{verb}: {old} times old, {new} times new"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_is_never_polled_is_never_sent() {
    let shop = watched_order().await;
    let update = shop.store.update(Order::key("o1")).set(|o| o.stock.add(1));
    drop(update.send());
    drop(shop.store.create(order()));
    tokio::time::sleep(SECOND).await;
    assert!(shop.local.operations().is_empty());
    assert_eq!(stored_order(&shop.quiet).await["stock"], n(10));
}

/// A caller's own timeout is a dropped future: the next write finds out by its guard.
#[tokio::test(start_paused = true)]
async fn after_a_callers_timeout_the_next_save_meets_a_conflict_or_is_applied() {
    for fault in [Fault::HangAfter, Fault::HangBefore] {
        let landed = matches!(fault, Fault::HangAfter);
        let (shop, stored) = shop_for("save", Local::from_env().unwrap()).await;
        shop.local.on("UpdateItem").inject(fault);
        let first = write(&shop.store, stored.clone(), "save");
        tokio::time::timeout(SECOND, first).await.unwrap_err();
        let second = write(&shop.store, stored, "save").await;
        assert_eq!(second.is_ok(), !landed);
        if let Err(error) = second {
            assert!(error.is_conflict(), "{error}");
        }
        assert_eq!(stored_order(&shop.quiet).await["item_version"], n(2));
    }
}
