//! Guesses that save a read: a wrong one ends as no guess does.
use dynacond::{Error, Store, Stored, Transaction, Versioned};
use dynacond_local::Fault;

use crate::support::{Account, Db, account, bank, rival_adds};

/// Puts what the balance was, if the account is there; else creates it.
fn note_balance(tx: &mut Transaction) -> dynacond::Result<Option<u64>> {
    let found = tx.get(Account::key("a"))?.map(|a| a.balance);
    match found {
        Some(balance) => tx.put(account("seen", balance))?,
        None => tx.create(account("a", 1))?,
    };
    Ok(found)
}

async fn state(db: &Db) -> (Option<u64>, Option<u64>) {
    let balance = |found: Option<Stored<Account>>| found.map(|a| a.balance);
    (
        balance(db.account("a").await),
        balance(db.account("seen").await),
    )
}

#[tokio::test]
async fn a_wrong_guess_ends_as_no_guess_does() {
    for exists in [true, false] {
        let without = bank(if exists { &[("a", 7)] } else { &[] }).await;
        let expected = without.store.transact(note_balance).send().await.unwrap();
        for guess in [None, Some(account("a", 7)), Some(account("a", 99))] {
            let db = bank(if exists { &[("a", 7)] } else { &[] }).await;
            let guessing = |tx: &mut Transaction| {
                tx.presume(Account::key("a"), guess.clone())?;
                note_balance(tx)
            };
            let answer = db.store.transact(guessing).send().await.unwrap();
            assert_eq!(answer, expected, "exists: {exists}, guess: {guess:?}");
            assert_eq!(state(&db).await, state(&without).await);
        }
    }
}

#[tokio::test]
async fn a_right_guess_saves_the_read() {
    let db = bank(&[]).await;
    let absent = |tx: &mut Transaction| {
        tx.presume(Account::key("a"), None)?;
        note_balance(tx)
    };
    assert_eq!(db.store.transact(absent).send().await.unwrap(), None);
    assert_eq!(db.operations(), ["PutItem"]);

    db.local.clear_log();
    let a = db.account("a").await.unwrap();
    let stored = |tx: &mut Transaction| {
        tx.presume_stored(a.clone())?;
        note_balance(tx)
    };
    assert_eq!(db.store.transact(stored).send().await.unwrap(), Some(1));
    assert_eq!(db.operations(), ["TransactWriteItems"]);
    assert_eq!(db.actions(), ["ConditionCheck", "Put"]);
}

#[tokio::test]
async fn a_stale_stored_guess_is_noticed() {
    let db = bank(&[("a", 7)]).await;
    let a = db.account("a").await.unwrap();
    db.quiet
        .update(Account::key("a"))
        .set(|a| a.balance.add(1))
        .send()
        .await
        .unwrap();
    let stored = |tx: &mut Transaction| {
        tx.presume_stored(a.clone())?;
        note_balance(tx)
    };
    assert_eq!(db.store.transact(stored).send().await.unwrap(), Some(8));
    assert_eq!(db.operations(), ["TransactWriteItems"; 2]);
    assert_eq!(db.balance("seen").await, 8);
}

#[tokio::test]
async fn a_guess_is_checked_although_nothing_is_written() {
    let db = bank(&[("a", 7)]).await;
    let look = |tx: &mut Transaction| -> dynacond::Result<Option<u64>> {
        tx.presume(Account::key("a"), None)?;
        Ok(tx.get(Account::key("a"))?.map(|a| a.balance))
    };
    assert_eq!(db.store.transact(look).send().await.unwrap(), Some(7));
    assert_eq!(db.operations(), ["GetItem"], "one item is read by GetItem");

    let peek = |tx: &mut Transaction| -> dynacond::Result<Option<u64>> {
        tx.presume(Account::key("a"), None)?;
        Ok(tx.peek(Account::key("a"))?.map(|a| a.balance))
    };
    assert_eq!(db.store.transact(peek).send().await.unwrap(), Some(7));
}

#[tokio::test]
async fn a_guess_that_makes_an_error_is_checked() {
    let db = bank(&[("a", 7)]).await;
    // create and update answer from the guess without a read of the function's own.
    let create = |tx: &mut Transaction| -> dynacond::Result<u64> {
        tx.presume(Account::key("b"), Some(account("b", 1)))?;
        Ok(tx.create(account("b", 2))?.balance)
    };
    assert_eq!(db.store.transact(create).send().await.unwrap(), 2);
    let update = |tx: &mut Transaction| -> dynacond::Result<()> {
        tx.presume(Account::key("a"), None)?;
        tx.update(Account::key("a"), |a| a.balance.add(1))
    };
    db.store.transact(update).send().await.unwrap();
    assert_eq!(db.balance("a").await, 8);
    let require = |tx: &mut Transaction| -> dynacond::Result<u64> {
        tx.presume(Account::key("a"), None)?;
        Ok(tx.require(Account::key("a"))?.balance)
    };
    assert_eq!(db.store.transact(require).send().await.unwrap(), 8);
    let true_error = |tx: &mut Transaction| -> dynacond::Result<u64> {
        tx.presume(Account::key("none"), None)?;
        Ok(tx.require(Account::key("none"))?.balance)
    };
    let error = db.store.transact(true_error).send().await.unwrap_err();
    assert!(matches!(error, Error::NotFound(_)), "{error}");
}

#[tokio::test]
async fn a_guess_does_nothing_for_what_is_known() {
    let db = bank(&[("a", 7)]).await;
    let run = |tx: &mut Transaction| -> dynacond::Result<u64> {
        let before = tx.require(Account::key("a"))?.balance;
        tx.presume(Account::key("a"), None)?;
        let after = tx.require(Account::key("a"))?.balance;
        tx.update(Account::key("b"), |b| b.balance.add(1))?;
        // `b` is not known, but changed: a guess of what it was says nothing of what it will be.
        tx.presume(Account::key("b"), Some(account("b", 1)))?;
        Ok(before + after + tx.require(Account::key("b"))?.balance)
    };
    db.create(account("b", 10)).await;
    assert_eq!(db.store.transact(run).send().await.unwrap(), 25);
    assert_eq!(db.balance("b").await, 11);
}

#[tokio::test]
async fn an_item_that_appears_is_seen_by_the_guesser() {
    let db = bank(&[]).await;
    db.local
        .on("PutItem")
        .inject(Fault::rival(|client| async move {
            Store::new(client)
                .create(account("a", 3))
                .send()
                .await
                .unwrap();
        }));
    db.local.on("TransactWriteItems").inject(rival_adds("a", 4));
    let absent = |tx: &mut Transaction| {
        tx.presume(Account::key("a"), None)?;
        note_balance(tx)
    };
    assert_eq!(db.store.transact(absent).send().await.unwrap(), Some(7));
    assert_eq!(state(&db).await, (Some(7), Some(7)));
}
