//! Transactions that lost every answer: one read tells what it can, and a resend that comes later says no more than it knows.
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dynacond::{Error, OutcomeUnknown, Result, RetryPolicy, Store, Versioned};
use dynacond_local::Fault;

use crate::support::{Account, BankError, Db, account, rival_adds, task, transfer, with_retry};

/// Accounts `a` and `b`, and a store that sends three times at most.
async fn accounts() -> Db {
    let db = with_retry(RetryPolicy::default().with_attempts(3)).await;
    db.create(account("a", 100)).await;
    db.create(account("b", 0)).await;
    db
}

fn every_transaction(db: &Db, fault: Fault) {
    db.local.on("TransactWriteItems").always().inject(fault);
}

#[track_caller]
fn unknown<T>(outcome: Result<T>) -> Box<OutcomeUnknown> {
    match outcome {
        Err(Error::OutcomeUnknown(unknown)) => unknown,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("nobody can know that it was applied"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_lost_every_answer_is_found_to_be_applied_by_one_read() {
    for fault in [Fault::LoseAnswer, Fault::Status500After] {
        let db = accounts().await;
        every_transaction(&db, fault.clone());
        let run = db.store.transact(|tx| transfer(tx, "a", "b", 30));
        run.send::<(), BankError>().await.unwrap();
        let sent = ["TransactWriteItems"; 3];
        let expected = [&["BatchGetItem"][..], &sent, &["GetItem"]].concat();
        assert_eq!(db.operations(), expected, "{fault}");
        assert_eq!((db.balance("a").await, db.balance("b").await), (70, 30));

        let db = accounts().await;
        every_transaction(&db, fault);
        let add = |id| db.store.update(Account::key(id)).set(|a| a.balance.add(1));
        let check = db.store.check(Account::key("none"), |a| a.id.not_exists());
        let outcome = db.store.transact_write((check, add("a"), add("b")));
        let ((), a, _) = outcome.send().await.unwrap();
        assert_eq!(db.operations(), [&sent[..], &["GetItem"]].concat());
        // The item of the first action that stamps an id is the one to look at.
        assert_eq!(db.local.log()[3].body["Key"]["id"]["S"], "a");
        let stored = db.account("a").await.unwrap();
        assert_eq!(dynacond::Stored::write_id(&stored), a.write_id.as_deref());
    }
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_a_read_does_not_show_is_unknown() {
    let db = accounts().await;
    every_transaction(&db, Fault::LoseRequest);
    let check = db.store.check(Account::key("none"), |a| a.id.not_exists());
    let add = db.store.update(Account::key("b")).set(|b| b.balance.add(1));
    let lost = unknown(db.store.transact_write((check, add)).send().await);
    assert_eq!(db.operations().len(), 4, "{:?}", db.operations());
    // Key, write id and item are of one item.
    assert_eq!(lost.key(), Account::key("b").raw());
    assert!(lost.write_id().is_some());
    assert_eq!(
        lost.last_seen().unwrap()["balance"],
        aws_sdk_dynamodb::types::AttributeValue::N("0".into())
    );
    assert!(std::error::Error::source(&*lost).is_some());

    // The read is lost, too: it is not asked for again.
    let db = accounts().await;
    every_transaction(&db, Fault::LoseAnswer);
    db.local.on("GetItem").always().inject(Fault::LoseRequest);
    let add = db.store.update(Account::key("b")).set(|b| b.balance.add(1));
    let lost = unknown(db.store.transact_write((add,)).send().await);
    assert!(lost.last_seen().is_none());
    assert_eq!(db.operations().last().unwrap(), "GetItem");
    assert_eq!(db.operations().len(), 4, "{:?}", db.operations());
}

#[tokio::test(start_paused = true)]
async fn deletions_alone_leave_nothing_to_read() {
    let db = accounts().await;
    every_transaction(&db, Fault::LoseAnswer);
    let task = db.create(task("t", "steve")).await;
    let lost = unknown(
        db.store
            .transact_write((db.store.delete(task),))
            .send()
            .await,
    );
    assert!(lost.write_id().is_none());
    assert_eq!(db.operations(), ["TransactWriteItems"; 3]);
}

/// Random numbers that two stores draw alike, except for the token that comes after `ids` write ids.
fn alike(ids: u64) -> impl Fn() -> u128 + Send + Sync + 'static {
    let drawn = Arc::new(AtomicU64::new(0));
    let token = fastrand::u128(..);
    move || match drawn.fetch_add(1, Ordering::Relaxed) {
        id if id < ids => u128::from(id) + 1,
        _ => token,
    }
}

/// Two stores whose transactions stamp the same ids under two tokens: what one has committed is to the other its own commit
/// whose token has expired.
fn one_writer_with_two_tokens(db: &Db) -> (Store, Store) {
    let policy = RetryPolicy::default().with_attempts(2);
    let builder = Store::builder(db.local.client()).retry(policy);
    let first = builder.random(alike(2)).build();
    let after = Store::builder(db.local.quiet_client()).random(alike(2));
    (first, after.build())
}

async fn raise_both(store: &Store, db: &Db) -> Result {
    let (mut a, mut b) = (
        db.account("a").await.unwrap(),
        db.account("b").await.unwrap(),
    );
    a.balance += 1;
    b.balance += 1;
    let both = (store.save(a), store.save(b));
    store.transact_write(both).send().await.map(drop)
}

#[tokio::test(start_paused = true)]
async fn a_resend_beyond_the_life_of_the_token_finds_its_own_write() {
    let db = accounts().await;
    let (store, landed) = one_writer_with_two_tokens(&db);
    every_transaction(&db, Fault::LoseRequest);
    let lost = unknown(raise_both(&store, &db).await);
    raise_both(&landed, &db).await.unwrap();
    db.local.clear_faults();
    lost.resend::<()>().await.unwrap();
    assert_eq!((db.balance("a").await, db.balance("b").await), (101, 1));
}

#[tokio::test]
async fn a_token_used_again_for_other_actions_is_no_proof_of_them() {
    let db = accounts().await;
    // The same write ids, as a caller's token gives them again, after DynamoDB has forgotten it.
    let (store, landed) = one_writer_with_two_tokens(&db);
    let create = |store: &Store| store.create(task("t", "steve"));
    let add = |store: &Store, id| store.update(Account::key(id)).set(|a| a.balance.add(1));
    let first = landed.transact_write((create(&landed), add(&landed, "a")));
    first.send().await.unwrap();
    let other = store.transact_write((create(&store), add(&store, "b")));
    let refused = other.send().await.unwrap_err();
    assert!(matches!(refused, Error::AlreadyExists(_)), "{refused}");
    assert_eq!((db.balance("a").await, db.balance("b").await), (101, 0));
}

/// A relative update has no guard that its own first landing would refuse.
#[tokio::test(start_paused = true)]
async fn a_resend_looks_for_its_own_write_before_it_sends_again() {
    let db = accounts().await;
    every_transaction(&db, Fault::LoseAnswer);
    db.local.on("GetItem").inject(Fault::LoseRequest);
    let add = db.store.update(Account::key("a")).set(|a| a.balance.add(1));
    let lost = unknown(db.store.transact_write((add,)).send().await);
    db.local.clear_faults();
    db.local.clear_log();
    lost.resend::<()>().await.unwrap();
    assert_eq!(db.operations(), ["GetItem"]);
    assert_eq!(db.balance("a").await, 101);
}

#[tokio::test(start_paused = true)]
async fn a_resend_beyond_the_life_of_the_token_is_not_told_as_refused_by_what_came_after_it() {
    for landed_before in [false, true] {
        let db = accounts().await;
        let (store, landed) = one_writer_with_two_tokens(&db);
        every_transaction(&db, Fault::LoseRequest);
        let lost = unknown(raise_both(&store, &db).await);
        if landed_before {
            raise_both(&landed, &db).await.unwrap();
        }
        db.local.clear_faults();
        // Before the resend looks for its own write.
        let rivals = rival_adds("a", 5).then(rival_adds("b", 5));
        db.local.on("GetItem").inject(rivals);
        unknown(lost.resend::<()>().await);
        let raised = u64::from(landed_before);
        assert_eq!(db.balance("a").await, 105 + raised);
    }
}

#[tokio::test(start_paused = true)]
async fn a_resend_whose_condition_is_false_on_the_item_that_it_replaces_was_not_applied() {
    let db = accounts().await;
    every_transaction(&db, Fault::LoseRequest);
    let (mut a, b) = (
        db.account("a").await.unwrap(),
        db.account("b").await.unwrap(),
    );
    a.balance += 1;
    let both = (
        db.store.save(a).when(|a| a.balance.gt(500)),
        db.store.delete(b),
    );
    let lost = unknown(db.store.transact_write(both).send().await);
    db.local.clear_faults();
    let error = lost.resend::<()>().await.unwrap_err();
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
}
