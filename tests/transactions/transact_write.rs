//! `transact_write`: requests that are known, all or none of them.
use dynacond::{AttributeValue, Error, InvalidInput, Preview, Refusal, Store, Stored, Versioned};
use dynacond_local::Fault;
use serde::{Deserialize, Serialize};

use crate::support::{Account, Task, User, account, bank, database, fresh_token, task, user};

/// A claim on an e-mail address.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "users", partition_key(name = "id", value = "email#{address}"))]
struct EmailClaim {
    address: String,
    user_id: String,
}

fn claim(address: &str, user_id: &str) -> EmailClaim {
    EmailClaim {
        address: address.to_owned(),
        user_id: user_id.to_owned(),
    }
}

#[tokio::test]
async fn a_tuple_of_mixed_requests_gives_a_tuple() {
    let db = bank(&[("a", 5), ("limit", 9)]).await;
    db.create(task("gone", "steve")).await;
    let mut saved = db.account("a").await.unwrap();
    saved.balance = 6;
    let gone = db.quiet.get(Task::key("gone")).send().await.unwrap();
    let all = (
        db.store.create(user("steve")),
        db.store.save(saved),
        db.store
            .update(Account::key("limit"))
            .set(|l| l.balance.add(1)),
        db.store.delete(gone.unwrap()),
        db.store.check(Account::key("none"), |a| a.id.not_exists()),
        db.store.put(task("t", "steve")).unconditional(),
    );
    let outcome = db.store.transact_write(all).send().await.unwrap();
    let (created, saved, updated, (), (), put) = outcome;
    assert_eq!(db.operations(), ["TransactWriteItems"]);
    let actions = [
        "Put",
        "Update",
        "Update",
        "Delete",
        "ConditionCheck",
        "Update",
    ];
    assert_eq!(db.actions(), actions, "in the caller's order");

    let stored = db.quiet.get(User::key("steve")).send().await.unwrap();
    assert_eq!(Stored::item(&created), Stored::item(&stored.unwrap()));
    let stored = db.account("a").await.unwrap();
    assert_eq!(Stored::item(&saved), Stored::item(&stored));
    assert_eq!((saved.balance, Stored::version(&saved)), (6, 2));
    let limit = db.account("limit").await.unwrap();
    assert_eq!(updated.key, Account::key("limit"));
    assert_eq!(updated.write_id.as_deref(), Stored::write_id(&limit));
    let t = db.quiet.get(Task::key("t")).send().await.unwrap().unwrap();
    assert_eq!(put.write_id.as_deref(), Stored::write_id(&t));
    // A saved item is good for the next write.
    db.store.delete(saved).send().await.unwrap();
}

#[tokio::test]
async fn a_vec_gives_a_vec() {
    let db = database().await;
    let all: Vec<_> = (0..100)
        .map(|i| db.store.create(account(&format!("k{i}"), i)))
        .collect();
    let stored = db.store.transact_write(all).send().await.unwrap();
    assert_eq!(stored.len(), 100);
    assert_eq!(stored[7].balance, 7);
    assert_eq!(db.balance("k99").await, 99);
}

#[tokio::test]
async fn a_vec_within_a_tuple_gives_a_vec_within_a_tuple() {
    let db = bank(&[("a", 5), ("b", 6), ("c", 7)]).await;
    db.create(user("steve")).await;
    let steve = db.quiet.get(User::key("steve")).send().await.unwrap();
    let mut accounts = Vec::new();
    for id in ["a", "b", "c"] {
        accounts.push(db.account(id).await.unwrap());
    }
    let old: Vec<_> = accounts.into_iter().map(|a| db.store.delete(a)).collect();
    let new = vec![db.store.create(account("d", 8))];
    let none: Vec<dynacond::WriteRequest<Task, dynacond::verb::Create>> = Vec::new();
    let all = (
        db.store.delete(steve.unwrap()),
        old,
        none,
        db.store.create(task("t", "steve")),
        new,
    );
    let outcome = db.store.transact_write(all).send().await.unwrap();
    let ((), deleted, none, task, created) = outcome;
    assert_eq!((deleted.len(), none.len(), created.len()), (3, 0, 1));
    assert_eq!((&*task.id, created[0].balance), ("t", 8));
    let actions = ["Delete", "Delete", "Delete", "Delete", "Put", "Put"];
    assert_eq!(db.actions(), actions, "in the caller's order");
    assert!(db.account("b").await.is_none());
    assert_eq!(db.balance("d").await, 8);
}

