//! The README of the system whose idea this is: put unless exists, prefetching, errors that pass as they are.
use std::error::Error as StdError;

use dynacond::{Error, Stored, Transaction, Versioned};

use crate::support::{BankError, Task, User, bank, database, task, transfer, user};

fn create_task(tx: &mut Transaction, task: Task) -> dynacond::Result<()> {
    if tx.get(task.to_key())?.is_none() {
        let mut user = tx.require(User::key(&task.user_id))?;
        user.task_ids.push(task.id.clone());
        tx.put(task)?;
        tx.put(user)?;
    }
    Ok(())
}

#[tokio::test]
async fn a_new_task_and_its_user_are_linked_together() {
    let db = database().await;
    db.create(user("steve")).await;
    let keys = (Task::key("t1"), User::key("steve"));
    let run = db
        .store
        .transact(|tx| create_task(tx, task("t1", "steve")))
        .prefetch(keys);
    run.send().await.unwrap();
    assert_eq!(db.operations(), ["BatchGetItem", "TransactWriteItems"]);
    let task = db.quiet.get(Task::key("t1")).send().await.unwrap().unwrap();
    let user = db.quiet.get(User::key("steve")).send().await.unwrap();
    let user = user.unwrap();
    assert_eq!((Stored::version(&task), Stored::version(&user)), (1, 2));
    assert!(!task.is_done, "a falsy attribute is stored");
    assert!(Stored::item(&task).contains_key("is_done"));
    assert_eq!(user.task_ids, ["t1"]);
}

#[tokio::test]
async fn a_guess_that_the_task_is_new_saves_its_read() {
    let db = database().await;
    db.create(user("steve")).await;
    let guessing = |tx: &mut Transaction| {
        tx.presume(Task::key("t1"), None)?;
        create_task(tx, task("t1", "steve"))
    };
    db.store.transact(guessing).send().await.unwrap();
    assert_eq!(db.operations(), ["GetItem", "TransactWriteItems"]);
    assert_eq!(db.actions(), ["Put", "Update"]);
}

#[tokio::test]
async fn an_existing_task_is_left_alone() {
    let db = database().await;
    db.create(user("steve")).await;
    db.create(task("t1", "anna")).await;
    let run = db.store.transact(|tx| create_task(tx, task("t1", "steve")));
    run.send().await.unwrap();
    assert_eq!(db.operations(), ["GetItem"]);
    let user = db.quiet.get(User::key("steve")).send().await.unwrap();
    assert!(user.unwrap().task_ids.is_empty());
}

#[tokio::test]
async fn without_the_user_nothing_is_written() {
    let db = database().await;
    let run = db.store.transact(|tx| create_task(tx, task("t1", "steve")));
    let error = run.send().await.unwrap_err();
    let Error::NotFound(refusal) = &error else {
        panic!("{error}")
    };
    assert_eq!((refusal.item_type(), refusal.verb()), ("User", "require"));
    assert_eq!(
        error.to_string(),
        "require User {id: steve} in table users was refused: the item does not exist"
    );
    let task = db.quiet.get(Task::key("t1")).send().await.unwrap();
    assert_eq!(task.map(Stored::into_inner), None);
}

#[tokio::test]
async fn a_task_that_appears_meanwhile_makes_the_function_see_it() {
    let db = database().await;
    db.create(user("steve")).await;
    let rival = dynacond_local::Fault::rival(|client| async move {
        let store = dynacond::Store::new(client);
        store.create(task("t1", "anna")).send().await.unwrap();
    });
    db.local.on("TransactWriteItems").inject(rival);
    let run = db.store.transact(|tx| create_task(tx, task("t1", "steve")));
    run.send().await.unwrap();
    let user = db.quiet.get(User::key("steve")).send().await.unwrap();
    assert!(user.unwrap().task_ids.is_empty(), "no link to anna's task");
}

#[tokio::test]
async fn the_callers_own_error_comes_back_as_it_is() {
    let db = bank(&[("a", 10), ("b", 0)]).await;
    let run = db.store.transact(|tx| transfer(tx, "a", "b", 30));
    let error = run.send().await.unwrap_err();
    assert!(matches!(error, BankError::Insufficient(10)), "{error:?}");

    let run = db.store.transact(|tx| transfer(tx, "a", "", 1));
    let error = run.send().await.unwrap_err();
    assert!(
        matches!(error, BankError::Dynamo(Error::Invalid(_))),
        "{error:?}"
    );

    let run = db.store.transact(|tx| transfer(tx, "a", "none", 1));
    let error = run.send().await.unwrap_err();
    assert!(matches!(error, BankError::NoAccount), "{error:?}");
}

#[tokio::test]
async fn any_boxed_error_will_do() {
    let db = bank(&[("a", 10), ("b", 0)]).await;
    let moved = |tx: &mut Transaction, amount| -> Result<u64, Box<dyn StdError + Send + Sync>> {
        let mut a = tx.require(crate::support::Account::key("a"))?;
        a.balance = a.balance.checked_sub(amount).ok_or("too much")?;
        Ok(tx.put(a)?.balance)
    };
    let error = db
        .store
        .transact(|tx| moved(tx, 30))
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "too much");
    let left = db.store.transact(|tx| moved(tx, 3)).send().await.unwrap();
    assert_eq!((left, db.balance("a").await), (7, 7));
}
