//! What cannot be committed: a typed error, nothing written, nothing hung.
use aws_sdk_dynamodb::types::AttributeValue;
use dynacond::{Error, InvalidInput, Rule, Stored, Transaction, Versioned};
use serde::{Deserialize, Serialize};

use crate::support::{Account, Db, account, bank, database, is_write};

#[track_caller]
fn assert_nothing_written(db: &Db) {
    let operations = db.operations();
    assert!(!operations.iter().any(|o| is_write(o)), "{operations:?}");
}

fn put_many(tx: &mut Transaction, count: u64) -> dynacond::Result<()> {
    for i in 0..count {
        tx.put(account(&format!("k{i}"), i))?;
    }
    Ok(())
}

#[tokio::test]
async fn a_transaction_has_a_hundred_actions_at_most() {
    for (count, good) in [(25, true), (26, true), (100, true), (101, false)] {
        let db = database().await;
        let outcome = db.store.transact(|tx| put_many(tx, count)).send().await;
        if good {
            outcome.unwrap();
            continue;
        }
        let invalid = |error: Error| match error {
            Error::Invalid(InvalidInput::ActionCount { actions, limit }) => (actions, limit),
            other => panic!("{other}"),
        };
        assert_eq!(invalid(outcome.unwrap_err()), (101, 100));
        let all: Vec<_> = (0..count)
            .map(|i| db.store.create(account(&format!("k{i}"), i)))
            .collect();
        let outcome = db.store.transact_write(all).send().await;
        assert_eq!(invalid(outcome.unwrap_err()), (101, 100));
        assert!(db.operations().is_empty());
    }
}

#[tokio::test]
async fn checks_count_as_actions() {
    let db = database().await;
    let read_many = |tx: &mut Transaction| -> dynacond::Result<()> {
        let keys: Vec<_> = (0..100).map(|i| Account::key(format!("k{i}"))).collect();
        tx.get_all(keys)?;
        tx.put(account("out", 1))?;
        Ok(())
    };
    let error = db.store.transact(read_many).send().await.unwrap_err();
    assert!(matches!(
        error,
        Error::Invalid(InvalidInput::ActionCount { actions: 101, .. })
    ));
    assert_nothing_written(&db);
}

#[tokio::test]
async fn a_transaction_without_an_action() {
    let db = database().await;
    let none = vec![db.store.create(account("a", 1))].split_off(1);
    let error = db.store.transact_write(none).send().await.unwrap_err();
    assert!(matches!(
        error,
        Error::Invalid(InvalidInput::ActionCount { actions: 0, .. })
    ));
    // A function that wants nothing is fine.
    let nothing = |_: &mut Transaction| -> dynacond::Result<u8> { Ok(7) };
    assert_eq!(db.store.transact(nothing).send().await.unwrap(), 7);
    assert!(db.operations().is_empty());
}

#[tokio::test]
async fn more_than_four_megabytes_are_refused() {
    let db = database().await;
    let big = |i: usize| Account {
        note: Some("x".repeat(390_000)),
        ..account(&format!("k{i}"), 1)
    };
    let put = |tx: &mut Transaction, count| -> dynacond::Result<()> {
        for i in 0..count {
            tx.put(big(i))?;
        }
        Ok(())
    };
    let error = db.store.transact(|tx| put(tx, 11)).send().await;
    let error = error.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Invalid(InvalidInput::TransactionTooLarge { .. })
        ),
        "{error}"
    );
    assert!(db.operations().is_empty());
    db.store.transact(|tx| put(tx, 10)).send().await.unwrap();
}

#[tokio::test]
async fn two_actions_on_one_item_are_refused() {
    let db = bank(&[("a", 1)]).await;
    let add = || db.store.update(Account::key("a")).set(|a| a.balance.add(1));
    let twice = db.store.transact_write((add(), add())).send().await;
    let error = twice.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the transaction has two actions on the same `Account`, {id: a}, but DynamoDB accepts one"
    );
    assert!(db.operations().is_empty());
}