#[tokio::test]
async fn a_refusal_within_a_vec_counts_all_actions_before_it() {
    let db = bank(&[("a", 5), ("b", 6)]).await;
    let creates = ["new", "b"].map(|id| db.store.create(account(id, 1)));
    let all = (
        db.store.check(Account::key("a"), |a| a.balance.eq(5)),
        Vec::from(creates),
        db.store.check(Account::key("none"), |a| a.id.exists()),
    );
    let error = db.store.transact_write(all).send().await.unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!((refusal.action(), refusal.verb()), (Some(2), "create"));
    let others: Vec<_> = refusal.others().iter().map(Refusal::action).collect();
    assert_eq!(others, [Some(3)]);
    assert!(db.account("new").await.is_none());
}

#[tokio::test]
async fn no_action_at_all_is_refused_before_anything_is_sent() {
    let db = database().await;
    let none: Vec<dynacond::WriteRequest<Task, dynacond::verb::Create>> = Vec::new();
    let error = db.store.transact_write((none,)).send().await.unwrap_err();
    let Error::Invalid(InvalidInput::ActionCount { actions: 0, .. }) = error else {
        panic!("{error}")
    };
    assert!(db.operations().is_empty());
}

#[tokio::test]
async fn the_same_token_gives_the_same_ids_within_a_vec() {
    let db = database().await;
    let mut ids = Vec::new();
    let token = fresh_token();
    for _ in 0..2 {
        let creates = ["b", "c"].map(|id| db.store.create(account(id, 1)));
        let all = (db.store.create(account("a", 1)), Vec::from(creates));
        let run = db.store.transact_write(all).token(&token);
        let (a, more) = run.send().await.unwrap();
        let all = std::iter::once(&a).chain(&more);
        ids.push(
            all.map(|a| Stored::write_id(a).unwrap().to_owned())
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0][0], ids[0][1]);
    assert_ne!(ids[0][1], ids[0][2]);
    let sent = db.transactions();
    assert_eq!(sent[0].body, sent[1].body);
}

#[tokio::test]
async fn a_refusal_names_the_action_the_item_and_the_verb() {
    let db = database().await;
    db.create(claim("steve@example.com", "somebody")).await;
    let register = (
        db.store.create(user("steve")),
        db.store.create(claim("steve@example.com", "steve")),
    );
    let error = db.store.transact_write(register).send().await.unwrap_err();
    let Error::AlreadyExists(refusal) = &error else {
        panic!("{error}")
    };
    // "The e-mail is taken", by the caller's own action.
    assert_eq!(refusal.action(), Some(1));
    assert_eq!(
        (refusal.item_type(), refusal.verb()),
        ("EmailClaim", "create")
    );
    let current = refusal.current::<EmailClaim>().unwrap().unwrap();
    assert_eq!(current.user_id, "somebody");
    assert!(refusal.others().is_empty());
    let user = db.quiet.get(User::key("steve")).send().await.unwrap();
    assert!(user.is_none(), "no orphan");
}

