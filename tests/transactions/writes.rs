//! `put`, `create`, `delete` and `ensure` of a transaction function.
use dynacond::{Error, InvalidInput, Store, Stored, Transaction, Versioned};
use dynacond_local::Fault;

use crate::support::{Account, account, bank, database};

#[tokio::test]
async fn a_new_item_is_put_in_one_request() {
    let db = database().await;
    let run = db
        .store
        .transact(|tx| -> dynacond::Result<_> { tx.put(account("a", 7)) });
    let stored = run.send().await.unwrap();
    assert_eq!(db.operations(), ["PutItem"]);
    assert_eq!(Stored::version(&stored), 1);
    assert_eq!(db.balance("a").await, 7);
}

#[tokio::test]
async fn a_put_over_an_unknown_item_is_run_again_on_what_is_there() {
    let db = bank(&[]).await;
    let theirs = serde_dynamo::to_item(serde_json::json!({
        "id": "a", "balance": 1, "note": "mine", "extra": true, "item_version": 4, "item_write_id": "w",
    }));
    let put = db.quiet.client().put_item().table_name("accounts");
    put.set_item(Some(theirs.unwrap())).send().await.unwrap();

    let run = db
        .store
        .transact(|tx| -> dynacond::Result<_> { tx.put(account("a", 7)) });
    let told = run.send().await.unwrap();
    assert_eq!(db.operations(), ["PutItem", "UpdateItem"]);
    let stored = db.account("a").await.unwrap();
    assert_eq!(Stored::item(&stored), Stored::item(&told));
    assert_eq!((stored.balance, Stored::version(&stored)), (7, 5));
    assert_eq!(
        stored.note, None,
        "an attribute of the struct is written as it is"
    );
    assert!(
        Stored::item(&stored).contains_key("extra"),
        "an unknown attribute is kept"
    );
}

#[tokio::test]
async fn a_stored_item_from_outside_is_put_at_its_version() {
    let db = bank(&[("a", 7)]).await;
    let mut mine = db.account("a").await.unwrap();
    mine.balance = 8;
    let run = db
        .store
        .transact(|tx| -> dynacond::Result<_> { tx.put(mine.clone()) });
    let told = run.send().await.unwrap();
    assert_eq!(db.operations(), ["UpdateItem"]);
    assert_eq!((told.balance, Stored::version(&told)), (8, 2));

    // `mine` is stale now.
    let run = db
        .store
        .transact(|tx| -> dynacond::Result<_> { tx.put(mine.clone()) });
    let error = run.send().await.unwrap_err();
    assert!(matches!(&error, Error::Conflict(_)), "{error}");
    assert_eq!(error.current::<Account>().unwrap().unwrap().balance, 8);
    assert_eq!(db.version("a").await, 2);
}

#[tokio::test]
async fn a_stored_item_that_was_deleted_is_not_brought_back() {
    let db = bank(&[("a", 7)]).await;
    let mut mine = db.account("a").await.unwrap();
    db.quiet.delete(mine.clone()).send().await.unwrap();
    db.create(account("a", 1)).await;
    mine.balance = 9;
    let put = |tx: &mut Transaction| -> dynacond::Result<_> { tx.put(mine.clone()) };
    let error = db.store.transact(put).send().await.unwrap_err();
    assert!(
        matches!(&error, Error::Conflict(_)),
        "created again at the same version: {error}"
    );
    let again = db.account("a").await.unwrap();
    db.quiet.delete(again).send().await.unwrap();
    let error = db.store.transact(put).send().await.unwrap_err();
    assert!(matches!(&error, Error::NotFound(_)), "{error}");
    assert!(db.account("a").await.is_none());
}

#[tokio::test]
async fn two_puts_of_one_read_do_not_lose_the_first() {
    let db = bank(&[("a", 7)]).await;
    let run = |tx: &mut Transaction| -> dynacond::Result<()> {
        let read = tx.require(Account::key("a"))?;
        let (mut first, mut second) = (read.clone(), read);
        first.balance += 1;
        second.note = Some("x".to_owned());
        tx.put(first)?;
        tx.put(second)?;
        Ok(())
    };
    let error = db.store.transact(run).send().await.unwrap_err();
    let stale = matches!(error, Error::Invalid(InvalidInput::StaleCopy { .. }));
    assert!(stale, "nobody else wrote it: {error}");
    assert_eq!(db.version("a").await, 1);
}

