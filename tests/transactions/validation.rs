//! Passes that end without a commit: what the caller learns was true at one moment.
use std::cell::Cell;

use dynacond::{Error, RetryPolicy, Store, Transaction, Versioned};
use dynacond_local::Fault;

use crate::support::{Account, BankError, account, bank, transfer, with_retry};

fn sum(tx: &mut Transaction) -> dynacond::Result<u64> {
    // One by one: the second is read after the first.
    let a = tx.require(Account::key("a"))?;
    let b = tx.require(Account::key("b"))?;
    Ok(a.balance + b.balance)
}

/// Moves 10 from `b` to `a` in one transaction.
fn rival_moves() -> Fault {
    Fault::rival(|client| async move {
        let store = Store::new(client);
        let both = (
            store
                .update(Account::key("b"))
                .set(|b| b.balance.subtract(10)),
            store.update(Account::key("a")).set(|a| a.balance.add(10)),
        );
        store.transact_write(both).send().await.unwrap();
    })
}

#[tokio::test]
async fn an_error_over_two_items_is_held_against_a_second_read() {
    let db = bank(&[("a", 10), ("b", 0)]).await;
    let run = db.store.transact(|tx| transfer(tx, "a", "b", 30));
    let metered = run.send_metered().await;
    assert!(matches!(metered.outcome, Err(BankError::Insufficient(10))));
    assert_eq!(db.operations(), ["BatchGetItem", "BatchGetItem"]);
    let units = (metered.consumed.read_units, metered.consumed.write_units);
    assert_eq!(units, (4.0, 0.0), "each item is read twice");
}

#[tokio::test]
async fn an_error_that_no_moment_knew_is_not_told() {
    let db = bank(&[("a", 20), ("b", 20)]).await;
    // Together they always hold 40; the reads, one before and one after the rival, see 20 and 10.
    db.local.on("GetItem").nth(2).inject(rival_moves());
    let poor = |tx: &mut Transaction| -> Result<u64, BankError> {
        match sum(tx)? {
            40.. => Ok(40),
            poor => Err(BankError::Insufficient(poor)),
        }
    };
    assert_eq!(db.store.transact(poor).send().await.unwrap(), 40);
    assert_eq!(db.operations(), ["GetItem", "GetItem", "BatchGetItem"]);
}

#[tokio::test]
async fn a_changed_read_set_is_believed_as_it_was_validated() {
    let db = bank(&[("a", 20), ("b", 20)]).await;
    db.local.on("BatchGetItem").inject(rival_moves());
    let error = |tx: &mut Transaction| -> Result<(), BankError> {
        let (a, b) = (
            tx.require(Account::key("a"))?,
            tx.require(Account::key("b"))?,
        );
        Err(BankError::Insufficient(100 * a.balance + b.balance))
    };
    let told = db.store.transact(error).send().await.unwrap_err();
    assert!(matches!(told, BankError::Insufficient(3010)), "{told:?}");
    // What has changed once is read as one snapshot the next time, which ends for certain.
    let requests = ["GetItem", "GetItem", "BatchGetItem", "TransactGetItems"];
    assert_eq!(db.operations(), requests);
}

#[tokio::test]
async fn a_single_read_is_believed() {
    let db = bank(&[("a", 1)]).await;
    let require = |tx: &mut Transaction| tx.require(Account::key("none")).map(drop);
    let error = db.store.transact(require).send().await.unwrap_err();
    assert!(matches!(error, Error::NotFound(_)));
    assert_eq!(db.operations(), ["GetItem"]);
}

#[tokio::test]
async fn what_create_and_update_answer_from_is_part_of_what_was_read() {
    let db = bank(&[("a", 20), ("b", 20)]).await;
    db.local
        .on("BatchGetItem")
        .nth(2)
        .inject(Fault::rival(|client| async move {
            let store = Store::new(client);
            let b = store.get(Account::key("b")).send().await.unwrap().unwrap();
            store.delete(b).send().await.unwrap();
        }));
    // `b` is known by the prefetch, and never asked for by `get`.
    let create = |tx: &mut Transaction| -> dynacond::Result<u64> {
        let a = tx.require(Account::key("a"))?.balance;
        Ok(tx.create(crate::support::account("b", a))?.balance)
    };
    let run = db.store.transact(create);
    let run = run.prefetch((Account::key("a"), Account::key("b")));
    assert_eq!(run.send().await.unwrap(), 20);
    assert_eq!(db.balance("b").await, 20);
}