#[tokio::test]
async fn a_function_without_end_is_stopped() {
    let db = database().await;
    let count = std::cell::Cell::new(0);
    let endless = |tx: &mut Transaction| -> dynacond::Result<()> {
        count.set(count.get() + 1);
        for i in 0.. {
            tx.get(Account::key(format!("k{i}")))?;
        }
        Ok(())
    };
    let error = db.store.transact(endless).send().await.unwrap_err();
    assert!(
        matches!(error, Error::Invalid(InvalidInput::EndlessReads { passes }) if passes == count.get()),
        "{error}"
    );
    assert_nothing_written(&db);
}

#[tokio::test]
async fn an_item_that_does_not_decode_is_a_typed_error() {
    let db = database().await;
    for (attribute, value) in [
        ("balance", AttributeValue::S("many".to_owned())),
        ("item_version", AttributeValue::S("one".to_owned())),
    ] {
        db.put_unversioned("a", 1, &[]).await;
        let update = db.quiet.client().update_item().table_name("accounts");
        let update = update
            .key("id", AttributeValue::S("a".to_owned()))
            .update_expression("SET #n = :v")
            .expression_attribute_names("#n", attribute)
            .expression_attribute_values(":v", value);
        update.send().await.unwrap();
        let read = |tx: &mut Transaction| -> dynacond::Result<()> {
            let a = tx.require(Account::key("a"))?;
            tx.put(a)?;
            Ok(())
        };
        let error = db.store.transact(read).send().await.unwrap_err();
        assert!(matches!(&error, Error::Decode(_)), "{error}");
        assert!(error.to_string().contains("Account"), "{error}");
    }
    assert_nothing_written(&db);
}

#[tokio::test]
async fn a_bad_key_is_refused_before_anything_is_sent() {
    let db = database().await;
    for id in [String::new(), "x".repeat(2049)] {
        let get = |tx: &mut Transaction| tx.get(Account::key(&id)).map(drop);
        let put = |tx: &mut Transaction| tx.put(account(&id, 1)).map(drop);
        let delete = |tx: &mut Transaction| tx.delete(Account::key(&id));
        let outcomes = [
            db.store.transact(get).send().await,
            db.store.transact(put).send().await,
            db.store.transact(delete).send().await,
            db.store
                .transact(get)
                .prefetch([Account::key(&id)])
                .send()
                .await,
        ];
        for outcome in outcomes {
            assert!(
                matches!(
                    &outcome,
                    Err(Error::Invalid(InvalidInput::KeyLength { .. }))
                ),
                "{outcome:?}"
            );
        }
    }
    assert!(db.operations().is_empty());
}

/// The accounts' table as somebody takes it who is wrong about its key.
#[derive(Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "accounts")]
struct Numbered {
    #[dynacond(partition_key)]
    number: u64,
}

#[tokio::test]
async fn a_key_of_another_table_is_the_services_answer() {
    let db = database().await;
    let get = |tx: &mut Transaction| tx.get(Numbered::key(7)).map(drop);
    let error = db.store.transact(get).send().await.unwrap_err();
    let Error::Service(service) = &error else {
        panic!("{error}")
    };
    assert_eq!(service.code(), Some("ValidationException"));
    assert_eq!((service.verb(), service.item_type()), ("get", "Numbered"));
    let put = |tx: &mut Transaction| tx.put(Numbered { number: 7 }).map(drop);
    let error = db.store.transact(put).send().await.unwrap_err();
    assert!(matches!(error, Error::Service(_)), "{error}");
}

