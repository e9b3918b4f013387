//! Time: a call has one budget, and a clock that is set back neither prolongs a call nor revives a token.
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::Client;
use aws_smithy_async::time::TimeSource;
use dynacond::{Error, RetryPolicy, Store, Transaction, Versioned};
use dynacond_local::Fault;
use tokio::time::Instant;

use crate::support::{Account, BankError, Db, account, bank, transfer};

/// A client whose clock goes with the paused one.
pub(crate) fn clocked(db: &Db, clock: impl TimeSource + 'static) -> Client {
    Client::from_conf(db.local.config().time_source(clock).build())
}

/// A clock that goes with the paused one.
#[derive(Debug)]
pub(crate) struct PausedClock(pub(crate) Instant);

impl TimeSource for PausedClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000) + self.0.elapsed()
    }
}

/// A clock that somebody sets back by a minute every ten seconds.
#[derive(Debug)]
struct SetBack(Instant);

impl TimeSource for SetBack {
    fn now(&self) -> SystemTime {
        let gone = self.0.elapsed();
        let back = 60 * (gone.as_secs() / 10);
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 - back) + gone
    }
}

/// A store with pauses of 400 milliseconds, and time for five of them.
fn five_pauses(db: &Db) -> Store {
    let pause = Duration::from_millis(400);
    let policy = RetryPolicy::default()
        .with_elapsed(Duration::from_millis(2100))
        .with_backoff(pause, pause);
    let full = move || pause.as_nanos();
    let client = clocked(db, PausedClock(Instant::now()));
    Store::builder(client).retry(policy).random(full).build()
}

/// Five pauses, and no sixth.
#[track_caller]
fn assert_five_pauses(started: Instant) {
    let millis = started.elapsed().as_millis();
    assert!((2000..2100).contains(&millis), "{millis}");
}

#[tokio::test(start_paused = true)]
async fn all_reads_of_a_call_share_one_budget_of_time() {
    let ids = ["a", "b", "c", "d", "e"];
    let db = bank(&ids.map(|id| (id, 1))).await;
    // Each read is answered at its fourth attempt, after 1.2 seconds: none of them alone would pass the budget.
    for nth in (1..=20).filter(|nth| nth % 4 != 0) {
        db.local.on("GetItem").nth(nth).inject(Fault::LoseRequest);
    }
    let store = five_pauses(&db);
    let sum = |tx: &mut Transaction| -> dynacond::Result<u64> {
        let mut sum = 0;
        for id in ids {
            sum += tx.require(Account::key(id))?.balance;
        }
        Ok(sum)
    };
    let started = Instant::now();
    let error = store.transact(sum).send().await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    // Three pauses and an answer; then two more pauses fit into the budget.
    assert_five_pauses(started);
    assert_eq!(db.operations().len(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_batch_and_the_commit_share_the_budget_too() {
    let db = bank(&[("a", 100), ("b", 0)]).await;
    let batches = db.local.on("BatchGetItem").times(4);
    batches.inject(Fault::Status500Before);
    let commits = db.local.on("TransactWriteItems").always();
    commits.inject(Fault::TransactionConflict);
    let store = five_pauses(&db);
    let started = Instant::now();
    let run = store.transact(|tx| transfer(tx, "a", "b", 30));
    let outcome = run.send::<(), BankError>().await;
    assert!(
        matches!(&outcome, Err(BankError::Dynamo(Error::Exhausted(_)))),
        "{outcome:?}"
    );
    assert_five_pauses(started);
    let commits = db.transactions().len();
    assert_eq!(commits, 2, "1.6 seconds went into the batch");
}

#[tokio::test(start_paused = true)]
async fn modify_reads_and_saves_in_one_budget() {
    let db = bank(&[("a", 100)]).await;
    db.local.on("GetItem").times(4).inject(Fault::LoseRequest);
    let rivals = db.local.on("UpdateItem").always();
    rivals.inject(crate::support::rival_adds("a", 1));
    let store = five_pauses(&db);
    let started = Instant::now();
    let modify = store.modify(Account::key("a"), |a| a.balance += 1);
    let error = modify.send().await.unwrap_err();
    assert!(matches!(error, Error::Exhausted(_)), "{error}");
    assert_five_pauses(started);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_does_not_prolong_a_call() {
    let policy = RetryPolicy::default().with_attempts(100_000);
    let db = bank(&[("a", 1)]).await;
    let throttled = db.local.on_any().always();
    throttled.inject(Fault::Throttle);
    let store = Store::builder(clocked(&db, SetBack(Instant::now())));
    let store = store.retry(policy).build();
    let put = |tx: &mut Transaction| -> dynacond::Result<_> { tx.put(account("new", 1)) };
    let started = Instant::now();
    let error = store.transact(put).send().await.unwrap_err();
    assert!(matches!(error, Error::Exhausted(_)), "{error}");
    let seconds = started.elapsed().as_secs();
    assert!((29..=30).contains(&seconds), "{seconds} of 30 seconds");
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_gives_a_token_no_second_life() {
    let policy = RetryPolicy::default()
        .with_attempts(10_000)
        .with_elapsed(Duration::from_hours(1));
    let db = bank(&[("a", 100), ("b", 0)]).await;
    let running = db.local.on("TransactWriteItems").always();
    running.inject(Fault::TransactionInProgress);
    let store = Store::builder(clocked(&db, SetBack(Instant::now())));
    let store = store.retry(policy).build();
    let started = Instant::now();
    let run = store.transact(|tx| transfer(tx, "a", "b", 30));
    let outcome = run.send::<(), BankError>().await;
    assert!(
        matches!(&outcome, Err(BankError::Dynamo(Error::OutcomeUnknown(_)))),
        "{outcome:?}"
    );
    assert_eq!(started.elapsed().as_secs() / 60, 9);
}
