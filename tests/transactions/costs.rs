//! Requests and capacity units of each kind of transaction, items under 1 KB: see the table of costs in DESIGN.md.
use dynacond::{Consumed, Transaction, Versioned};
use dynacond_local::Fault;

use crate::support::{Account, BankError, Db, account, bank, rival_adds, transfer};

/// Requests, read units and write units that DynamoDB reported.
#[track_caller]
fn assert_cost(db: &Db, consumed: Consumed, expected: (&[&str], f64, f64)) {
    let (requests, read, write) = expected;
    assert_eq!(db.operations(), requests);
    assert_eq!((consumed.read_units, consumed.write_units), (read, write));
}

#[tokio::test]
async fn a_transfer_by_expressions_is_one_request_and_four_units() {
    let db = bank(&[("a", 100), ("b", 0)]).await;
    let both = (
        db.store
            .update(Account::key("a"))
            .set(|a| a.balance.subtract(30)),
        db.store
            .update(Account::key("b"))
            .set(|b| b.balance.add(30)),
    );
    let metered = db.store.transact_write(both).send_metered().await;
    metered.outcome.unwrap();
    assert_cost(&db, metered.consumed, (&["TransactWriteItems"], 0.0, 4.0));
}

#[tokio::test]
async fn read_change_save_is_two_requests_and_three_with_a_conflict() {
    let db = bank(&[("a", 100)]).await;
    let add = |tx: &mut Transaction| -> dynacond::Result<()> {
        let mut a = tx.require(Account::key("a"))?;
        a.balance += 1;
        tx.put(a)?;
        Ok(())
    };
    let metered = db.store.transact(add).send_metered().await;
    metered.outcome.unwrap();
    assert_cost(
        &db,
        metered.consumed,
        (&["GetItem", "UpdateItem"], 1.0, 1.0),
    );

    db.local.clear_log();
    db.local.on("UpdateItem").inject(rival_adds("a", 1));
    let metered = db.store.transact(add).send_metered().await;
    metered.outcome.unwrap();
    let requests = ["GetItem", "UpdateItem", "UpdateItem"];
    assert_cost(&db, metered.consumed, (&requests, 1.0, 1.0));
    assert_eq!(
        metered.consumed.unreported(),
        1,
        "a refusal reports no units"
    );
}

async fn prefetched_transfer(db: &Db) -> dynacond::Metered<Result<(), BankError>> {
    let run = db.store.transact(|tx| transfer(tx, "a", "b", 30));
    let run = run.prefetch((Account::key("a"), Account::key("b")));
    run.send_metered().await
}

#[tokio::test]
async fn a_prefetched_transfer_is_two_requests() {
    let db = bank(&[("a", 100), ("b", 0)]).await;
    let metered = prefetched_transfer(&db).await;
    metered.outcome.unwrap();
    let requests = ["BatchGetItem", "TransactWriteItems"];
    assert_cost(&db, metered.consumed, (&requests, 2.0, 4.0));
}

#[tokio::test(start_paused = true)]
async fn a_failed_expectation_adds_one_request_no_read_and_no_pause() {
    let db = bank(&[("a", 100), ("b", 0)]).await;
    db.local.on("TransactWriteItems").inject(rival_adds("a", 5));
    let started = tokio::time::Instant::now();
    let metered = prefetched_transfer(&db).await;
    metered.outcome.unwrap();
    assert_eq!(started.elapsed(), std::time::Duration::ZERO);
    let requests = ["BatchGetItem", "TransactWriteItems", "TransactWriteItems"];
    assert_cost(&db, metered.consumed, (&requests, 2.0, 4.0));
    assert_eq!((db.balance("a").await, db.balance("b").await), (75, 30));
}

#[tokio::test(start_paused = true)]
async fn a_transaction_conflict_adds_one_request_and_no_read() {
    let db = bank(&[("a", 100), ("b", 0)]).await;
    db.local
        .on("TransactWriteItems")
        .inject(Fault::TransactionConflict);
    let metered = prefetched_transfer(&db).await;
    metered.outcome.unwrap();
    let requests = ["BatchGetItem", "TransactWriteItems", "TransactWriteItems"];
    assert_cost(&db, metered.consumed, (&requests, 2.0, 4.0));
}

