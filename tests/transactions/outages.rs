//! Outages: one loop sends again with its pauses, and the SDK does not also send again.
use dynacond::{Error, RetryPolicy, Transaction, Versioned};
use dynacond_local::Fault;

use crate::support::{Account, BankError, Db, account, transfer, with_retry};

const ATTEMPTS: u32 = 7;

async fn accounts() -> Db {
    let db = with_retry(RetryPolicy::default().with_attempts(ATTEMPTS)).await;
    db.create(account("a", 100)).await;
    db.create(account("b", 0)).await;
    db
}

/// How often an operation went out.
fn count(db: &Db, operation: &str) -> usize {
    db.operations().iter().filter(|o| *o == operation).count()
}

fn add_one(tx: &mut Transaction) -> dynacond::Result<()> {
    let mut a = tx.require(Account::key("a"))?;
    a.balance += 1;
    tx.put(a).map(drop)
}

#[tokio::test(start_paused = true)]
async fn a_transaction_under_a_lasting_outage_is_sent_as_often_as_the_policy_says() {
    for (fault, kind) in [
        (Fault::LoseRequest, "outcome_unknown"),
        (Fault::Status500Before, "outcome_unknown"),
        (Fault::Throttle, "exhausted"),
        (Fault::TransactionConflict, "exhausted"),
    ] {
        let db = accounts().await;
        let all = db.local.on("TransactWriteItems").always();
        all.inject(fault.clone());
        let run = db.store.transact(|tx| transfer(tx, "a", "b", 30));
        let Err(BankError::Dynamo(error)) = run.send::<(), _>().await else {
            panic!("{fault}")
        };
        assert_eq!(error.label(), kind, "{fault}");
        assert_eq!(
            count(&db, "TransactWriteItems"),
            ATTEMPTS as usize,
            "{fault}"
        );
        assert!(count(&db, "GetItem") <= 1, "{fault}");
    }
}

/// A rival that deletes the table: what is sent from then on fails for good.
fn rival_drops_the_table() -> Fault {
    Fault::rival(|client| async move {
        let drop_table = client.delete_table().table_name("accounts");
        drop_table.send().await.unwrap();
    })
}