#[tokio::test]
async fn a_wrong_update_is_refused_whether_the_item_was_read_or_not() {
    let db = bank(&[("a", 1)]).await;
    for read in [false, true] {
        let twice = |tx: &mut Transaction| -> dynacond::Result<()> {
            if read {
                tx.require(Account::key("a"))?;
            }
            tx.update(Account::key("a"), |a| (a.balance.to(1), a.balance.to(2)))
        };
        let error = db.store.transact(twice).send().await.unwrap_err();
        assert!(
            matches!(&error, Error::Expression(e) if e.rule == Rule::Overlap),
            "{error}"
        );
        let nothing = |tx: &mut Transaction| -> dynacond::Result<()> {
            if read {
                tx.require(Account::key("a"))?;
            }
            tx.update(Account::key("a"), |_| {
                Vec::<dynacond::Action<Account>>::new()
            })
        };
        let error = db.store.transact(nothing).send().await.unwrap_err();
        assert!(matches!(
            error,
            Error::Invalid(InvalidInput::NoAction { .. })
        ));
    }
    assert_nothing_written(&db);
}

#[tokio::test]
async fn a_panic_in_the_function_propagates_and_nothing_was_sent() {
    let db = bank(&[("a", 1)]).await;
    let panicking = |tx: &mut Transaction| -> dynacond::Result<()> {
        tx.update(Account::key("a"), |a| a.balance.add(1))?;
        panic!("on purpose")
    };
    let store = db.store.clone();
    let panicked = tokio::spawn(async move { store.transact(panicking).send().await });
    assert!(panicked.await.unwrap_err().is_panic());
    assert_nothing_written(&db);
    assert_eq!(db.balance("a").await, 1);
}

/// Moves all of one account to the other.
fn sweep(tx: &mut Transaction, from: &str, to: &str) -> dynacond::Result<()> {
    let (mut from, mut to) = (
        tx.require(Account::key(from))?,
        tx.require(Account::key(to))?,
    );
    to.balance += from.balance;
    from.balance = 0;
    tx.put(from)?;
    tx.put(to).map(drop)
}

#[track_caller]
fn assert_stale_copy(error: &Error, id: &str) {
    let Error::Invalid(InvalidInput::StaleCopy { item_type, key }) = error else {
        panic!("{error}")
    };
    assert_eq!((*item_type, &**key), ("Account", Account::key(id).raw()));
    let text = error.to_string();
    assert!(
        text.contains("stale copy") && text.contains("pass"),
        "{text}"
    );
}

#[tokio::test]
async fn an_item_is_not_written_from_a_copy_that_the_same_pass_has_made_stale() {
    let db = bank(&[("a", 5), ("b", 7)]).await;
    let run = db.store.transact(|tx| sweep(tx, "a", "a"));
    assert_stale_copy(&run.send().await.unwrap_err(), "a");
    assert_eq!(db.operations(), ["GetItem"], "nothing to try again");
    db.store
        .transact(|tx| sweep(tx, "a", "b"))
        .send()
        .await
        .unwrap();
    assert_eq!(db.balance("b").await, 12);

    let put = |tx: &mut Transaction, copy| tx.put::<Stored<Account>>(copy).map(drop);
    let delete = |tx: &mut Transaction, copy| tx.delete::<Stored<Account>>(copy);
    for write in [put, delete] {
        let mut tx = Transaction::default();
        tx.presume(Account::key("a"), Some(account("a", 5)))
            .unwrap();
        let copy = tx.require(Account::key("a")).unwrap();
        tx.update(Account::key("a"), |a| a.balance.add(1)).unwrap();
        assert_stale_copy(&write(&mut tx, copy.clone()).unwrap_err(), "a");
        // A fresh one is fine.
        let fresh = tx.require(Account::key("a")).unwrap();
        write(&mut tx, fresh).unwrap();
    }
    let mut tx = Transaction::default();
    tx.presume(Account::key("a"), Some(account("a", 5)))
        .unwrap();
    let copy = tx.require(Account::key("a")).unwrap();
    tx.delete(Account::key("a")).unwrap();
    assert_stale_copy(&put(&mut tx, copy).unwrap_err(), "a");
}

