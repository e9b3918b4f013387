//! Lost requests and lost answers: applied once, never twice, and told as it is.
use std::time::Duration;

use dynacond::{Error, RetryPolicy, Stored, Transaction, Versioned};
use dynacond_local::{Fault, Local};
use tokio::time::Instant;

use crate::support::{Account, BankError, Db, account, bank, hasty, transfer, with_retry};
use crate::time::{PausedClock, clocked};

async fn run_transfer(db: &Db) -> Result<(), BankError> {
    let run = db.store.transact(|tx| transfer(tx, "a", "b", 30));
    run.send().await
}

async fn balances(db: &Db) -> (u64, u64) {
    (db.balance("a").await, db.balance("b").await)
}

fn on_transactions(local: &Local, times: usize, fault: Fault) {
    local.on("TransactWriteItems").times(times).inject(fault);
}

#[tokio::test(start_paused = true)]
async fn a_lost_request_or_answer_is_sent_again_and_applied_once() {
    for fault in [
        Fault::LoseRequest,
        Fault::LoseAnswer,
        Fault::DeliverLate,
        Fault::DeliverAfter(1),
        Fault::Status500Before,
        Fault::Status500After,
    ] {
        for times in [1, 4] {
            let db = bank(&[("a", 100), ("b", 0)]).await;
            on_transactions(&db.local, times, fault.clone());
            run_transfer(&db).await.unwrap();
            assert_eq!(balances(&db).await, (70, 30), "{fault} {times} times");
            db.local.deliver();
            assert_eq!(balances(&db).await, (70, 30), "{fault} {times} times, late");
            let sent = db.transactions();
            assert!(sent.iter().all(|request| request.body == sent[0].body));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_answer_at_all_is_unknown_and_can_be_sent_again() {
    for (fault, applied) in [(Fault::LoseRequest, false), (Fault::LoseAnswer, true)] {
        let db = with_retry(RetryPolicy::default().with_attempts(2)).await;
        db.create(account("a", 100)).await;
        db.create(account("b", 0)).await;
        db.local
            .on("TransactWriteItems")
            .always()
            .inject(fault.clone());
        // And what would tell.
        db.local.on("GetItem").always().inject(Fault::LoseRequest);
        let Err(BankError::Dynamo(Error::OutcomeUnknown(unknown))) = run_transfer(&db).await else {
            panic!("{fault}: not unknown")
        };
        assert_eq!(balances(&db).await.1 == 30, applied);
        assert_eq!(
            (unknown.verb(), unknown.item_type()),
            ("transact", "Account")
        );
        db.local.clear_faults();
        unknown.resend::<()>().await.unwrap();
        assert_eq!(balances(&db).await, (70, 30), "{fault}");
        unknown.resend::<()>().await.unwrap();
        assert_eq!(balances(&db).await, (70, 30), "the token makes it one");
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_request_still_running_is_asked_for_again_later() {
    let db = bank(&[("a", 100), ("b", 0)]).await;
    on_transactions(&db.local, 2, Fault::TransactionInProgress);
    let started = Instant::now();
    run_transfer(&db).await.unwrap();
    // Soon at first, for most are done within milliseconds; then after the five seconds that AWS names.
    let seconds = started.elapsed().as_secs();
    assert!((5..6).contains(&seconds), "{seconds}");
    let sent = db.transactions();
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|request| request.body == sent[0].body));
    assert_eq!(balances(&db).await, (70, 30));
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_answer_contention_does_not_make_it_refused() {
    let db = with_retry(RetryPolicy::default().with_attempts(3)).await;
    db.create(account("a", 100)).await;
    db.create(account("b", 0)).await;
    // The first attempt is still on its way when the policy ends.
    on_transactions(&db.local, 1, Fault::DeliverLate);
    db.local
        .on("TransactWriteItems")
        .always()
        .inject(Fault::TransactionConflict);
    let outcome = run_transfer(&db).await;
    assert!(
        matches!(&outcome, Err(BankError::Dynamo(Error::OutcomeUnknown(_)))),
        "{outcome:?}"
    );
    db.local.deliver();
    assert_eq!(balances(&db).await, (70, 30), "it did arrive");
}

/// A late attempt, contention, and then a refusal: told by what the refused guard names.
#[tokio::test(start_paused = true)]
async fn a_refusal_after_a_lost_answer_is_final_only_if_its_guard_names_a_write_id() {
    // Guards that name write ids: whoever refused the resend refuses the late attempt as well, and the run goes on.
    let db = bank(&[("a", 100), ("b", 0)]).await;
    on_transactions(&db.local, 1, Fault::DeliverLate);
    on_transactions(&db.local, 1, Fault::TransactionConflict);
    on_transactions(&db.local, 1, crate::support::rival_adds("a", 5));
    run_transfer(&db).await.unwrap();
    assert_eq!(balances(&db).await, (75, 30));
    db.local.deliver();
    assert_eq!(balances(&db).await, (75, 30), "the late attempt is refused");

    // A relative update: the stock may be there when the late attempt arrives.
    let db = bank(&[("a", 100), ("b", 0)]).await;
    let take = |tx: &mut Transaction| -> dynacond::Result<()> {
        tx.update(Account::key("a"), |a| a.balance.subtract(150))?;
        tx.update(Account::key("b"), |b| b.balance.add(150))
    };
    on_transactions(&db.local, 1, Fault::DeliverLate);
    let error = db.store.transact(take).send().await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error}");
    let more = db
        .quiet
        .update(Account::key("a"))
        .set(|a| a.balance.add(100));
    more.send().await.unwrap();
    db.local.deliver();
    assert_eq!(balances(&db).await, (50, 150), "it could");
}

#[tokio::test(start_paused = true)]
async fn a_reason_that_ends_the_run_says_nothing_of_a_late_attempt() {
    let db = bank(&[("a", 100), ("b", 0)]).await;
    on_transactions(&db.local, 1, Fault::DeliverLate);
    on_transactions(&db.local, 1, Fault::Cancel(vec!["ValidationError"]));
    let outcome = run_transfer(&db).await;
    assert!(
        matches!(&outcome, Err(BankError::Dynamo(Error::OutcomeUnknown(_)))),
        "{outcome:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_is_not_used_beyond_its_life() {
    let policy = RetryPolicy::default()
        .with_attempts(10_000)
        .with_elapsed(Duration::from_hours(1));
    let db = bank(&[("a", 100), ("b", 0)]).await;
    // The clock of the client goes with the paused one.
    let client = clocked(&db, PausedClock(Instant::now()));
    let store = dynacond::Store::builder(client).retry(policy).build();
    db.local
        .on("TransactWriteItems")
        .always()
        .inject(Fault::TransactionInProgress);
    let started = Instant::now();
    let run = store.transact(|tx| transfer(tx, "a", "b", 30));
    let outcome = run.send().await;
    assert!(
        matches!(&outcome, Err(BankError::Dynamo(Error::OutcomeUnknown(_)))),
        "{outcome:?}"
    );
    let minutes = started.elapsed().as_secs() / 60;
    assert_eq!(minutes, 9);
}

#[tokio::test]
async fn a_lost_answer_on_a_lone_plain_write_is_never_applied_twice() {
    for fault in [
        Fault::LoseRequest,
        Fault::LoseAnswer,
        Fault::DeliverLate,
        Fault::Status500After,
    ] {
        let db = with_retry(hasty()).await;
        db.create(account("a", 1)).await;
        db.local.on("UpdateItem").inject(fault.clone());
        let add = |tx: &mut Transaction| -> dynacond::Result<_> {
            let mut a = tx.require(Account::key("a"))?;
            a.balance += 1;
            tx.put(a)
        };
        let told = db.store.transact(add).send().await.unwrap();
        db.local.deliver();
        let stored = db.account("a").await.unwrap();
        assert_eq!(
            (stored.balance, Stored::version(&stored)),
            (2, 2),
            "{fault}"
        );
        assert_eq!(Stored::item(&told), Stored::item(&stored), "{fault}");
    }
    // A lone create has only its own write id to be known by.
    let db = with_retry(hasty()).await;
    db.local.on("PutItem").inject(Fault::LoseRequest);
    let create = |tx: &mut Transaction| -> dynacond::Result<_> { tx.create(account("a", 1)) };
    let error = db.store.transact(create).send().await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error}");
    assert!(db.account("a").await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_lone_relative_update_is_applied_exactly_once() {
    for fault in [
        Fault::LoseRequest,
        Fault::LoseAnswer,
        Fault::DeliverAfter(1),
    ] {
        let db = bank(&[("a", 1)]).await;
        on_transactions(&db.local, 1, fault.clone());
        let add = |tx: &mut Transaction| tx.update(Account::key("a"), |a| a.balance.add(1));
        db.store.transact(add).send().await.unwrap();
        assert_eq!(db.balance("a").await, 2, "{fault}");
    }
}