#[tokio::test]
async fn reads_without_writes_are_a_snapshot_only_on_demand() {
    let db = bank(&[("a", 20), ("b", 20)]).await;
    db.local.on("GetItem").nth(2).inject(rival_moves());
    assert_eq!(db.store.transact(sum).send().await.unwrap(), 30, "torn");
    assert_eq!(db.operations(), ["GetItem", "GetItem"]);

    db.local.clear_log();
    db.local.on("GetItem").nth(2).inject(rival_moves());
    let run = db.store.transact(sum).snapshot();
    assert_eq!(run.send().await.unwrap(), 40);
    let requests = ["GetItem", "GetItem", "BatchGetItem", "TransactGetItems"];
    assert_eq!(db.operations(), requests);
}

#[tokio::test]
async fn a_snapshot_that_leads_to_other_keys_is_read_again() {
    let db = bank(&[("which", 0), ("a", 1), ("b", 2)]).await;
    db.local
        .on("BatchGetItem")
        .inject(crate::support::rival_adds("which", 1));
    let follow = |tx: &mut Transaction| -> dynacond::Result<u64> {
        let which = tx.require(Account::key("which"))?.balance;
        let of = if which == 0 { "a" } else { "b" };
        Ok(tx.require(Account::key(of))?.balance)
    };
    let run = db.store.transact(follow).snapshot();
    assert_eq!(run.send().await.unwrap(), 2);
    assert_eq!(
        db.operations(),
        [
            "GetItem",
            "GetItem",
            "BatchGetItem",
            "GetItem",
            "TransactGetItems"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_waits_for_other_transactions() {
    let db = with_retry(RetryPolicy::default().with_attempts(3)).await;
    // Items that are absent are read as one snapshot.
    let none = |tx: &mut Transaction| -> dynacond::Result<u64> {
        let (a, b) = tx.get_all((Account::key("a"), Account::key("b")))?;
        Ok(u64::from(a.is_some()) + u64::from(b.is_some()))
    };
    let times = |times| db.local.on("TransactGetItems").times(times);
    times(2).inject(Fault::TransactionConflict);
    let run = db.store.transact(none).snapshot();
    assert_eq!(run.send().await.unwrap(), 0);

    times(3).inject(Fault::TransactionConflict);
    let error = db.store.transact(none).snapshot().send().await.unwrap_err();
    let Error::Exhausted(exhausted) = error else {
        panic!("{error}")
    };
    assert_eq!(exhausted.attempts, 3);
    assert_eq!(exhausted.item_type(), "Account");
}

#[tokio::test]
async fn a_pass_runs_as_often_as_it_has_something_new_to_see() {
    let db = bank(&[("a", 20), ("b", 20)]).await;
    let passes = Cell::new(0);
    let counted = |tx: &mut Transaction| {
        passes.set(passes.get() + 1);
        sum(tx)
    };
    let run = db.store.transact(counted);
    let run = run.prefetch((Account::key("a"), Account::key("b")));
    run.snapshot().send().await.unwrap();
    assert_eq!(passes.get(), 1, "validated, and nothing had changed");
}

/// Ends with the caller's own error on what it has read of these accounts.
fn refuse(tx: &mut Transaction, ids: &[String]) -> Result<(), BankError> {
    let keys: Vec<_> = ids.iter().map(Account::key).collect();
    let found = tx.get_all(keys)?;
    let balances = found.iter().flatten().map(|account| account.balance);
    Err(BankError::Insufficient(balances.sum()))
}

fn ids(name: &str, count: usize) -> Vec<String> {
    (0..count).map(|i| format!("{name}{i}")).collect()
}

#[tokio::test]
async fn an_error_over_more_than_a_hundred_present_items_is_validated() {
    let db = bank(&[]).await;
    let present = ids("k", 150);
    for id in &present {
        db.create(account(id, 2)).await;
    }
    let run = db.store.transact(|tx| refuse(tx, &present));
    let metered = run.send_metered::<(), _>().await;
    assert!(matches!(metered.outcome, Err(BankError::Insufficient(300))));
    assert_eq!(
        db.operations(),
        ["BatchGetItem"; 4],
        "two of 100 and two of 50"
    );
    assert!((metered.consumed.read_units - 300.0).abs() < f64::EPSILON);
}

#[tokio::test]
async fn what_is_absent_is_read_as_one_snapshot_between_the_two_reads_of_the_others() {
    let db = bank(&[("a", 1), ("b", 2)]).await;
    let all = [ids("none", 3), vec!["a".to_owned(), "b".to_owned()]].concat();
    let run = db.store.transact(|tx| refuse(tx, &all));
    let metered = run.send_metered::<(), _>().await;
    assert!(matches!(metered.outcome, Err(BankError::Insufficient(3))));
    let requests = ["BatchGetItem", "TransactGetItems", "BatchGetItem"];
    assert_eq!(db.operations(), requests);
    let log = db.local.log();
    assert_eq!(log[1].body["TransactItems"].as_array().unwrap().len(), 3);
    let again = &log[2].body["RequestItems"]["accounts"]["Keys"];
    assert_eq!(again.as_array().unwrap().len(), 2);
    // Five reads; three of a transaction, at two units each; two reads.
    assert!((metered.consumed.read_units - 13.0).abs() < f64::EPSILON);
}

#[tokio::test]
async fn an_item_that_was_created_again_alike_is_a_change() {
    let db = bank(&[("a", 20), ("b", 20)]).await;
    db.local
        .on("BatchGetItem")
        .inject(Fault::rival(|client| async move {
            let store = Store::new(client);
            let a = store.get(Account::key("a")).send().await.unwrap().unwrap();
            store.delete(a).send().await.unwrap();
            store.create(account("a", 20)).send().await.unwrap();
        }));
    let passes = Cell::new(0);
    let poor = |tx: &mut Transaction| -> Result<(), BankError> {
        passes.set(passes.get() + 1);
        Err(BankError::Insufficient(sum(tx)?))
    };
    let told = db.store.transact(poor).send().await.unwrap_err();
    assert!(matches!(told, BankError::Insufficient(40)), "{told:?}");
    // Two stops at unknown items, the answer, and the answer once more.
    assert_eq!(passes.get(), 4);
}

#[tokio::test]
async fn an_error_over_more_than_a_hundred_absent_items_is_told_as_unvalidated_and_comes_along() {
    let db = bank(&[]).await;
    for (count, validated) in [(100, true), (101, false)] {
        let absent = ids("none", count);
        let run = db.store.transact(|tx| refuse(tx, &absent));
        match run.send::<(), _>().await.unwrap_err() {
            BankError::Insufficient(0) => assert!(validated),
            BankError::Dynamo(Error::Unvalidated(unvalidated)) => {
                assert!(!validated);
                assert_eq!(unvalidated.items(), Some(101));
                assert!(
                    unvalidated.take_answer::<String>().is_none(),
                    "another type"
                );
                let own = unvalidated.take_answer::<BankError>();
                assert!(matches!(own, Some(BankError::Insufficient(0))), "{own:?}");
                assert!(unvalidated.take_answer::<BankError>().is_none(), "taken");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn items_that_keep_changing_end_as_unvalidated_when_the_policy_ends() {
    let db = with_retry(RetryPolicy::default().with_attempts(3)).await;
    let present = ids("k", 101);
    for id in &present {
        db.create(account(id, 2)).await;
    }
    // More than fit into one snapshot.
    let rivals = db.local.on("BatchGetItem").always();
    rivals.inject(crate::support::rival_adds("k0", 1));
    let run = db.store.transact(|tx| refuse(tx, &present));
    let error = run.send::<(), _>().await.unwrap_err();
    let BankError::Dynamo(error @ Error::Unvalidated(_)) = error else {
        panic!("{error:?}")
    };
    assert!(error.is_retryable());
    let Error::Unvalidated(unvalidated) = error else {
        unreachable!()
    };
    assert_eq!(unvalidated.items(), None);
    let own = unvalidated.take_answer::<BankError>();
    assert!(
        matches!(own, Some(BankError::Insufficient(203..))),
        "{own:?}"
    );
}
