//! `transact_each`: many groups, each written as a whole or not at all, and each with its own outcome.
use dynacond::{Error, InvalidInput, RetryPolicy, Store, Versioned as _};
use dynacond_local::Fault;

use crate::support::{Account, Db, Task, User, account, database, task, user, with_retry};
use crate::time::{PausedClock, clocked};

/// A user and three tasks of theirs.
type Group = (User, Vec<Task>);

fn groups(count: usize) -> Vec<Group> {
    let group = |n: usize| {
        let tasks = (0..3).map(|m| task(&format!("t{n:03}-{m}"), &format!("u{n:03}")));
        (user(&format!("u{n:03}")), tasks.collect())
    };
    (0..count).map(group).collect()
}

/// The requests that create a group.
macro_rules! creations {
    ($store:expr, $groups:expr) => {
        $groups.into_iter().map(|(user, tasks)| {
            let tasks: Vec<_> = tasks.into_iter().map(|task| $store.create(task)).collect();
            ($store.create(user), tasks)
        })
    };
}

/// Whether all of a group is stored; it must not be a part of it.
async fn is_stored(db: &Db, n: usize) -> bool {
    let keys: Vec<_> = (0..3).map(|m| Task::key(format!("t{n:03}-{m}"))).collect();
    let all = (User::key(format!("u{n:03}")), keys);
    let (user, tasks) = db.quiet.get_all(all).send().await.unwrap();
    for task in &tasks {
        assert_eq!(task.is_some(), user.is_some(), "group {n} is torn");
    }
    user.is_some()
}

#[tokio::test]
async fn each_group_is_one_transaction_and_gives_its_items() {
    let db = database().await;
    let each = db.store.transact_each(creations!(db.store, groups(20)));
    let answer = each.send_metered().await;
    assert_eq!(db.local.operations(), ["TransactWriteItems"; 20]);
    for (n, group) in answer.outcome.into_iter().enumerate() {
        let keys: Vec<_> = group.keys.iter().map(ToString::to_string).collect();
        assert_eq!(keys.len(), 4);
        assert!(keys[0].contains(&format!("u{n:03}")), "{keys:?}");
        assert!(keys[3].contains(&format!("t{n:03}-2")), "{keys:?}");
        let (user, tasks) = group.outcome.unwrap();
        assert_eq!((user.id.clone(), tasks.len()), (format!("u{n:03}"), 3));
        assert!(is_stored(&db, n).await);
    }
    // Two units for each of four items.
    assert!((answer.consumed.write_units - 160.0).abs() < 1e-9);
    assert_eq!(answer.consumed.attempts, 20);
}

#[tokio::test]
async fn a_refused_group_writes_nothing_and_the_others_go_on() {
    let db = database().await;
    db.quiet
        .create(task("t007-1", "somebody"))
        .send()
        .await
        .unwrap();
    let each = db.store.transact_each(creations!(db.store, groups(12)));
    for (n, group) in each.send().await.into_iter().enumerate() {
        match group.outcome {
            Err(Error::AlreadyExists(refusal)) if n == 7 => {
                // The user, and the tasks 0 to 2.
                assert_eq!(refusal.action(), Some(2));
                assert_eq!(*refusal.key(), group.keys[2]);
                let user = db.quiet.get(User::key("u007")).send().await.unwrap();
                assert!(user.is_none(), "none of it");
                for task in ["t007-0", "t007-2"] {
                    let task = db.quiet.get(Task::key(task)).send().await.unwrap();
                    assert!(task.is_none(), "none of it");
                }
            }
            outcome => {
                assert!(outcome.is_ok(), "{n}");
                assert!(is_stored(&db, n).await);
            }
        }
    }
}

