//! Items that were written before versions were used: adopted, never overwritten unseen.
use aws_sdk_dynamodb::types::AttributeValue;
use dynacond::{Error, Stored, Transaction, Versioned};
use dynacond_local::Fault;

use crate::support::{Account, Db, account, database, rival_adds};

/// Another writer that raises no version.
fn unversioned_rival(id: &'static str, attribute: &'static str) -> Fault {
    Fault::rival(move |client| async move {
        let update = client
            .update_item()
            .table_name("accounts")
            .key("id", AttributeValue::S(id.to_owned()))
            .update_expression("SET #n = :v")
            .expression_attribute_names("#n", attribute)
            .expression_attribute_values(":v", AttributeValue::N("77".to_owned()));
        update.send().await.unwrap();
    })
}

async fn legacy() -> Db {
    let db = database().await;
    db.put_unversioned("a", 7, &["extra"]).await;
    db
}

#[tokio::test]
async fn a_put_of_an_unread_legacy_item_is_no_silent_overwrite() {
    let db = legacy().await;
    let put = |tx: &mut Transaction| -> dynacond::Result<_> { tx.put(account("a", 1)) };
    let told = db.store.transact(put).send().await.unwrap();
    let stored = db.account("a").await.unwrap();
    assert_eq!(Stored::item(&told), Stored::item(&stored));
    assert_eq!((stored.balance, Stored::version(&stored)), (1, 1));
    assert!(Stored::item(&stored).contains_key("extra"));
}

#[tokio::test]
async fn a_legacy_item_is_changed_if_it_is_as_it_was_read() {
    let db = legacy().await;
    db.local
        .on("TransactWriteItems")
        .inject(unversioned_rival("a", "balance"));
    let add = |tx: &mut Transaction| -> dynacond::Result<u64> {
        let mut a = tx.require(Account::key("a"))?;
        a.balance += 1;
        Ok(tx.put(a)?.balance)
    };
    assert_eq!(db.store.transact(add).send().await.unwrap(), 78);
    let a = db.account("a").await.unwrap();
    assert_eq!((a.balance, Stored::version(&a)), (78, 1));
}

#[tokio::test]
async fn a_legacy_item_is_updated_read_or_not() {
    let db = legacy().await;
    let unread = |tx: &mut Transaction| tx.update(Account::key("a"), |a| a.balance.add(1));
    db.store.transact(unread).send().await.unwrap();
    assert_eq!((db.balance("a").await, db.version("a").await), (8, 1));

    db.put_unversioned("b", 1, &[]).await;
    let read = |tx: &mut Transaction| -> dynacond::Result<u64> {
        let before = tx.require(Account::key("b"))?.balance;
        tx.update(Account::key("b"), |b| b.balance.add(1))?;
        Ok(before)
    };
    assert_eq!(db.store.transact(read).send().await.unwrap(), 1);
    assert_eq!((db.balance("b").await, db.version("b").await), (2, 1));
}

#[tokio::test]
async fn a_legacy_item_is_adopted_before_it_is_deleted() {
    let db = legacy().await;
    let delete = |tx: &mut Transaction| tx.delete(Account::key("a"));
    db.store.transact(delete).send().await.unwrap();
    assert_eq!(
        db.operations(),
        ["GetItem", "UpdateItem", "TransactWriteItems"]
    );
    assert!(db.account("a").await.is_none());
}

#[tokio::test]
async fn an_attribute_that_a_legacy_item_gains_is_not_deleted_unseen() {
    let db = legacy().await;
    db.local
        .on("UpdateItem")
        .inject(unversioned_rival("a", "gained"));
    let passes = std::cell::Cell::new(0);
    let delete = |tx: &mut Transaction| -> dynacond::Result<()> {
        passes.set(passes.get() + 1);
        let a = tx.require(Account::key("a"))?;
        if Stored::item(&a).contains_key("gained") {
            return Ok(());
        }
        tx.delete(a)
    };
    db.store.transact(delete).send().await.unwrap();
    let a = db.account("a").await.unwrap();
    assert!(Stored::item(&a).contains_key("gained"));
    assert_eq!(passes.get(), 3);
}

#[tokio::test]
async fn a_legacy_item_in_the_callers_hand_is_deleted_and_put() {
    let db = legacy().await;
    db.put_unversioned("b", 1, &[]).await;
    let (a, b) = (
        db.account("a").await.unwrap(),
        db.account("b").await.unwrap(),
    );
    let run = |tx: &mut Transaction| -> dynacond::Result<()> {
        tx.delete(a.clone())?;
        let mut b = b.clone();
        b.balance += 1;
        tx.put(b)?;
        Ok(())
    };
    db.store.transact(run).send().await.unwrap();
    assert!(db.account("a").await.is_none());
    assert_eq!((db.balance("b").await, db.version("b").await), (2, 1));
    // Stale now: `b` has got a version and another balance.
    let error = db.store.transact(|tx| tx.delete(b.clone())).send().await;
    assert!(error.unwrap_err().is_conflict());
}

