//! Cancelled transactions: each reason read in its place, and what follows from it.
use std::cell::{Cell, RefCell};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use dynacond::{Error, RetryPolicy, Transaction, Versioned};
use dynacond_local::Fault;
use tokio::time::Instant;

use crate::support::{Account, BankError, Db, account, bank, rival_adds, transfer, with_retry};

async fn accounts(policy: RetryPolicy) -> Db {
    let db = with_retry(policy).await;
    db.create(account("a", 100)).await;
    db.create(account("b", 0)).await;
    db
}

async fn run_transfer(db: &Db) -> Result<(), BankError> {
    let run = db.store.transact(|tx| transfer(tx, "a", "b", 30));
    run.send().await
}

#[tokio::test(start_paused = true)]
async fn every_reason_has_its_meaning() {
    // What one cancellation with these codes is followed by: a resend, or an error of this kind.
    let table: [(&[&str], Result<(), &str>); 9] = [
        (&["TransactionConflict"], Ok(())),
        (&["None", "TransactionConflict"], Ok(())),
        (&["ThrottlingError", "None"], Ok(())),
        (&["ProvisionedThroughputExceeded"], Ok(())),
        (&["TransactionConflict", "ThrottlingError"], Ok(())),
        (&["ItemCollectionSizeLimitExceeded"], Err("service")),
        (&["ValidationError"], Err("service")),
        (&["TransactionConflict", "ValidationError"], Err("service")),
        (&["None", "None"], Err("unexplained")),
    ];
    for (codes, expected) in table {
        let db = accounts(RetryPolicy::default()).await;
        db.local
            .on("TransactWriteItems")
            .inject(Fault::Cancel(codes.to_vec()));
        let outcome = run_transfer(&db).await;
        let told = match &outcome {
            Ok(()) => Ok(()),
            Err(BankError::Dynamo(error)) => Err(error.label()),
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(told, expected, "{codes:?}");
        let sent = if expected.is_ok() { 2 } else { 1 };
        assert_eq!(db.transactions().len(), sent, "{codes:?}");
        let moved = if expected.is_ok() { 30 } else { 0 };
        assert_eq!(db.balance("b").await, moved, "{codes:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn pure_contention_sends_the_same_payload_with_the_same_token() {
    let db = accounts(RetryPolicy::default()).await;
    db.local
        .on("TransactWriteItems")
        .times(3)
        .inject(Fault::TransactionConflict);
    let passes = Cell::new(0);
    let counted = |tx: &mut Transaction| {
        passes.set(passes.get() + 1);
        transfer(tx, "a", "b", 30)
    };
    let started = Instant::now();
    db.store.transact(counted).send().await.unwrap();
    assert!(started.elapsed() > Duration::ZERO, "it is waited out");
    assert_eq!(passes.get(), 2, "the function has nothing new to see");
    let sent = db.transactions();
    assert_eq!(sent.len(), 4);
    assert!(sent.iter().all(|request| request.body == sent[0].body));
    assert!(sent[0].body["ClientRequestToken"].is_string());
}

#[tokio::test(start_paused = true)]
async fn a_refused_read_is_refreshed_from_the_refusal_at_once() {
    let db = accounts(RetryPolicy::default()).await;
    db.local.on("TransactWriteItems").inject(rival_adds("a", 5));
    let started = Instant::now();
    run_transfer(&db).await.unwrap();
    assert_eq!(started.elapsed(), Duration::ZERO);
    assert_eq!(
        db.operations(),
        ["BatchGetItem", "TransactWriteItems", "TransactWriteItems"]
    );
    let sent = db.transactions();
    let token = |i: usize| sent[i].body["ClientRequestToken"].clone();
    assert_ne!(token(0), token(1), "another payload, another token");
}

#[tokio::test(start_paused = true)]
async fn refusal_and_contention_together_refresh_and_wait() {
    let db = accounts(RetryPolicy::default()).await;
    // No item comes with the refusal, and the endpoint is not known to send them: `a` is looked for. After the pause both items
    // are read again, for by then either may have changed.
    let codes = vec!["ConditionalCheckFailed", "TransactionConflict"];
    db.local
        .on("TransactWriteItems")
        .inject(Fault::Cancel(codes));
    let seen = RefCell::new(Vec::new());
    let run = |tx: &mut Transaction| -> dynacond::Result<()> {
        let (a, b) = tx.get_all((Account::key("a"), Account::key("b")))?;
        let balance = |found: &Option<dynacond::Stored<Account>>| found.as_ref().map(|a| a.balance);
        seen.borrow_mut().push((balance(&a), balance(&b)));
        tx.put(account("a", 1))?;
        tx.put(account("b", 1))?;
        Ok(())
    };
    let started = Instant::now();
    db.store.transact(run).send().await.unwrap();
    assert!(started.elapsed() > Duration::ZERO);
    let (a, b) = (Some(100), Some(0));
    assert_eq!(seen.take(), [(a, b), (a, b)]);
    assert_eq!(
        db.operations(),
        [
            "BatchGetItem",
            "TransactWriteItems",
            "GetItem",
            "BatchGetItem",
            "TransactWriteItems"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn contention_without_end_is_exhausted_after_exactly_n_attempts() {
    for attempts in [1, 3, 5] {
        let db = accounts(RetryPolicy::default().with_attempts(attempts)).await;
        db.local
            .on("TransactWriteItems")
            .always()
            .inject(Fault::TransactionConflict);
        let Err(BankError::Dynamo(Error::Exhausted(exhausted))) = run_transfer(&db).await else {
            panic!("not exhausted")
        };
        assert_eq!(exhausted.attempts, attempts);
        assert!(matches!(exhausted.last, Error::TransactionConflict(_)));
        assert_eq!(exhausted.item_type(), "Account");
        assert_eq!(db.transactions().len(), attempts as usize);
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_without_end_are_exhausted_by_item() {
    let db = accounts(RetryPolicy::default().with_attempts(4)).await;
    db.local
        .on("TransactWriteItems")
        .always()
        .inject(rival_adds("a", 1).then(rival_adds("b", 1)));
    let Err(BankError::Dynamo(Error::Exhausted(exhausted))) = run_transfer(&db).await else {
        panic!("not exhausted")
    };
    assert_eq!((exhausted.attempts, db.transactions().len()), (4, 4));
    let first = exhausted.last.refusal().unwrap();
    assert!(exhausted.last.is_conflict());
    assert_eq!(first.key().to_string(), "{id: a}");
    assert_eq!(first.others()[0].key().to_string(), "{id: b}");
    assert_eq!(first.current::<Account>().unwrap().unwrap().balance, 104);
}

#[tokio::test(start_paused = true)]
async fn refusals_and_contention_share_one_budget() {
    let db = accounts(RetryPolicy::default().with_attempts(4)).await;
    for _ in 0..4 {
        db.local
            .on("TransactWriteItems")
            .inject(Fault::TransactionConflict);
        db.local.on("TransactWriteItems").inject(rival_adds("a", 1));
    }
    let outcome = run_transfer(&db).await;
    let Err(BankError::Dynamo(Error::Exhausted(exhausted))) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!((exhausted.attempts, db.transactions().len()), (4, 4));
}

#[tokio::test(start_paused = true)]
async fn the_time_of_the_policy_ends_the_run_too() {
    let policy = RetryPolicy::default()
        .with_attempts(1000)
        .with_elapsed(Duration::ZERO);
    let db = accounts(policy).await;
    db.local
        .on("TransactWriteItems")
        .always()
        .inject(Fault::TransactionConflict);
    let outcome = run_transfer(&db).await;
    assert!(
        matches!(&outcome, Err(BankError::Dynamo(Error::Exhausted(_)))),
        "{outcome:?}"
    );
    assert_eq!(db.transactions().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_in_the_way_of_a_plain_write_is_waited_out() {
    for (operation, fault) in [
        ("UpdateItem", Fault::TransactionConflict),
        ("UpdateItem", Fault::Throttle),
        ("PutItem", Fault::TransactionConflict),
    ] {
        let db = accounts(RetryPolicy::default()).await;
        // More often than the SDK itself tries.
        db.local.on(operation).times(5).inject(fault.clone());
        let run = |tx: &mut Transaction| -> dynacond::Result<()> {
            if operation == "PutItem" {
                tx.create(account("new", 1))?;
            } else {
                let mut a = tx.require(Account::key("a"))?;
                a.balance += 1;
                tx.put(a)?;
            }
            Ok(())
        };
        db.store.transact(run).send().await.unwrap();
        let writes = db.operations().iter().filter(|o| *o == operation).count();
        assert_eq!(writes, 6, "{operation} {fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_throttled_transaction_is_sent_again() {
    let db = accounts(RetryPolicy::default()).await;
    db.local
        .on("TransactWriteItems")
        .times(5)
        .inject(Fault::Throttle);
    run_transfer(&db).await.unwrap();
    assert_eq!(db.balance("b").await, 30);
}

#[tokio::test]
async fn an_endpoint_that_withholds_refused_items_costs_a_read_and_no_lie() {
    let db = bank(&[("a", 100), ("b", 0)]).await;
    db.local.ignore_all_old();
    db.local.on("TransactWriteItems").inject(rival_adds("a", 5));
    run_transfer(&db).await.unwrap();
    assert_eq!((db.balance("a").await, db.balance("b").await), (75, 30));
    let add = |tx: &mut Transaction| -> dynacond::Result<u64> {
        let mut a = tx.require(Account::key("a"))?;
        a.balance += 1;
        Ok(tx.put(a)?.balance)
    };
    db.local.on("UpdateItem").inject(rival_adds("a", 5));
    assert_eq!(db.store.transact(add).send().await.unwrap(), 81);
    // The read after the refusal fails as well: nothing is known of `a`, and least of all that it is not there.
    let db = bank(&[("a", 100), ("b", 0)]).await;
    db.local.ignore_all_old();
    db.local.on("TransactWriteItems").inject(rival_adds("a", 5));
    db.local.on("GetItem").times(3).inject(Fault::LoseRequest);
    run_transfer(&db).await.unwrap();
    assert_eq!((db.balance("a").await, db.balance("b").await), (75, 30));
}

#[tokio::test]
async fn keys_left_unprocessed_are_asked_for_again() {
    let db = bank(&[]).await;
    // 45 items of 390 KB: more than the 16 MB of one answer.
    let keys: Vec<_> = (0..45).map(|i| format!("big{i}")).collect();
    for id in &keys {
        let item = [
            ("id", AttributeValue::S(id.clone())),
            ("balance", AttributeValue::N("1".to_owned())),
            ("note", AttributeValue::S("x".repeat(390_000))),
        ];
        let item = item.map(|(name, value)| (name.to_owned(), value));
        let put = db.quiet.client().put_item().table_name("accounts");
        put.set_item(Some(item.into())).send().await.unwrap();
    }
    let sum = |tx: &mut Transaction| -> dynacond::Result<u64> {
        let all: Vec<_> = keys.iter().map(Account::key).collect();
        let found = tx.get_all(all)?;
        Ok(found.into_iter().flatten().map(|a| a.balance).sum())
    };
    assert_eq!(db.store.transact(sum).send().await.unwrap(), 45);
    assert_eq!(db.operations(), ["BatchGetItem", "BatchGetItem"]);
}