#[tokio::test(start_paused = true)]
async fn a_failure_for_good_after_a_lost_answer_is_not_waited_out() {
    let db = accounts().await;
    db.local.on("TransactWriteItems").inject(Fault::LoseRequest);
    let second = db.local.on("TransactWriteItems");
    second.inject(rival_drops_the_table());
    let run = db.store.transact(|tx| transfer(tx, "a", "b", 30));
    let Err(BankError::Dynamo(error)) = run.send::<(), _>().await else {
        panic!("it cannot be committed")
    };
    // The first attempt may have been applied before.
    assert!(error.is_outcome_unknown(), "{error}");
    assert_eq!(count(&db, "TransactWriteItems"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_plain_write_of_a_transaction_is_sent_as_often_as_the_policy_says() {
    for (fault, kind) in [
        (Fault::LoseRequest, "outcome_unknown"),
        (Fault::Throttle, "exhausted"),
        (Fault::TransactionConflict, "exhausted"),
    ] {
        let db = accounts().await;
        db.local.on("UpdateItem").always().inject(fault.clone());
        let error = db.store.transact(add_one).send().await.unwrap_err();
        assert_eq!(error.label(), kind, "{fault}");
        assert_eq!(count(&db, "UpdateItem"), ATTEMPTS as usize, "{fault}");

        let db = accounts().await;
        db.put_unversioned("old", 1, &[]).await;
        let drop_it = |tx: &mut Transaction| tx.delete(Account::key("old"));
        db.local.on("UpdateItem").always().inject(fault.clone());
        let error = db.store.transact(drop_it).send().await.unwrap_err();
        assert_eq!(error.label(), "exhausted", "{fault}");
        assert_eq!(count(&db, "UpdateItem"), ATTEMPTS as usize, "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_plain_write_of_a_transaction_outlasts_an_outage() {
    for fault in [Fault::LoseRequest, Fault::LoseAnswer, Fault::Status500After] {
        let db = accounts().await;
        let some = db.local.on("UpdateItem").times(5);
        some.inject(fault.clone());
        db.store.transact(add_one).send().await.unwrap();
        let (balance, version) = (db.balance("a").await, db.version("a").await);
        assert_eq!((balance, version), (101, 2), "{fault}");
        let log = db.local.log();
        let writes: Vec<_> = log.iter().filter(|r| r.operation == "UpdateItem").collect();
        assert!(writes.iter().all(|r| r.body == writes[0].body), "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_create_of_a_transaction_whose_answer_was_lost_is_sent_once() {
    let db = accounts().await;
    db.local.on("PutItem").inject(Fault::Throttle);
    db.local.on("PutItem").inject(Fault::LoseRequest);
    let create = |tx: &mut Transaction| tx.create(account("new", 1));
    let error = db.store.transact(create).send().await.unwrap_err();
    assert!(matches!(error, Error::OutcomeUnknown(_)), "{error}");
    assert_eq!(db.operations(), ["PutItem", "PutItem", "GetItem"]);
}

/// The reads of a run: one item, several, and several at one moment.
const READS: [&str; 3] = ["GetItem", "BatchGetItem", "TransactGetItems"];

async fn read(db: &Db, operation: &str) -> dynacond::Result<u64> {
    let one = |tx: &mut Transaction| tx.require(Account::key("a")).map(|a| a.balance);
    let two = |tx: &mut Transaction| -> dynacond::Result<u64> {
        let (a, b) = tx.get_all((Account::key("a"), Account::key("b")))?;
        Ok([a, b]
            .into_iter()
            .flatten()
            .map(|account| account.balance)
            .sum())
    };
    let none = |tx: &mut Transaction| -> dynacond::Result<u64> {
        tx.get_all((Account::key("none"), Account::key("nobody")))?;
        Ok(100)
    };
    match operation {
        "GetItem" => db.store.transact(one).send().await,
        "BatchGetItem" => db.store.transact(two).send().await,
        // What is absent is read as one snapshot.
        _ => db.store.transact(none).snapshot().send().await,
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_of_a_transaction_outlasts_an_outage() {
    for operation in READS {
        for fault in [
            Fault::LoseRequest,
            Fault::LoseAnswer,
            Fault::RefuseConnection,
            Fault::Status500Before,
            Fault::Throttle,
        ] {
            let db = accounts().await;
            let some = db.local.on(operation).times(ATTEMPTS as usize - 1);
            some.inject(fault.clone());
            assert_eq!(read(&db, operation).await.unwrap(), 100, "{fault}");
            assert_eq!(count(&db, operation), ATTEMPTS as usize, "{fault}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_of_a_transaction_ends_with_the_policy_and_its_own_error() {
    for operation in READS {
        for (fault, kind) in [
            (Fault::LoseRequest, "service"),
            (Fault::RefuseConnection, "service"),
            (Fault::Status500Before, "service"),
            (Fault::Throttle, "throttled"),
        ] {
            let db = accounts().await;
            db.local.on(operation).always().inject(fault.clone());
            let error = read(&db, operation).await.unwrap_err();
            assert_eq!(error.label(), kind, "{operation} {fault}: {error}");
            assert_eq!(count(&db, operation), ATTEMPTS as usize, "{fault}");
        }
    }
}

#[tokio::test]
async fn a_read_that_can_never_succeed_is_sent_once() {
    let db = accounts().await;
    let wrong = dynacond::Store::builder(db.local.client())
        .prefix("no-")
        .build();
    let one = |tx: &mut Transaction| tx.get(Account::key("a")).map(drop);
    let error = wrong.transact(one).send().await.unwrap_err();
    assert_eq!(error.label(), "service", "{error}");
    let two = |tx: &mut Transaction| tx.get_all((Account::key("a"), Account::key("b"))).map(drop);
    let error = wrong.transact(two).send().await.unwrap_err();
    assert_eq!(error.label(), "service", "{error}");
    assert_eq!(db.operations(), ["GetItem", "BatchGetItem"]);
}

/// What a batch leaves unread is not taken for absent.
#[tokio::test(start_paused = true)]
async fn keys_that_a_batch_leaves_unread_are_read_again_before_the_function_sees_them() {
    let both = |tx: &mut Transaction| -> dynacond::Result<u64> {
        let (a, b) = tx.get_all((Account::key("a"), Account::key("b")))?;
        Ok(a.expect("it exists").balance + b.expect("it exists").balance)
    };
    for times in [1, 3] {
        let db = accounts().await;
        let unread = db.local.on("BatchGetItem").times(times);
        unread.inject(Fault::Unprocessed(1));
        let sum = db.store.transact(both).send::<u64, Error>().await;
        assert_eq!(sum.unwrap(), 100);
        assert_eq!(count(&db, "BatchGetItem"), times + 1);
    }
    let db = accounts().await;
    let unread = db.local.on("BatchGetItem").always();
    unread.inject(Fault::Unprocessed(1));
    let unread = db.store.transact(both).send::<u64, Error>().await;
    assert!(matches!(unread, Err(Error::Incomplete(_))));
}