#[tokio::test]
async fn what_put_gives_can_be_changed_and_put_again() {
    let db = database().await;
    let run = |tx: &mut Transaction| -> dynacond::Result<_> {
        let mut a = tx.put(account("a", 7))?;
        a.balance += 1;
        let mut a = tx.put(a)?;
        tx.presume(Account::key("a"), Some(account("a", 9)))?;
        a.balance += 1;
        tx.put(a)
    };
    let told = db.store.transact(run).send().await.unwrap();
    assert_eq!(db.operations(), ["PutItem"]);
    let stored = db.account("a").await.unwrap();
    assert_eq!(Stored::item(&told), Stored::item(&stored));
    assert_eq!((stored.balance, Stored::version(&stored)), (9, 1));
}

#[tokio::test]
async fn create_answers_with_the_item_that_is_there() {
    let db = bank(&[("a", 7)]).await;
    let create = |tx: &mut Transaction| -> dynacond::Result<_> { tx.create(account("a", 1)) };
    let error = db.store.transact(create).send().await.unwrap_err();
    assert!(matches!(&error, Error::AlreadyExists(_)), "{error}");
    assert_eq!(error.refusal().unwrap().verb(), "create");
    assert_eq!(error.current::<Account>().unwrap().unwrap().balance, 7);
    assert_eq!(db.operations(), ["PutItem"], "the refusal brings the item");
    assert_eq!(db.balance("a").await, 7);

    let create = |tx: &mut Transaction| -> dynacond::Result<_> { tx.create(account("b", 1)) };
    let b = db.store.transact(create).send().await.unwrap();
    assert_eq!(Stored::version(&b), 1);
}

#[tokio::test]
async fn deleting_an_existing_a_missing_and_a_stored_item() {
    let db = bank(&[("a", 7), ("b", 8)]).await;
    let delete = |tx: &mut Transaction| tx.delete(Account::key("a"));
    db.store.transact(delete).send().await.unwrap();
    assert!(db.account("a").await.is_none());
    assert_eq!(db.operations(), ["GetItem", "TransactWriteItems"]);
    db.local.clear_log();
    db.store.transact(delete).send().await.unwrap();
    assert_eq!(db.operations(), ["GetItem"], "nothing to delete");

    let b = db.account("b").await.unwrap();
    let raise = db.quiet.update(Account::key("b")).set(|b| b.balance.add(1));
    raise.send().await.unwrap();
    let stale = |tx: &mut Transaction| tx.delete(b.clone());
    let error = db.store.transact(stale).send().await.unwrap_err();
    assert!(error.is_conflict(), "{error}");
    let b = db.account("b").await.unwrap();
    let fresh = |tx: &mut Transaction| tx.delete(b.clone());
    db.store.transact(fresh).send().await.unwrap();
    assert!(db.account("b").await.is_none());
}

#[tokio::test]
async fn an_item_changed_before_its_deletion_is_looked_at_again() {
    let db = bank(&[("a", 0)]).await;
    db.local
        .on("TransactWriteItems")
        .inject(crate::support::rival_adds("a", 5));
    let delete_empty = |tx: &mut Transaction| -> dynacond::Result<bool> {
        let empty = tx.require(Account::key("a"))?.balance == 0;
        if empty {
            tx.delete(Account::key("a"))?;
        }
        Ok(empty)
    };
    assert!(!db.store.transact(delete_empty).send().await.unwrap());
    assert_eq!(db.balance("a").await, 5);
}

#[tokio::test]
async fn ensure_holds_without_a_read() {
    let db = bank(&[("limit", 100)]).await;
    let put = |tx: &mut Transaction, least: u64| -> dynacond::Result<()> {
        tx.ensure(Account::key("limit"), |a| a.balance.ge(least))?;
        tx.put(account("a", 1))?;
        Ok(())
    };
    db.store.transact(|tx| put(tx, 50)).send().await.unwrap();
    assert_eq!(db.operations(), ["TransactWriteItems"]);
    assert_eq!(db.actions(), ["ConditionCheck", "Put"]);

    let put = |tx: &mut Transaction| -> dynacond::Result<()> {
        tx.ensure(Account::key("limit"), |a| a.balance.ge(500))?;
        tx.put(account("b", 1))?;
        Ok(())
    };
    let error = db.store.transact(put).send().await.unwrap_err();
    let Error::ConditionFailed(refusal) = &error else {
        panic!("{error}")
    };
    assert_eq!(refusal.verb(), "ensure");
    assert_eq!(error.current::<Account>().unwrap().unwrap().balance, 100);
    assert!(db.account("b").await.is_none());
}

