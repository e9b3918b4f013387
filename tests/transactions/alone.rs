//! A single write that is sent without a transaction: it is sent again after a lost request or answer, and applied once.
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dynacond::{Error, RetryPolicy, Store, Stored, Transaction, Versioned};
use dynacond_local::Fault;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::support::{Account, Db, account, bank, database, rival_adds, with_retry};
use crate::time::{PausedClock, clocked};

/// What a function may do that is sent as one write. Each leaves a balance of 7.
const ALONE: [&str; 8] = [
    "create",
    "put of a new item",
    "create of what is absent",
    "put of what is absent",
    "put of what was read",
    "save of what was read",
    "put over what was read",
    "update of what was read",
];

fn creates(what: &str) -> bool {
    !what.ends_with("was read")
}

fn write(tx: &mut Transaction, what: &str) -> dynacond::Result<Stored<Account>> {
    let key = || Account::key("a");
    if what.ends_with("what is absent") {
        assert!(tx.get(key())?.is_none());
    }
    let seven = account("a", 7);
    if what.starts_with("create") {
        return tx.create(seven);
    }
    if creates(what) {
        return tx.put(seven);
    }
    let mut read = tx.require(key())?;
    match what {
        "put over what was read" => tx.put(seven),
        "update of what was read" => {
            tx.update(key(), |a| a.balance.to(7))?;
            tx.require(key())
        }
        _ => {
            read.balance = 7;
            match what {
                "save of what was read" => tx.save(read),
                _ => tx.put(read),
            }
        }
    }
}

async fn bank_for(what: &str) -> Db {
    if creates(what) {
        bank(&[]).await
    } else {
        bank(&[("a", 1)]).await
    }
}

fn operation_of(what: &str) -> &'static str {
    if creates(what) {
        "PutItem"
    } else {
        "UpdateItem"
    }
}

/// A fault: a rival that saves what it has read raises the balance right before the request is applied.
fn rival_saves() -> Fault {
    Fault::rival(|client| async move {
        let store = Store::new(client);
        let mut a = store.get(Account::key("a")).send().await.unwrap().unwrap();
        a.balance += 100;
        store.save(a).send().await.unwrap();
    })
}