#[tokio::test]
async fn every_refused_action_is_told() {
    let db = bank(&[("a", 5), ("b", 5), ("c", 5)]).await;
    let mut stale = db.account("c").await.unwrap();
    stale.balance = 1;
    let raise = db.quiet.update(Account::key("c")).set(|c| c.balance.add(1));
    raise.send().await.unwrap();
    let all = (
        db.store
            .update(Account::key("b"))
            .set(|b| b.balance.subtract(9)),
        db.store.save(stale),
        db.store
            .update(Account::key("none"))
            .set(|a| a.balance.add(1)),
        db.store.check(Account::key("a"), |a| a.balance.gt(50)),
    );
    let error = db.store.transact_write(all).send().await.unwrap_err();
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    let first = error.refusal().unwrap();
    let told: Vec<_> = std::iter::once(first)
        .chain(first.others())
        .map(|refusal| {
            (
                refusal.action().unwrap(),
                refusal.verb(),
                refusal.to_string(),
            )
        })
        .collect();
    let expected = [
        (0, "update", "`balance >= ?` is false"),
        (1, "save", "expected version 1, found version 2"),
        (2, "update", "the item does not exist"),
        (3, "check", "`balance > ?` is false"),
    ];
    assert_eq!(told.len(), expected.len());
    for ((action, verb, text), (i, v, reason)) in told.iter().zip(expected) {
        assert_eq!((*action, *verb), (i, v));
        assert!(text.ends_with(reason), "{text}");
    }
}

#[tokio::test]
async fn a_save_that_changes_nothing_becomes_a_check() {
    let db = bank(&[("a", 5), ("b", 5)]).await;
    let (a, mut b) = (
        db.account("a").await.unwrap(),
        db.account("b").await.unwrap(),
    );
    b.balance = 6;
    let both = (db.store.save(a), db.store.save(b));
    let (a, b) = db.store.transact_write(both).send().await.unwrap();
    assert_eq!(db.actions(), ["ConditionCheck", "Update"]);
    assert_eq!((Stored::version(&a), Stored::version(&b)), (1, 2));
    assert_eq!(
        Stored::item(&a),
        Stored::item(&db.account("a").await.unwrap())
    );
}

#[tokio::test]
async fn one_action_alone_is_still_a_transaction() {
    let db = bank(&[("a", 5)]).await;
    db.local.on("TransactWriteItems").inject(Fault::LoseAnswer);
    let add = db.store.update(Account::key("a")).set(|a| a.balance.add(1));
    let (written,) = db.store.transact_write((add,)).send().await.unwrap();
    assert_eq!(db.operations(), ["TransactWriteItems"; 2]);
    let a = db.account("a").await.unwrap();
    assert_eq!(a.balance, 6, "applied exactly once");
    assert_eq!(written.write_id.as_deref(), Stored::write_id(&a));
}

#[tokio::test]
async fn the_same_token_applies_the_same_actions_once() {
    let db = bank(&[("a", 5)]).await;
    let token = fresh_token();
    for _ in 0..3 {
        // Like a restarted process, with another store.
        let store = dynacond::Store::new(db.local.client());
        let both = (
            store.update(Account::key("a")).set(|a| a.balance.add(1)),
            store.create(account("receipt", 1)),
        );
        let run = store.transact_write(both).token(&token);
        let (_, receipt) = run.send().await.unwrap();
        let stored = db.account("receipt").await.unwrap();
        assert_eq!(Stored::item(&receipt), Stored::item(&stored));
    }
    assert_eq!((db.balance("a").await, db.version("a").await), (6, 2));
    let sent = db.transactions();
    assert!(sent.iter().all(|request| request.body == sent[0].body));
}

#[tokio::test]
async fn a_bad_token_is_refused_before_anything_is_sent() {
    let db = bank(&[("a", 5)]).await;
    for (length, good) in [(0, false), (1, true), (36, true), (37, false)] {
        db.local.clear_log();
        let add = db.store.update(Account::key("a")).set(|a| a.balance.add(1));
        // No endpoint is given a token that another run may have used.
        let cancelled = Fault::Cancel(vec!["ValidationError"]);
        db.local.on("TransactWriteItems").inject(cancelled);
        let run = db.store.transact_write((add,)).token("x".repeat(length));
        let error = run.send().await.unwrap_err();
        let refused = matches!(error, Error::Invalid(InvalidInput::Token));
        assert_eq!(refused, !good, "{length}: {error}");
        assert_eq!(db.operations().len(), usize::from(good));
        db.local.clear_faults();
    }
}

