//! What the commit holds: checks for what the final pass read, the writes, and nothing else.
use std::cell::Cell;
use std::collections::BTreeMap;

use dynacond::{Stored, Transaction, Versioned};
use serde::{Deserialize, Serialize};

use crate::support::{Account, account, bank, database, rival_adds};

#[tokio::test]
async fn what_the_final_pass_read_and_did_not_write_is_checked() {
    let db = bank(&[("a", 1), ("b", 2)]).await;
    let copy = |tx: &mut Transaction| -> dynacond::Result<()> {
        let (a, none) = tx.get_all((Account::key("a"), Account::key("none")))?;
        assert!(none.is_none());
        tx.put(account("copy", a.unwrap().balance))?;
        Ok(())
    };
    db.store.transact(copy).send().await.unwrap();
    assert_eq!(db.actions(), ["ConditionCheck", "ConditionCheck", "Put"]);
    let actions = &db.transactions()[0].body["TransactItems"];
    let condition = |i: usize| {
        let check = &actions[i]["ConditionCheck"];
        let id = check["Key"]["id"]["S"].as_str().unwrap().to_owned();
        (
            id,
            check["ConditionExpression"].as_str().unwrap().to_owned(),
        )
    };
    assert_eq!(
        condition(0),
        (
            "a".to_owned(),
            "#item_version = :item_version AND #item_write_id = :item_write_id".to_owned()
        )
    );
    assert_eq!(
        condition(1),
        ("none".to_owned(), "attribute_not_exists(#id)".to_owned())
    );
}

#[tokio::test]
async fn what_was_only_prefetched_is_not_checked() {
    let db = bank(&[("a", 1), ("b", 2)]).await;
    let run = |tx: &mut Transaction| -> dynacond::Result<()> {
        let mut a = tx.require(Account::key("a"))?;
        a.balance += 1;
        tx.put(a)?;
        Ok(())
    };
    let keys = [Account::key("a"), Account::key("b")];
    db.store.transact(run).prefetch(keys).send().await.unwrap();
    assert_eq!(db.operations(), ["BatchGetItem", "UpdateItem"]);
}

#[tokio::test]
async fn what_only_an_earlier_pass_read_is_not_checked() {
    let db = bank(&[("which", 0), ("a", 1), ("b", 2), ("out", 0)]).await;
    db.local
        .on("TransactWriteItems")
        .inject(rival_adds("which", 1));
    let follow = |tx: &mut Transaction| -> dynacond::Result<()> {
        let which = tx.require(Account::key("which"))?.balance;
        let of = if which == 0 { "a" } else { "b" };
        let balance = tx.require(Account::key(of))?.balance;
        let mut out = tx.require(Account::key("out"))?;
        out.balance = balance;
        tx.put(out)?;
        Ok(())
    };
    db.store.transact(follow).send().await.unwrap();
    assert_eq!(db.balance("out").await, 2);
    let body = db.transactions().pop().unwrap().body;
    let actions = body["TransactItems"].as_array().unwrap();
    let ids: Vec<_> = actions[..2]
        .iter()
        .map(|action| action["ConditionCheck"]["Key"]["id"]["S"].as_str().unwrap())
        .collect();
    assert_eq!((ids, actions.len()), (vec!["which", "b"], 3));
}

#[tokio::test]
async fn a_write_of_what_was_read_vanishes_and_leaves_its_check() {
    let db = bank(&[("a", 0), ("b", 2)]).await;
    let run = |tx: &mut Transaction| -> dynacond::Result<()> {
        let (a, b) = tx.get_all((Account::key("a"), Account::key("b")))?;
        let mut b = b.unwrap();
        b.balance += 1;
        tx.put(b)?;
        // As a `Stored` item, as a value, and by way of another value.
        let a = tx.put(a.unwrap())?;
        tx.put(account("a", 5))?;
        assert_eq!(Stored::version(&a), 1);
        let a = tx.put(account("a", 0))?;
        assert_eq!(Stored::version(&a), 1);
        Ok(())
    };
    db.store.transact(run).send().await.unwrap();
    assert_eq!(db.actions(), ["ConditionCheck", "Update"]);
    assert_eq!((db.version("a").await, db.version("b").await), (1, 2));

    db.local.clear_log();
    let nothing = |tx: &mut Transaction| -> dynacond::Result<()> {
        let a = tx.require(Account::key("a"))?;
        tx.ensure(Account::key("b"), |b| b.balance.eq(3))?;
        tx.put(a)?;
        Ok(())
    };
    db.store.transact(nothing).send().await.unwrap();
    assert_eq!(db.actions(), ["ConditionCheck", "ConditionCheck"]);
    assert_eq!(db.version("a").await, 1);
}

#[tokio::test]
async fn a_vanished_write_of_one_item_sends_nothing() {
    let db = bank(&[("a", 0)]).await;
    let same = |tx: &mut Transaction| -> dynacond::Result<_> {
        let a = tx.require(Account::key("a"))?;
        tx.put(a)
    };
    db.store.transact(same).send().await.unwrap();
    assert_eq!(db.operations(), ["GetItem"]);
}