#[tokio::test]
async fn a_group_past_the_limits_is_its_own_error() {
    let db = database().await;
    let mut groups = groups(4);
    groups[1].1 = (0..100).map(|n| task(&format!("t{n}"), "u001")).collect();
    groups[2].1[1].name = "x".repeat(500_000);
    let each = db.store.transact_each(creations!(db.store, groups));
    let told = each.send().await;
    assert!(told[0].outcome.is_ok() && told[3].outcome.is_ok());
    match &told[1].outcome {
        Err(Error::Invalid(InvalidInput::ActionCount { actions, limit })) => {
            assert_eq!((*actions, *limit), (101, 100));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(told[1].keys.len(), 101);
    let too_large = |outcome: &dynacond::Result<_>| {
        matches!(outcome, Err(Error::Invalid(InvalidInput::TooLarge { .. })))
    };
    assert!(too_large(&told[2].outcome));
    assert_eq!(db.local.operations(), ["TransactWriteItems"; 2]);
}

#[tokio::test]
async fn a_group_that_cannot_be_written_down_names_the_keys_before_its_fault() {
    let db = database().await;
    let mut groups = groups(2);
    groups[0].1[1].id = String::new();
    let each = db.store.transact_each(creations!(db.store, groups));
    let told = each.send().await;
    assert!(matches!(
        &told[0].outcome,
        Err(Error::Invalid(InvalidInput::KeyLength { .. }))
    ));
    assert_eq!(told[0].keys.len(), 2, "the user and the first task");
    assert!(told[1].outcome.is_ok());
}

#[tokio::test]
async fn without_concurrency_nothing_is_sent() {
    let db = database().await;
    let each = db.store.transact_each(creations!(db.store, groups(3)));
    let told = each.concurrency(0).send().await;
    assert_eq!(told.len(), 3);
    for group in told {
        let invalid = matches!(
            group.outcome,
            Err(Error::Invalid(InvalidInput::Concurrency))
        );
        assert!(invalid && group.keys.is_empty());
    }
    assert!(db.local.log().is_empty());
}

#[tokio::test(start_paused = true)]
async fn groups_that_write_one_item_meet_and_are_all_applied() {
    let db = database().await;
    db.quiet.create(account("counter", 0)).send().await.unwrap();
    let conflicts = db.local.on("TransactWriteItems");
    conflicts.random(3, 0.5, [Fault::TransactionConflict]);
    let store = &db.store;
    let each = store.transact_each((0..30).map(|n| {
        let count = store.update(Account::key("counter"));
        let count = count.set(|a| a.balance.add(1));
        (store.create(user(&format!("u{n}"))), count)
    }));
    let told = each.send().await;
    assert!(told.iter().all(|group| group.outcome.is_ok()));
    let counter = db.quiet.get(Account::key("counter")).send().await.unwrap();
    assert_eq!(counter.unwrap().balance, 30);
}

#[tokio::test(start_paused = true)]
async fn groups_under_faults_are_told_as_they_are() {
    let faults = || {
        [
            Fault::LoseRequest,
            Fault::LoseAnswer,
            Fault::DeliverAfter(4),
            Fault::Status500Before,
            Fault::Status500After,
            Fault::Throttle,
            Fault::TransactionConflict,
        ]
    };
    let mut told = [0; 4];
    for seed in 0..30 {
        let few = RetryPolicy::default().with_attempts(2);
        let db = with_retry(few).await;
        // Somebody else's task is in the way of one group.
        db.quiet
            .create(task("t004-2", "somebody"))
            .send()
            .await
            .unwrap();
        db.local
            .on("TransactWriteItems")
            .random(seed, 0.4, faults());
        let each = db.store.transact_each(creations!(db.store, groups(30)));
        let outcomes = each.send().await;
        db.local.clear_faults();
        db.local.deliver();
        let theirs = db.quiet.delete(Task::key("t004-2"));
        let theirs = theirs.when(|t| t.user_id.eq("somebody"));
        theirs.send().await.unwrap();
        for (n, group) in outcomes.into_iter().enumerate() {
            let stored = is_stored(&db, n).await;
            let kind = match group.outcome {
                Ok(_) => {
                    assert!(stored, "seed {seed}: {n} was told as applied");
                    0
                }
                Err(Error::OutcomeUnknown(_)) => 2,
                Err(error) => {
                    assert!(!stored, "seed {seed}: {n} was told as not applied: {error}");
                    if error.is_refusal() { 1 } else { 3 }
                }
            };
            told[kind] += 1;
        }
    }
    assert!(told.iter().all(|told| *told > 0), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_rate_counts_twice_the_units_of_each_item_of_a_group() {
    let db = database().await;
    let clock = PausedClock(tokio::time::Instant::now());
    let store = Store::new(clocked(&db, clock));
    let began = tokio::time::Instant::now();
    let each = store.transact_each(creations!(store, groups(50)));
    let told = each.units_per_second(100.0).send().await;
    assert!(told.iter().all(|group| group.outcome.is_ok()));
    // 50 groups of 4 items at 2 units each.
    let took = began.elapsed().as_secs_f64();
    assert!((3.7..=4.3).contains(&took), "{took}");
}