#[tokio::test]
async fn a_copy_that_somebody_else_made_stale_is_a_conflict_all_the_same() {
    let db = bank(&[("a", 5)]).await;
    let old = db.account("a").await.unwrap();
    let raise = db.quiet.update(Account::key("a")).set(|a| a.balance.add(1));
    raise.send().await.unwrap();
    let run = db.store.transact(|tx| {
        tx.require(Account::key("a"))?;
        tx.update(Account::key("a"), |a| a.balance.add(1))?;
        tx.put(old.clone()).map(drop)
    });
    let error: Error = run.send().await.unwrap_err();
    assert!(error.is_conflict(), "{error}");
}

#[tokio::test]
async fn an_adopted_item_is_not_written_from_a_stale_copy_either() {
    let db = database().await;
    db.put_unversioned("a", 5, &[]).await;
    let run = db.store.transact(|tx| sweep(tx, "a", "a"));
    assert_stale_copy(&run.send().await.unwrap_err(), "a");
}

/// The accounts of another team, who call the version otherwise.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "accounts", version = "revision")]
struct Renamed {
    #[dynacond(partition_key)]
    id: String,
    balance: u64,
}

/// The same names, another struct.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "accounts")]
struct Balance {
    #[dynacond(partition_key)]
    id: String,
    balance: u64,
}

#[tokio::test]
async fn one_item_under_two_version_names_is_refused() {
    let db = bank(&[("a", 1)]).await;
    let two = |tx: &mut Transaction| -> dynacond::Result<()> {
        let mut a = tx.require(Account::key("a"))?;
        a.balance += 1;
        tx.put(a)?;
        tx.update(Renamed::key("a"), |a| a.balance.add(1))
    };
    let error = db.store.transact(two).send().await.unwrap_err();
    let Error::Invalid(InvalidInput::TwoModels { first, second, .. }) = error else {
        panic!("{error}")
    };
    assert_eq!((first, second), ("Account", "Renamed"));
    assert_nothing_written(&db);

    db.local.clear_log();
    let both = (
        db.store.update(Account::key("a")).set(|a| a.balance.add(1)),
        db.store.update(Renamed::key("a")).set(|a| a.balance.add(1)),
    );
    let error = db.store.transact_write(both).send().await.unwrap_err();
    assert!(
        matches!(error, Error::Invalid(InvalidInput::SameItem { .. })),
        "{error}"
    );
    assert!(db.operations().is_empty());
}

#[tokio::test]
async fn one_item_under_two_types_that_share_their_names_is_one_item() {
    let db = bank(&[("a", 1)]).await;
    let two = |tx: &mut Transaction| -> dynacond::Result<u64> {
        let mut a = tx.require(Account::key("a"))?;
        a.balance += 1;
        tx.put(a)?;
        Ok(tx.require(Balance::key("a"))?.balance)
    };
    assert_eq!(db.store.transact(two).send().await.unwrap(), 2);
    assert_eq!((db.balance("a").await, db.version("a").await), (2, 2));
}

async fn put_raw(db: &Db, version: AttributeValue, write_id: AttributeValue) {
    let put = db.quiet.client().put_item().table_name("accounts");
    let put = put
        .item("id", AttributeValue::S("a".into()))
        .item("balance", AttributeValue::N("1".into()))
        .item("item_version", version)
        .item("item_write_id", write_id);
    put.send().await.unwrap();
}

type Function = fn(&mut Transaction) -> dynacond::Result<()>;