#[tokio::test(start_paused = true)]
async fn every_write_that_goes_alone_is_applied_once_whatever_is_lost() {
    for what in ALONE {
        for fault in [
            Fault::LoseRequest,
            Fault::LoseAnswer,
            Fault::DeliverLate,
            Fault::DeliverAfter(1),
            Fault::Status500Before,
            Fault::Status500After,
        ] {
            for times in [1, 4] {
                let story = format!("{what}, {fault} {times} times");
                let db = bank_for(what).await;
                let (before, operation) = (u64::from(!creates(what)), operation_of(what));
                db.local.on(operation).times(times).inject(fault.clone());
                let run = db.store.transact(|tx| write(tx, what));
                let told = run.send().await.expect(&story);
                db.local.clear_faults();
                db.local.deliver();
                let stored = db.account("a").await.unwrap();
                let is = (stored.balance, Stored::version(&stored));
                assert_eq!(is, (7, before + 1), "{story}");
                assert_eq!(Stored::item(&told), Stored::item(&stored), "{story}");
                let mut sent = db.operations();
                sent.retain(|sent| sent != "GetItem");
                assert!(sent.iter().all(|sent| sent == operation), "{story}");
                // The answer is as good as one without a loss.
                db.quiet.save(told).send().await.expect(&story);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_attempt_of_a_create_has_a_write_id_of_its_own() {
    let db = bank(&[]).await;
    let lost = db.local.on("PutItem").times(2);
    lost.inject(Fault::LoseRequest);
    let run = db.store.transact(|tx| write(tx, "create"));
    let told = run.send().await.unwrap();
    let log = db.local.log();
    let ids: Vec<_> = log
        .iter()
        .map(|put| put.body["Item"]["item_write_id"]["S"].as_str().unwrap())
        .collect();
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
    assert_eq!(Stored::write_id(&told), Some(ids[2]));
}

#[tokio::test(start_paused = true)]
async fn a_rival_that_saved_the_created_item_shows_that_it_was_created() {
    for what in ALONE.into_iter().filter(|what| creates(what)) {
        let db = bank(&[]).await;
        db.local.on("PutItem").inject(Fault::LoseAnswer);
        db.local.on("PutItem").inject(rival_saves());
        let run = db.store.transact(|tx| write(tx, what));
        let told = run.send().await.unwrap();
        assert_eq!((told.balance, Stored::version(&told)), (7, 1), "{what}");
        assert_eq!(db.balance("a").await, 107, "{what}");
    }
}

/// The function does not run again, because the lost attempt may have been applied.
#[tokio::test(start_paused = true)]
async fn an_item_that_does_not_show_the_create_leaves_the_outcome_unknown() {
    let created_first = || {
        Fault::rival(|client| async move {
            let create = Store::new(client).create(account("a", 3));
            create.send().await.unwrap();
        })
    };
    for what in ALONE.into_iter().filter(|what| creates(what)) {
        for (lost, rival, left) in [
            (Fault::LoseAnswer, rival_adds("a", 5), 12),
            (Fault::LoseRequest, created_first(), 3),
            (Fault::DeliverLate, created_first(), 3),
        ] {
            let db = bank(&[]).await;
            db.local.on("PutItem").inject(lost.clone());
            db.local.on("PutItem").inject(rival);
            let error = db.store.transact(|tx| write(tx, what)).send().await;
            let error = error.unwrap_err();
            assert!(error.is_outcome_unknown(), "{what}, {lost}: {error}");
            db.local.deliver();
            assert_eq!(db.balance("a").await, left, "{what}, {lost}");
        }
    }
}

/// The documented limit: after a deletion, the item does not show that it was created before.
#[tokio::test(start_paused = true)]
async fn an_item_that_was_deleted_between_two_attempts_is_created_again_under_another_id() {
    let db = bank(&[]).await;
    db.local.on("PutItem").inject(Fault::LoseAnswer);
    let rival = Fault::rival(|client| async move {
        let store = Store::new(client);
        let delete = store.delete(Account::key("a")).unconditional();
        delete.send().await.unwrap();
    });
    db.local.on("PutItem").inject(rival);
    let run = db.store.transact(|tx| write(tx, "create"));
    let told = run.send().await.unwrap();
    let first = &db.local.log()[0].body["Item"]["item_write_id"]["S"];
    assert_ne!(Stored::write_id(&told), first.as_str());
    let stored = db.account("a").await.unwrap();
    assert_eq!(Stored::item(&told), Stored::item(&stored));
}

#[tokio::test(start_paused = true)]
async fn a_rival_between_two_attempts_of_a_change_is_a_conflict_and_the_function_runs_again() {
    for what in ALONE.into_iter().filter(|what| !creates(what)) {
        let db = bank_for(what).await;
        db.local.on("UpdateItem").inject(Fault::LoseRequest);
        db.local.on("UpdateItem").inject(rival_saves());
        let runs = AtomicU64::new(0);
        let run = db.store.transact(|tx| {
            runs.fetch_add(1, Ordering::SeqCst);
            write(tx, what)
        });
        let told = run.send().await.unwrap();
        assert_eq!((told.balance, Stored::version(&told)), (7, 3), "{what}");
        // Once for the read, once before the rival, and once after it.
        assert_eq!(runs.into_inner(), 3, "{what}");
    }
}

/// Without a version, the write id of the answer is the whole guard of a later save.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "drafts", version = false)]
struct Draft {
    #[dynacond(partition_key)]
    id: String,
    text: String,
}

#[tokio::test(start_paused = true)]
async fn the_answer_of_a_create_never_names_what_a_rival_wrote_since() {
    let db = database().await;
    dynacond_local::create_table::<Draft>(&db.quiet)
        .await
        .unwrap();
    let text = |text: &str| Draft {
        id: "d".to_owned(),
        text: text.to_owned(),
    };
    db.local.on("PutItem").times(2).inject(Fault::LoseAnswer);
    let rival = Fault::rival(|client| async move {
        let store = Store::new(client);
        let mut draft = store.get(Draft::key("d")).send().await.unwrap().unwrap();
        draft.text = "theirs".to_owned();
        store.save(draft).send().await.unwrap();
    });
    db.local.on("PutItem").inject(rival);
    let run = db
        .store
        .transact(|tx| -> dynacond::Result<_> { tx.create(text("mine")) });
    let mut told = run.send().await.unwrap();
    assert_eq!(told.text, "mine");
    told.text = "mine again".to_owned();
    let error = db.quiet.save(told).send().await.unwrap_err();
    assert!(matches!(error, Error::Conflict(_)), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_function_that_writes_something_else_each_time_keeps_its_first_answer() {
    let db = bank(&[]).await;
    db.local.on("PutItem").inject(Fault::LoseRequest);
    let balance = AtomicU64::new(1);
    let run = db.store.transact(|tx| -> dynacond::Result<_> {
        tx.create(account("a", balance.fetch_add(1, Ordering::SeqCst)))
    });
    let mut told = run.send().await.unwrap();
    assert_eq!((told.balance, db.balance("a").await), (1, 1));
    told.balance = 9;
    let error = db.quiet.save(told).send().await.unwrap_err();
    assert!(matches!(error, Error::Conflict(_)), "{error}");
}

/// An item with the time of its last write.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "visits", written_at = "seen_at")]
struct Visit {
    #[dynacond(partition_key)]
    id: String,
}

#[tokio::test(start_paused = true)]
async fn the_answer_of_a_create_that_was_sent_again_has_the_time_that_is_stored() {
    let db = database().await;
    dynacond_local::create_table::<Visit>(&db.quiet)
        .await
        .unwrap();
    let client = clocked(&db, PausedClock(Instant::now()));
    let minute = Duration::from_mins(1);
    let policy = RetryPolicy::default()
        .with_elapsed(minute * 60)
        .with_backoff(minute, minute);
    let store = Store::builder(client).retry(policy).build();
    let started = Instant::now();
    db.local.on("PutItem").times(5).inject(Fault::LoseRequest);
    let visit = || Visit { id: "v".to_owned() };
    let run = store.transact(|tx| -> dynacond::Result<_> { tx.create(visit()) });
    let told = run.send().await.unwrap();
    assert!(started.elapsed().as_secs() > 1);
    let stored = db.quiet.get(Visit::key("v")).send().await.unwrap().unwrap();
    assert_eq!(Stored::item(&told), Stored::item(&stored));
}

/// An item that does not show which write was the last one.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "events", write_id = false)]
struct Event {
    #[dynacond(partition_key)]
    id: String,
}

#[tokio::test(start_paused = true)]
async fn a_create_without_a_write_id_goes_under_a_token() {
    for fault in [Fault::LoseRequest, Fault::LoseAnswer] {
        let db = with_retry(RetryPolicy::default()).await;
        dynacond_local::create_table::<Event>(&db.quiet)
            .await
            .unwrap();
        db.local.on("TransactWriteItems").inject(fault.clone());
        let event = || Event { id: "e".to_owned() };
        let run = db
            .store
            .transact(|tx| -> dynacond::Result<_> { tx.create(event()) });
        run.send().await.unwrap();
        let transactions = ["TransactWriteItems", "TransactWriteItems"];
        assert_eq!(db.operations(), transactions, "{fault}");
    }
}