#[tokio::test]
async fn ensure_alone_is_held_against_its_item() {
    let db = bank(&[("a", 1)]).await;
    for (least, holds) in [(1, true), (2, false)] {
        let ensure = |tx: &mut Transaction| tx.ensure(Account::key("a"), |a| a.balance.ge(least));
        let outcome = db.store.transact(ensure).send().await;
        assert_eq!(outcome.is_ok(), holds, "{outcome:?}");
    }
    assert_eq!(db.operations(), ["TransactWriteItems"; 2]);
}

#[tokio::test]
async fn ensure_and_the_write_of_one_item_are_one_action() {
    let db = bank(&[("a", 1), ("b", 1)]).await;
    let both = |tx: &mut Transaction| -> dynacond::Result<()> {
        tx.ensure(Account::key("a"), |a| a.balance.ge(1))?;
        tx.update(Account::key("a"), |a| a.balance.subtract(1))?;
        tx.ensure(Account::key("a"), |a| a.note.not_exists())
    };
    db.store.transact(both).send().await.unwrap();
    assert_eq!(db.actions(), ["Update"]);
    let action = &db.transactions()[0].body["TransactItems"][0]["Update"];
    let condition = action["ConditionExpression"].as_str().unwrap();
    for clause in ["attribute_exists", ">=", "attribute_not_exists"] {
        assert!(condition.contains(clause), "{condition}");
    }
    assert_eq!(db.balance("a").await, 0);
    // Of an item that was read: one action at its version, which goes out alone.
    let read = |tx: &mut Transaction| -> dynacond::Result<()> {
        let mut b = tx.require(Account::key("b"))?;
        b.balance += 1;
        tx.ensure(Account::key("b"), |b| b.balance.ge(1))?;
        tx.put(b)?;
        Ok(())
    };
    db.local.clear_log();
    db.store.transact(read).send().await.unwrap();
    assert_eq!(db.operations(), ["GetItem", "UpdateItem"]);
}

#[tokio::test]
async fn a_false_ensure_is_an_answer_only_if_the_reads_held() {
    let db = bank(&[("a", 1), ("limit", 0)]).await;
    // The rival changes what was read, and makes the condition false. The function decides again, without the condition.
    db.local
        .on("TransactWriteItems")
        .inject(Fault::rival(|client| async move {
            let store = Store::new(client);
            let add = |id| {
                store
                    .update(Account::key(id))
                    .set(|a| a.balance.add(1))
                    .send()
            };
            add("a").await.unwrap();
            add("limit").await.unwrap();
        }));
    let run = |tx: &mut Transaction| -> dynacond::Result<u64> {
        let a = tx.require(Account::key("a"))?.balance;
        if a == 1 {
            tx.ensure(Account::key("limit"), |l| l.balance.eq(0))?;
        }
        tx.put(account("out", a))?;
        Ok(a)
    };
    assert_eq!(db.store.transact(run).send().await.unwrap(), 2);
    assert_eq!(db.balance("out").await, 2);
}

/// An item of a query that left out attributes. They do not count as removed, no matter what is known about the item.
#[tokio::test]
async fn a_put_of_a_projection_keeps_what_was_not_projected() {
    for known in ["nothing", "read", "presumed"] {
        let db = bank(&[("a", 7)]).await;
        let noted = db.quiet.update(Account::key("a"));
        let noted = noted
            .set(|a| (a.note.to("theirs"), dynacond::attr("extra").to(true)))
            .send();
        let mut projected = Stored::item(&noted.await.unwrap()).clone();
        projected.retain(|name, _| !["note", "extra"].contains(&name.as_str()));
        let projected = Stored::<Account>::from_item(projected).unwrap();
        let run = db.store.transact(|tx| -> dynacond::Result<()> {
            match known {
                "read" => drop(tx.require(Account::key("a"))?),
                "presumed" => tx.presume_stored(projected.clone())?,
                _ => {}
            }
            let mut mine = projected.clone();
            mine.balance += 1;
            tx.put(mine).map(drop)
        });
        run.send().await.unwrap();
        let stored = db.account("a").await.unwrap();
        assert_eq!(stored.balance, 8, "{known}");
        assert_eq!(stored.note.as_deref(), Some("theirs"), "{known}");
        assert!(Stored::item(&stored).contains_key("extra"), "{known}");
    }
}