#[tokio::test(start_paused = true)]
async fn a_version_or_write_id_that_is_none_is_a_decode_error_at_once() {
    let n = |number: &str| AttributeValue::N(number.to_owned());
    let s = |text: &str| AttributeValue::S(text.to_owned());
    let stamps = [
        (s("x"), s("w")),
        (n("1.5"), s("w")),
        (n("-3"), s("w")),
        (n("18446744073709551616"), s("w")),
        (AttributeValue::Null(true), s("w")),
        (n("1"), n("7")),
    ];
    let functions: [(&str, Function); 6] = [
        ("get", |tx| tx.get(Account::key("a")).map(drop)),
        // Swallowed, and the pass is void all the same.
        ("get, swallowed", |tx| {
            drop(tx.get(Account::key("a")));
            tx.put(account("b", 1)).map(drop)
        }),
        ("put", |tx| tx.put(account("a", 2)).map(drop)),
        ("update", |tx| {
            tx.update(Account::key("a"), |a| a.balance.add(1))?;
            tx.update(Account::key("a"), |a| a.balance.add(1))
        }),
        ("delete", |tx| tx.delete(Account::key("a"))),
        ("create", |tx| tx.create(account("a", 1)).map(drop)),
    ];
    for (version, write_id) in stamps {
        for (name, function) in functions {
            let db = database().await;
            put_raw(&db, version.clone(), write_id.clone()).await;
            let error = db.store.transact(function).send().await.unwrap_err();
            let case = format!("{name} of {version:?}, {write_id:?}");
            assert!(matches!(error, Error::Decode(_)), "{case}: {error}");
            let operations = db.operations();
            assert!(operations.len() <= 2, "{case}: {operations:?}");
            assert!(db.account_is_raw(&version).await, "{case}");
        }
    }
}

#[tokio::test]
async fn the_last_version_is_not_written_again() {
    let db = database().await;
    let last = AttributeValue::N(u64::MAX.to_string());
    put_raw(&db, last, AttributeValue::S("w".into())).await;
    let a = db.account("a").await.unwrap();
    assert_eq!(Stored::version(&a), u64::MAX);
    let put = |tx: &mut Transaction| -> dynacond::Result<()> {
        let mut a = tx.require(Account::key("a"))?;
        a.balance += 1;
        tx.put(a).map(drop)
    };
    let mut changed = a.clone();
    changed.balance = 7;
    let at_version = db.store.put(account("a", 7)).at_version(u64::MAX);
    let modify = db.store.modify(Account::key("a"), |a| a.balance += 1);
    let together = (db.store.replace(changed.clone()),);
    let errors = [
        db.store.save(changed.clone()).send().await.unwrap_err(),
        db.store.replace(changed).send().await.unwrap_err(),
        at_version.send().await.unwrap_err(),
        modify.send().await.unwrap_err(),
        db.store.transact_write(together).send().await.unwrap_err(),
        db.store.transact(put).send().await.unwrap_err(),
    ];
    for error in errors {
        assert!(
            matches!(error, Error::Invalid(InvalidInput::LastVersion { .. })),
            "{error}"
        );
    }
    assert_nothing_written(&db);
    // It can be deleted: that raises nothing.
    db.store.delete(a).send().await.unwrap();
}

/// A blind write does not know the version, and a clause about it on every such write would be too dear.
#[tokio::test]
async fn a_blind_write_past_the_last_version_says_that_it_was_applied() {
    for verb in ["update", "put"] {
        let db = database().await;
        let last = AttributeValue::N(u64::MAX.to_string());
        put_raw(&db, last, AttributeValue::S("w".into())).await;
        let outcome = if verb == "update" {
            let update = db.store.update(Account::key("a"));
            update.set(|a| a.balance.add(1)).send().await
        } else {
            let put = db.store.put(account("a", 2)).unconditional();
            put.send().await
        };
        let Error::Decode(error) = outcome.unwrap_err() else {
            panic!("{verb}")
        };
        assert!(error.applied, "{verb}");
        let text = error.to_string();
        assert!(text.starts_with("the write was applied"), "{text}");
        assert!(text.contains("can no longer be read"), "{text}");
        let past = AttributeValue::N("18446744073709551616".into());
        assert!(db.account_is_raw(&past).await, "{verb}");
    }
}
