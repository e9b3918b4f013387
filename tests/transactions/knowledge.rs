//! What the function sees of items: unknown, absent or present, but never an invented value.
use std::cell::RefCell;

use dynacond::{Error, Stored, Transaction, Versioned};
use dynacond_local::Fault;

use crate::support::{Account, account, bank, database};

#[tokio::test]
async fn a_lazy_get_never_shows_an_existing_item_as_missing() {
    let db = bank(&[("a", 7)]).await;
    let seen = RefCell::new(Vec::new());
    let look = |tx: &mut Transaction| -> dynacond::Result<()> {
        let found = tx.get(Account::key("a"))?;
        seen.borrow_mut().push(found.map(|a| a.balance));
        let found = tx.get(Account::key("none"))?;
        seen.borrow_mut().push(found.map(|a| a.balance));
        Ok(())
    };
    db.store.transact(look).send().await.unwrap();
    assert_eq!(seen.take(), [Some(7), Some(7), None]);
}

#[tokio::test]
async fn a_swallowed_error_still_stops_the_pass() {
    let db = bank(&[("a", 7)]).await;
    // `.ok()` and `unwrap_or_default()` turn "not read yet" into "not there"; nothing of that pass may count.
    let swallow = |tx: &mut Transaction| -> dynacond::Result<u64> {
        let found = tx.get(Account::key("a")).ok().flatten();
        let balance = found.map(|a| a.balance).unwrap_or_default();
        let others = tx.get_all([Account::key("b")]).unwrap_or_default().len() as u64;
        tx.put(account("sum", balance + others))?;
        Ok(balance + others)
    };
    let sum = db.store.transact(swallow).send().await.unwrap();
    assert_eq!((sum, db.balance("sum").await), (8, 8));
    assert_eq!(db.version("sum").await, 1, "the void pass wrote nothing");
    assert_eq!(db.operations(), ["BatchGetItem", "TransactWriteItems"]);
}

/// An error that forgets what it was made of.
struct Text(String);