#[tokio::test(start_paused = true)]
async fn a_false_ensure_on_a_legacy_item_that_is_deleted_is_the_answer() {
    let db = legacy().await;
    let close = |tx: &mut Transaction| -> dynacond::Result<()> {
        tx.ensure(Account::key("a"), |a| a.balance.eq(0))?;
        tx.delete(Account::key("a"))
    };
    let error = db.store.transact(close).send().await.unwrap_err();
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert_eq!(error.refusal().unwrap().verb(), "delete");
    let told = error.to_string();
    assert!(
        told.ends_with("was refused: `balance = ?` is false"),
        "{told}"
    );
    assert_eq!(db.balance("a").await, 7);
    let sent = ["GetItem", "UpdateItem", "TransactWriteItems"];
    assert_eq!(db.operations(), sent);
}

/// The stamp of one item says nothing of the other items that the function read.
#[tokio::test(start_paused = true)]
async fn a_false_ensure_on_a_legacy_item_is_no_answer_if_what_was_read_has_changed() {
    let db = legacy().await;
    db.create(account("limit", 0)).await;
    db.local.on("UpdateItem").inject(rival_adds("limit", 7));
    let close = |tx: &mut Transaction| -> dynacond::Result<()> {
        let limit = tx.require(Account::key("limit"))?.balance;
        tx.ensure(Account::key("a"), |a| a.balance.le(limit))?;
        tx.delete(Account::key("a"))
    };
    db.store.transact(close).send().await.unwrap();
    assert!(db.account("a").await.is_none());
}

#[tokio::test]
async fn a_legacy_item_that_is_only_read_is_checked() {
    let db = legacy().await;
    db.local
        .on("TransactWriteItems")
        .inject(unversioned_rival("a", "balance"));
    let copy = |tx: &mut Transaction| -> dynacond::Result<()> {
        let a = tx.require(Account::key("a"))?.balance;
        tx.put(account("copy", a))?;
        Ok(())
    };
    db.store.transact(copy).send().await.unwrap();
    assert_eq!(db.balance("copy").await, 77);
    assert_eq!(db.version("a").await, 0, "a check stamps nothing");
}

#[tokio::test]
async fn a_lost_adoption_is_looked_up_and_done_again() {
    for fault in [
        Fault::LoseRequest,
        Fault::LoseAnswer,
        Fault::DeliverAfter(1),
    ] {
        let db = legacy().await;
        db.local.on("UpdateItem").inject(fault.clone());
        let delete = |tx: &mut Transaction| tx.delete(Account::key("a"));
        db.store.transact(delete).send().await.unwrap();
        assert!(db.account("a").await.is_none(), "{fault}");
    }
}

#[tokio::test]
async fn a_long_legacy_item_does_not_fit_into_a_guard_and_is_adopted() {
    let db = database().await;
    let names: Vec<String> = (0..200).map(|i| format!("attribute-{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    db.put_unversioned("a", 7, &names).await;
    let add = |tx: &mut Transaction| -> dynacond::Result<()> {
        let mut a = tx.require(Account::key("a"))?;
        a.balance += 1;
        tx.put(a)?;
        Ok(())
    };
    db.store.transact(add).send().await.unwrap();
    assert_eq!(db.operations(), ["GetItem", "UpdateItem", "UpdateItem"]);
    assert_eq!((db.balance("a").await, db.version("a").await), (8, 2));
}

#[tokio::test]
async fn known_writes_adopt_legacy_items_as_well() {
    let db = legacy().await;
    db.put_unversioned("b", 1, &["extra"]).await;
    let (a, mut b) = (
        db.account("a").await.unwrap(),
        db.account("b").await.unwrap(),
    );
    b.balance = 5;
    let both = (db.store.delete(a), db.store.replace(b));
    let ((), b) = db.store.transact_write(both).send().await.unwrap();
    assert_eq!(
        db.operations(),
        ["UpdateItem", "UpdateItem", "TransactWriteItems"]
    );
    assert_eq!((b.balance, Stored::version(&b)), (5, 2));
    let stored = db.account("b").await.unwrap();
    assert_eq!(Stored::item(&stored), Stored::item(&b));
    assert!(!Stored::item(&b).contains_key("extra"), "replaced");
    assert!(db.account("a").await.is_none());
}