#[tokio::test]
async fn two_racing_registrations_of_one_address_have_one_winner() {
    let db = database().await;
    let tasks: Vec<_> = ["u1", "u2", "u3"]
        .into_iter()
        .map(|id| {
            let store = db.store.clone();
            tokio::spawn(async move {
                let both = (store.create(user(id)), store.create(claim("x@y", id)));
                store.transact_write(both).send().await.map(drop)
            })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => won += 1,
            Err(error) => assert_eq!(error.refusal().unwrap().action(), Some(1)),
        }
    }
    assert_eq!(won, 1);
    let mut users = 0;
    for id in ["u1", "u2", "u3"] {
        let user = db.quiet.get(User::key(id)).send().await.unwrap();
        users += usize::from(user.is_some());
    }
    assert_eq!(users, 1, "no orphans");
}

#[tokio::test]
async fn a_dropped_request_is_not_sent() {
    let db = bank(&[("a", 5)]).await;
    let add = db.store.update(Account::key("a")).set(|a| a.balance.add(1));
    let future = db.store.transact_write((add,)).send();
    drop(future);
    assert!(db.operations().is_empty());
}

mod elsewhere {
    use super::{Deserialize, Serialize, Versioned};

    /// Of the same name, and in another table.
    #[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
    #[dynacond(table = "users")]
    pub(super) struct Account {
        #[dynacond(partition_key)]
        pub(super) id: String,
    }
}

#[tokio::test]
async fn the_current_item_is_the_one_of_the_type_that_is_asked_for() {
    let db = bank(&[("a", 5), ("b", 7)]).await;
    db.create(user("steve")).await;
    let overdraw = |id| {
        let update = db.store.update(Account::key(id));
        update.set(|a| a.balance.subtract(9))
    };
    let all = (
        db.store.create(user("steve")),
        overdraw("b"),
        overdraw("a"),
        db.store.check(Task::key("t"), |t| t.is_done.eq(true)),
    );
    let error = db.store.transact_write(all).send().await.unwrap_err();
    assert!(matches!(error, Error::AlreadyExists(_)), "{error}");
    assert_eq!(error.current::<User>().unwrap().unwrap().id, "steve");
    let account = error.current::<Account>().unwrap().unwrap();
    assert_eq!(account.id, "b", "the first of them");
    assert!(error.current::<Task>().unwrap().is_none(), "there is none");
    assert!(error.current::<EmailClaim>().unwrap().is_none());
    assert!(error.current::<elsewhere::Account>().unwrap().is_none());
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.current::<Account>().unwrap().unwrap().id, "b");
    let third = &refusal.others()[1];
    assert_eq!(third.current::<Account>().unwrap().unwrap().id, "a");

    let alone = db.store.transact_write((overdraw("a"),)).send().await;
    let error = alone.unwrap_err();
    assert!(error.current::<User>().unwrap().is_none());
    assert_eq!(error.current::<Account>().unwrap().unwrap().balance, 5);
    // A refusal from within the function, before anything is sent.
    let run = db.store.transact(|tx| {
        tx.require(Account::key("b"))?;
        tx.update(Account::key("b"), |b| b.balance.subtract(8))
    });
    let error: Error = run.send().await.unwrap_err();
    let condition = error.refusal().unwrap().condition().unwrap();
    let explained = "balance >= 8\n  ✗ balance >= 8      actual: 7";
    assert_eq!(condition.to_string(), explained);
    assert!(
        error
            .to_string()
            .ends_with("was refused: `balance >= ?` is false"),
        "{error}"
    );
    assert!(error.current::<User>().unwrap().is_none());
    assert_eq!(error.current::<Account>().unwrap().unwrap().balance, 7);
}