#[tokio::test]
async fn a_lone_write_goes_out_plain_only_where_its_outcome_can_be_told() {
    let db = bank(&[("a", 5), ("d", 1), ("e", 1)]).await;
    let run = |tx: &mut Transaction, what: &str| -> dynacond::Result<()> {
        match what {
            "new" => drop(tx.create(account("new", 1))?),
            "read" => {
                let mut a = tx.require(Account::key("a"))?;
                a.balance += 1;
                tx.put(a)?;
            }
            "update of what was read" => {
                tx.require(Account::key("a"))?;
                tx.update(Account::key("a"), |a| a.balance.add(1))?;
            }
            "unread update" => tx.update(Account::key("e"), |e| e.balance.add(1))?,
            "deletion" => tx.delete(Account::key("d"))?,
            _ => unreachable!(),
        }
        Ok(())
    };
    let table: [(&str, &[&str]); 5] = [
        ("new", &["PutItem"]),
        ("read", &["GetItem", "UpdateItem"]),
        ("update of what was read", &["GetItem", "UpdateItem"]),
        ("unread update", &["TransactWriteItems"]),
        ("deletion", &["GetItem", "TransactWriteItems"]),
    ];
    for (what, requests) in table {
        db.local.clear_log();
        db.store.transact(|tx| run(tx, what)).send().await.unwrap();
        assert_eq!(db.operations(), requests, "{what}");
    }
    assert_eq!((db.balance("a").await, db.balance("e").await), (7, 2));
}

#[tokio::test]
async fn a_lone_plain_write_that_is_refused_is_run_again_on_the_refused_item() {
    let db = bank(&[("a", 5)]).await;
    db.local.on("UpdateItem").inject(rival_adds("a", 10));
    let passes = Cell::new(0);
    let double = |tx: &mut Transaction| -> dynacond::Result<u64> {
        passes.set(passes.get() + 1);
        let mut a = tx.require(Account::key("a"))?;
        a.balance *= 2;
        Ok(tx.put(a)?.balance)
    };
    assert_eq!(db.store.transact(double).send().await.unwrap(), 30);
    assert_eq!(db.operations(), ["GetItem", "UpdateItem", "UpdateItem"]);
    assert_eq!(passes.get(), 3);
    assert_eq!(db.version("a").await, 3);
}

/// Each takes from one account if both together hold enough: run side by side, both would go through on a torn check.
fn withdraw(tx: &mut Transaction, from: &str, amount: u64) -> dynacond::Result<bool> {
    let (x, y) = tx.get_all((Account::key("x"), Account::key("y")))?;
    let (x, y) = (x.unwrap(), y.unwrap());
    let enough = x.balance + y.balance >= 150;
    if enough {
        let mut account = if from == "x" { x } else { y };
        account.balance -= amount;
        tx.put(account)?;
    }
    Ok(enough)
}

#[tokio::test]
async fn write_skew_never_happens() {
    for seed in 0..10 {
        let db = bank(&[("x", 100), ("y", 100)]).await;
        let delay = std::time::Duration::from_millis(1);
        db.local
            .random(seed, 0.3, [dynacond_local::Fault::Delay(delay)]);
        let tasks: Vec<_> = ["x", "y"]
            .into_iter()
            .map(|from| {
                let store = db.store.clone();
                tokio::spawn(async move {
                    let run = store.transact(move |tx| withdraw(tx, from, 100));
                    run.send().await.unwrap()
                })
            })
            .collect();
        let mut withdrawn = 0;
        for task in tasks {
            withdrawn += u32::from(task.await.unwrap());
        }
        assert_eq!(withdrawn, 1, "seed {seed}");
        assert_eq!(db.balance("x").await + db.balance("y").await, 100);
    }
}

#[tokio::test]
async fn a_dependency_that_changes_between_read_and_commit_is_noticed() {
    let db = bank(&[("x", 100), ("y", 100)]).await;
    let rival = dynacond_local::Fault::rival(|client| async move {
        let store = dynacond::Store::new(client);
        let take = store.update(Account::key("y"));
        let take = take.set(|y| y.balance.subtract(100));
        take.send().await.unwrap();
    });
    db.local.on("TransactWriteItems").inject(rival);
    let run = db.store.transact(|tx| withdraw(tx, "x", 100));
    assert!(!run.send().await.unwrap());
    assert_eq!(db.balance("x").await, 100);
}

/// More attributes than an update expression takes.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "accounts")]
struct Wide {
    #[dynacond(partition_key)]
    id: String,
    cells: BTreeMap<String, u64>,
}

#[tokio::test]
async fn a_large_change_goes_out_whole_at_its_version() {
    let db = database().await;
    let cells = |value| (0..900).map(|i| (format!("cell-{i}"), value)).collect();
    let wide = |value| Wide {
        id: "w".to_owned(),
        cells: cells(value),
    };
    db.create(wide(0)).await;
    let put = |tx: &mut Transaction| -> dynacond::Result<_> {
        let mut stored = tx.require(Wide::key("w"))?;
        stored.cells = cells(1);
        tx.put(stored)
    };
    let told = db.store.transact(put).send().await.unwrap();
    assert_eq!(db.operations(), ["GetItem", "PutItem"]);
    assert_eq!(Stored::version(&told), 2);
    let mut told = told;
    told.cells = cells(2);
    let (told,) = db
        .store
        .transact_write((db.store.save(told),))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (Stored::version(&told), db.actions()),
        (3, vec!["Put".to_owned()])
    );
}