#[tokio::test]
async fn two_lazy_reads_are_two_requests_by_get_all_and_three_by_get() {
    let db = bank(&[("a", 100), ("b", 0)]).await;
    let run = db.store.transact(|tx| transfer(tx, "a", "b", 30));
    let metered = run.send_metered().await;
    metered.outcome.unwrap();
    let requests = ["BatchGetItem", "TransactWriteItems"];
    assert_cost(&db, metered.consumed, (&requests, 2.0, 4.0));

    db.local.clear_log();
    let one_by_one = |tx: &mut Transaction| -> dynacond::Result<()> {
        let (mut a, mut b) = (
            tx.require(Account::key("a"))?,
            tx.require(Account::key("b"))?,
        );
        a.balance -= 1;
        b.balance += 1;
        tx.put(a)?;
        tx.put(b)?;
        Ok(())
    };
    let metered = db.store.transact(one_by_one).send_metered().await;
    metered.outcome.unwrap();
    let requests = ["GetItem", "GetItem", "TransactWriteItems"];
    assert_cost(&db, metered.consumed, (&requests, 2.0, 4.0));
}

#[tokio::test]
async fn ten_dependent_reads_are_ten_reads() {
    let ids: Vec<String> = (0..10).map(|i| format!("k{i}")).collect();
    let balances: Vec<(&str, u64)> = ids.iter().map(|id| (id.as_str(), 1)).collect();
    let db = bank(&balances).await;
    let chain = |tx: &mut Transaction| -> dynacond::Result<()> {
        let mut last = tx.require(Account::key("k0"))?;
        for _ in 1..10 {
            // The key of the next one is in this one.
            let next: u64 = last.id[1..].parse::<u64>().unwrap() + last.balance;
            last = tx.require(Account::key(format!("k{next}")))?;
        }
        last.balance += 1;
        tx.put(last)?;
        Ok(())
    };
    let metered = db.store.transact(chain).send_metered().await;
    metered.outcome.unwrap();
    let mut requests = vec!["GetItem"; 10];
    requests.push("TransactWriteItems");
    assert_eq!(db.actions().len(), 10, "nine checks and a write");
    assert_cost(&db, metered.consumed, (&requests, 10.0, 20.0));
}

#[tokio::test]
async fn a_function_that_changes_nothing_is_one_read() {
    let db = bank(&[("a", 1)]).await;
    let look = |tx: &mut Transaction| -> dynacond::Result<u64> {
        Ok(tx.require(Account::key("a"))?.balance)
    };
    let metered = db.store.transact(look).send_metered().await;
    assert_eq!(metered.outcome.unwrap(), 1);
    assert_cost(&db, metered.consumed, (&["GetItem"], 1.0, 0.0));
}

#[tokio::test]
async fn one_write_with_another_item_only_prefetched_is_one_unit() {
    let db = bank(&[("a", 1), ("b", 1)]).await;
    let run = |tx: &mut Transaction| -> dynacond::Result<_> { tx.put(account("a", 2)) };
    let run = db.store.transact(run);
    let run = run.prefetch((Account::key("a"), Account::key("b")));
    let metered = run.send_metered().await;
    metered.outcome.unwrap();
    let requests = ["BatchGetItem", "UpdateItem"];
    assert_cost(&db, metered.consumed, (&requests, 2.0, 1.0));
}

#[tokio::test]
async fn a_lost_answer_on_a_lone_write_is_at_most_one_more_request() {
    let db = bank(&[("a", 1)]).await;
    let create = |tx: &mut Transaction| -> dynacond::Result<_> { tx.create(account("new", 1)) };
    db.local.on("PutItem").inject(Fault::LoseAnswer);
    db.store.transact(create).send().await.unwrap();
    assert_eq!(db.operations(), ["PutItem", "GetItem"]);

    db.local.clear_log();
    let add = |tx: &mut Transaction| -> dynacond::Result<()> {
        let mut a = tx.require(Account::key("a"))?;
        a.balance += 1;
        tx.put(a)?;
        Ok(())
    };
    db.local.on("UpdateItem").inject(Fault::LoseAnswer);
    db.store.transact(add).send().await.unwrap();
    assert_eq!(db.operations(), ["GetItem", "UpdateItem", "UpdateItem"]);
    assert_eq!((db.balance("a").await, db.version("a").await), (2, 2));
}

#[tokio::test]
async fn counting_by_update_is_one_request_each() {
    let db = bank(&[("counter", 0)]).await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let store = db.store.clone();
            tokio::spawn(async move {
                for _ in 0..25 {
                    let add = |tx: &mut Transaction| {
                        tx.update(Account::key("counter"), |c| c.balance.add(1))
                    };
                    store.transact(add).send().await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(db.operations().len(), 200);
    assert_eq!(db.balance("counter").await, 200);
}