#[tokio::test(start_paused = true)]
async fn the_current_item_of_a_lone_refused_write_is_of_its_type_alone() {
    let db = bank(&[("a", 5)]).await;
    let run = db.store.transact(|tx| tx.create(account("a", 1)).map(drop));
    let error: Error = run.send().await.unwrap_err();
    assert!(error.current::<User>().unwrap().is_none(), "{error}");
    assert_eq!(error.current::<Account>().unwrap().unwrap().balance, 5);
    let all = db.local.on("UpdateItem").always();
    all.inject(crate::support::rival_adds("a", 1));
    let few = dynacond::RetryPolicy::default().with_attempts(2);
    let store = dynacond::Store::builder(db.local.client())
        .retry(few)
        .build();
    let run = store.transact(|tx| {
        let mut a = tx.require(Account::key("a"))?;
        a.balance = 0;
        tx.put(a).map(drop)
    });
    let error: Error = run.send().await.unwrap_err();
    assert!(matches!(error, Error::Exhausted(_)), "{error}");
    assert!(error.current::<User>().unwrap().is_none());
    assert_eq!(error.current::<Account>().unwrap().unwrap().balance, 7);
}

#[tokio::test]
async fn a_request_that_is_none_adds_no_action() {
    let db = bank(&[("a", 5)]).await;
    let write = |claimed: Option<EmailClaim>| {
        let claim = claimed.map(|claim| db.store.create(claim));
        let update = db.store.update(Account::key("a"));
        db.store
            .transact_write((claim, update.set(|a| a.balance.add(1))))
    };
    let (none, _) = write(None).send().await.unwrap();
    assert!(none.is_none());
    assert_eq!(db.actions(), ["Update"]);
    let (some, _) = write(Some(claim("a@b.c", "a"))).send().await.unwrap();
    assert_eq!(
        some.map(|claim| claim.address.clone()).as_deref(),
        Some("a@b.c")
    );
    // A refusal counts the actions that were sent.
    let error = write(Some(claim("a@b.c", "a"))).send().await.unwrap_err();
    assert_eq!(
        error.refusal().and_then(Refusal::action),
        Some(0),
        "{error}"
    );
    assert_eq!(db.account("a").await.unwrap().balance, 7);
}

#[tokio::test]
async fn the_actions_can_be_looked_at_before_they_are_sent() {
    let db = bank(&[("a", 100), ("b", 0)]).await;
    let pay = |store: &Store| {
        let debit = store.update(Account::key("a"));
        let credit = store.update(Account::key("b"));
        store.transact_write((
            debit.set(|a| a.balance.subtract(30)),
            vec![credit.set(|b| b.balance.add(30))],
            Some(store.create(account("z", 1))).filter(|_| false),
            store.check(Account::key("c"), |c| c.balance.not_exists()),
        ))
    };
    let preview = pay(&db.store).preview().unwrap();
    assert!(db.operations().is_empty());
    let told: Vec<_> = preview
        .iter()
        .map(|action| (action.update().is_some(), action.condition().unwrap()))
        .collect();
    let exists = "attribute_exists(#id) AND";
    assert_eq!(
        told,
        [
            (true, &*format!("{exists} #balance >= :balance")),
            (true, &*format!("{exists} NOT #balance > :balance")),
            (false, "attribute_not_exists(#balance)"),
        ]
    );
    // Under a token the ids are those that are sent.
    let under_token = pay(&db.store).token("payment-7");
    let ids = |preview: &[Preview]| -> Vec<Option<AttributeValue>> {
        let is_id = |value: &&AttributeValue| value.as_s().is_ok_and(|id| id.len() == 32);
        let id = |action: &Preview| action.values()?.values().find(is_id).cloned();
        preview.iter().map(id).collect()
    };
    let seen = ids(&under_token.preview().unwrap());
    assert_eq!(seen, ids(&under_token.preview().unwrap()));
    under_token.send().await.unwrap();
    let written = db
        .store
        .get(Account::key("a"))
        .send()
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        seen[0],
        Some(AttributeValue::S(
            Stored::write_id(&written).unwrap().to_owned()
        ))
    );
    // What `send` would refuse unsent is refused here.
    let twice = (db.store.delete(written.clone()), db.store.delete(written));
    let error = db.store.transact_write(twice).preview().unwrap_err();
    assert!(
        matches!(error, Error::Invalid(InvalidInput::SameItem { .. })),
        "{error:?}"
    );
}