impl From<Error> for Text {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

#[tokio::test]
async fn a_converted_error_still_stops_the_pass() {
    let db = bank(&[("a", 7)]).await;
    let convert = |tx: &mut Transaction| -> Result<u64, String> {
        let found = tx.get(Account::key("a")).map_err(|_| "no bank")?;
        Ok(found.ok_or("no account")?.balance)
    };
    let run = db
        .store
        .transact(|tx| convert(tx).map_err(Text))
        .send()
        .await;
    assert_eq!(run.map_err(|text| text.0), Ok(7));
}

#[tokio::test]
async fn independent_reads_are_one_batch_and_each_item_is_read_once() {
    let db = bank(&[("a", 1), ("b", 2), ("c", 3)]).await;
    let sum = |tx: &mut Transaction| -> dynacond::Result<u64> {
        let (a, b) = (tx.require(Account::key("a")), tx.require(Account::key("b")));
        let (a, b) = (a?, b?);
        let c = tx.require(Account::key("c"))?;
        tx.put(account("sum", a.balance + b.balance + c.balance))?;
        Ok(a.balance + b.balance + c.balance)
    };
    assert_eq!(db.store.transact(sum).send().await.unwrap(), 6);
    assert_eq!(
        db.operations(),
        ["BatchGetItem", "GetItem", "TransactWriteItems"]
    );
}

#[tokio::test]
async fn many_keys_are_read_in_chunks_of_a_hundred() {
    let db = database().await;
    db.create(account("k7", 7)).await;
    for (count, batches) in [(2, 1), (100, 1), (101, 2), (250, 3)] {
        db.local.clear_log();
        let keys: Vec<_> = (0..count).map(|i| Account::key(format!("k{i}"))).collect();
        let twice: Vec<_> = keys.iter().chain(&keys).cloned().collect();
        let read = |tx: &mut Transaction| -> dynacond::Result<usize> {
            Ok(tx.get_all(&keys[..])?.into_iter().flatten().count())
        };
        let run = db.store.transact(read).prefetch(twice);
        assert_eq!(run.send().await.unwrap(), usize::from(count > 7));
        assert_eq!(db.operations(), vec!["BatchGetItem"; batches], "{count}");
    }
}

#[tokio::test]
async fn reads_see_what_was_written_before_them() {
    let db = bank(&[("a", 7), ("b", 8)]).await;
    let run = |tx: &mut Transaction| -> dynacond::Result<()> {
        let mut a = tx.require(Account::key("a"))?;
        a.balance = 70;
        tx.put(a)?;
        assert_eq!(tx.require(Account::key("a"))?.balance, 70, "put, get");
        tx.update(Account::key("a"), |a| a.balance.add(1))?;
        assert_eq!(tx.require(Account::key("a"))?.balance, 71, "update, get");

        tx.delete(Account::key("b"))?;
        assert!(tx.get(Account::key("b"))?.is_none(), "delete, get");
        let b = tx.put(account("b", 80))?;
        assert_eq!(b.balance, 80);
        assert_eq!(tx.require(Account::key("b"))?.balance, 80, "delete, put");

        tx.put(account("c", 9))?;
        assert_eq!(
            tx.require(Account::key("c"))?.balance,
            9,
            "put, get, unread"
        );
        tx.delete(Account::key("c"))?;
        assert!(tx.get(Account::key("c"))?.is_none());
        Ok(())
    };
    db.store.transact(run).send().await.unwrap();
    assert_eq!((db.balance("a").await, db.balance("b").await), (71, 80));
    assert_eq!((db.version("a").await, db.version("b").await), (2, 2));
    assert!(db.account("c").await.is_none());
}

#[tokio::test]
async fn put_gives_the_item_as_it_is_stored_after_the_commit() {
    let db = bank(&[("a", 7), ("same", 5)]).await;
    let run = |tx: &mut Transaction| -> dynacond::Result<_> {
        let mut a = tx.require(Account::key("a"))?;
        a.balance += 1;
        let same = tx.require(Account::key("same"))?;
        Ok((tx.put(a)?, tx.put(same)?, tx.put(account("new", 1))?))
    };
    let (a, same, new) = db.store.transact(run).send().await.unwrap();
    for told in [&a, &same, &new] {
        let stored = db.account(&told.id).await.unwrap();
        assert_eq!(Stored::item(told), Stored::item(&stored));
    }
    assert_eq!(Stored::version(&same), 1, "nothing changed");
    // And it is good for the next write.
    let mut a = a;
    a.balance += 1;
    let a = db.store.save(a).send().await.unwrap();
    assert_eq!((a.balance, Stored::version(&a)), (9, 3));
}

#[tokio::test]
async fn what_is_put_is_what_a_retry_stores_too() {
    let db = bank(&[("a", 7), ("b", 0)]).await;
    db.local
        .on("TransactWriteItems")
        .inject(crate::support::rival_adds("a", 1));
    let run = |tx: &mut Transaction| -> dynacond::Result<_> {
        let (a, b) = tx.get_all((Account::key("a"), Account::key("b")))?;
        let (mut a, mut b) = (a.unwrap(), b.unwrap());
        a.balance += 10;
        b.balance = a.balance;
        Ok((tx.put(a)?, tx.put(b)?))
    };
    let (a, b) = db.store.transact(run).send().await.unwrap();
    for told in [&a, &b] {
        let stored = db.account(&told.id).await.unwrap();
        assert_eq!(Stored::item(told), Stored::item(&stored));
    }
    assert_eq!((a.balance, b.balance), (18, 18));
}

#[tokio::test]
async fn peek_is_not_checked() {
    let db = bank(&[("rate", 2), ("a", 1)]).await;
    db.local
        .on("UpdateItem")
        .inject(crate::support::rival_adds("rate", 5));
    let run = |tx: &mut Transaction| -> dynacond::Result<()> {
        let rate = tx.peek(Account::key("rate"))?.unwrap().balance;
        let mut a = tx.require(Account::key("a"))?;
        a.balance *= rate;
        tx.put(a)?;
        Ok(())
    };
    db.store.transact(run).send().await.unwrap();
    assert_eq!((db.balance("rate").await, db.balance("a").await), (7, 2));
    assert_eq!(db.operations(), ["GetItem", "GetItem", "UpdateItem"]);
}

#[tokio::test]
async fn a_function_is_run_on_another_task() {
    let db = bank(&[("a", 7), ("b", 1)]).await;
    db.local.on("TransactWriteItems").inject(Fault::LoseAnswer);
    let store = db.store.clone();
    let spawned = tokio::spawn(async move {
        let (from, to) = ("a".to_owned(), "b".to_owned());
        let run = store.transact(move |tx| crate::support::transfer(tx, &from, &to, 3));
        run.send().await.is_ok()
    });
    assert!(spawned.await.unwrap());
    assert_eq!((db.balance("a").await, db.balance("b").await), (4, 4));
}
