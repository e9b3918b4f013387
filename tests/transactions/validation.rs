//! Passes that end without a commit: what the caller is told was true at one moment.
use std::cell::Cell;

use dynacond::{Error, RetryPolicy, Store, Transaction, Versioned};
use dynacond_local::Fault;

use crate::support::{Account, BankError, bank, transfer, with_retry};

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
async fn an_error_over_two_items_is_read_again_as_one_snapshot() {
    let db = bank(&[("a", 10), ("b", 0)]).await;
    let run = db.store.transact(|tx| transfer(tx, "a", "b", 30));
    let metered = run.send_metered().await;
    assert!(matches!(metered.outcome, Err(BankError::Insufficient(10))));
    assert_eq!(db.operations(), ["BatchGetItem", "TransactGetItems"]);
    let units = (metered.consumed.read_units, metered.consumed.write_units);
    assert_eq!(units, (6.0, 0.0), "two reads, and two of a transaction");
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
    assert_eq!(db.operations(), ["GetItem", "GetItem", "TransactGetItems"]);
}

#[tokio::test]
async fn a_changed_read_set_is_believed_as_it_was_validated() {
    let db = bank(&[("a", 20), ("b", 20)]).await;
    db.local.on("TransactGetItems").inject(rival_moves());
    let error = |tx: &mut Transaction| -> Result<(), BankError> {
        let (a, b) = (
            tx.require(Account::key("a"))?,
            tx.require(Account::key("b"))?,
        );
        Err(BankError::Insufficient(100 * a.balance + b.balance))
    };
    let told = db.store.transact(error).send().await.unwrap_err();
    assert!(matches!(told, BankError::Insufficient(3010)), "{told:?}");
    let requests = ["GetItem", "GetItem", "TransactGetItems"];
    assert_eq!(
        db.operations(),
        requests,
        "the function has run on one snapshot"
    );
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
        .on("TransactGetItems")
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
    assert_eq!(db.operations(), ["GetItem", "GetItem", "TransactGetItems"]);
}

#[tokio::test]
async fn a_snapshot_that_leads_to_other_keys_is_read_again() {
    let db = bank(&[("which", 0), ("a", 1), ("b", 2)]).await;
    db.local
        .on("TransactGetItems")
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
            "TransactGetItems",
            "GetItem",
            "TransactGetItems"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_waits_for_other_transactions() {
    let db = with_retry(RetryPolicy::default().with_attempts(3)).await;
    for id in ["a", "b"] {
        db.create(crate::support::account(id, 20)).await;
    }
    let times = |times| db.local.on("TransactGetItems").times(times);
    times(2).inject(Fault::TransactionConflict);
    let run = db.store.transact(sum).snapshot();
    assert_eq!(run.send().await.unwrap(), 40);

    times(3).inject(Fault::TransactionConflict);
    let error = db.store.transact(sum).snapshot().send().await.unwrap_err();
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
