//! `create_all`, `save_all`, `delete_all`: each item is written under the guard of its verb, with its own outcome, in order.
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::Client;
use aws_smithy_async::time::TimeSource;
use dynacond::{Error, InvalidInput, Progress, Store, Stored, Versioned as _};
use dynacond_local::{Fault, Local};

use super::support::{Note, Order, order, watched};

/// So many orders of one customer, their totals in order.
fn orders(count: u64) -> Vec<Order> {
    (0..count)
        .map(|n| order("d", &format!("{n:05}"), n))
        .collect()
}

/// What the table holds, by the orders' ids.
async fn held(store: &Store) -> BTreeMap<String, Stored<Order>> {
    let all = store.query(Order::partition("c1")).all().send().await;
    let by_id = |order: Stored<Order>| (order.id.clone(), order);
    all.unwrap().into_iter().map(by_id).collect()
}

#[tokio::test]
async fn a_hundred_creates_are_a_hundred_requests_and_a_hundred_units() {
    let shop = watched().await;
    let answer = shop.store.create_all(orders(100)).send_metered().await;
    assert!(answer.outcome.iter().all(Result::is_ok));
    assert_eq!(shop.local.operations(), ["PutItem"; 100]);
    assert!((answer.consumed.write_units - 100.0).abs() < 1e-9);
    assert_eq!(answer.consumed.attempts, 100);
    assert_eq!(held(&shop.quiet).await.len(), 100);
}

#[tokio::test(start_paused = true)]
async fn outcomes_are_in_the_order_of_the_items_however_the_answers_come() {
    let shop = watched().await;
    for n in [3, 17, 39] {
        let there = order("d", &format!("{n:05}"), 1000);
        shop.quiet.create(there).send().await.unwrap();
    }
    let delays = [1, 20, 300].map(|millis| Fault::Delay(Duration::from_millis(millis)));
    shop.local.on("PutItem").random(7, 0.7, delays);
    let outcomes = shop.store.create_all(orders(40)).send().await;
    assert_eq!(outcomes.len(), 40);
    for (n, outcome) in (0..).zip(outcomes) {
        match outcome {
            Ok(order) => assert_eq!((order.total, Stored::version(&order)), (n, 1)),
            Err(Error::AlreadyExists(refusal)) if [3, 17, 39].contains(&n) => {
                let there = refusal.current::<Order>().unwrap().unwrap();
                assert_eq!(
                    (there.id.as_str(), there.total),
                    (&*format!("{n:05}"), 1000)
                );
            }
            other => panic!("item {n}: {other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn sixteen_requests_are_in_flight_unless_another_number_is_said() {
    let second = Duration::from_secs(1);
    for (said, rounds) in [(None, 2), (Some(4), 8), (Some(1), 32), (Some(99), 1)] {
        let shop = watched().await;
        shop.local
            .on("PutItem")
            .always()
            .inject(Fault::Delay(second));
        let create = shop.store.create_all(orders(32));
        let create = match said {
            Some(requests) => create.concurrency(requests),
            None => create,
        };
        let began = tokio::time::Instant::now();
        assert!(create.send().await.iter().all(Result::is_ok));
        let took = began.elapsed().as_secs_f64();
        assert!((took - f64::from(rounds)).abs() < 0.5, "{said:?}: {took}");
    }
}

/// A store whose clock goes with the paused one.
pub fn clocked(local: &Local) -> Store {
    #[derive(Debug)]
    struct Paused(tokio::time::Instant);
    impl TimeSource for Paused {
        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000) + self.0.elapsed()
        }
    }
    let clock = Paused(tokio::time::Instant::now());
    Store::new(Client::from_conf(local.config().time_source(clock).build()))
}

#[tokio::test(start_paused = true)]
async fn a_rate_holds_whatever_is_in_flight_and_progress_is_shown_meanwhile() {
    let shop = watched().await;
    let mut seen: Vec<Progress> = Vec::new();
    let create = clocked(&shop.local).create_all(orders(200));
    let create = create
        .units_per_second(20.0)
        .on_progress(|p| seen.push(p.clone()));
    let began = tokio::time::Instant::now();
    assert!(create.send().await.iter().all(Result::is_ok));
    let took = began.elapsed().as_secs_f64();
    assert!((9.5..=10.5).contains(&took), "{took}");
    assert!((9..=12).contains(&seen.len()), "{}", seen.len());
    assert!(seen.is_sorted_by_key(|p| p.examined));
    for progress in &seen {
        assert_eq!(progress.examined, progress.changed);
        let units = progress.consumed.write_units;
        assert!(
            units <= 20.0 * progress.elapsed.as_secs_f64() + 1.0,
            "{progress:?}"
        );
    }
    let last = seen.last().unwrap();
    assert_eq!(
        (last.changed, last.segments, last.segments_done),
        (200, 1, 1)
    );
    assert!((last.units_per_second - 20.0).abs() < 1.0, "{last:?}");
}

#[tokio::test]
async fn progress_tells_what_was_written_what_cost_nothing_and_what_failed() {
    let shop = watched().await;
    let created = shop.quiet.create_all(orders(9)).send().await;
    let mut items: Vec<_> = created.into_iter().map(Result::unwrap).collect();
    for item in items.iter_mut().take(5) {
        item.total += 100;
    }
    let theirs = shop.quiet.update(Order::key(("c1", "d", "00002")));
    theirs.set(|o| o.total.to(7)).send().await.unwrap();
    let (mut first, mut second) = (None, None);
    let save = shop.store.save_all(items);
    let save = save.on_progress(|p| first = Some(p.clone()));
    let save = save.on_progress(|p| second = Some(p.examined));
    assert_eq!(save.send().await.len(), 9);
    let last = first.unwrap();
    let counts = (last.examined, last.changed, last.unchanged, last.failed);
    assert_eq!(counts, (9, 4, 4, 1));
    assert_eq!(second, Some(9));
    // A refused write reports no units.
    assert!((last.consumed.write_units - 4.0).abs() < 1e-9);
}

#[tokio::test]
async fn a_pace_that_cannot_be_is_told_before_anything_is_sent() {
    let shop = watched().await;
    let create = || shop.store.create_all(orders(3));
    let outcomes = create().concurrency(0).send().await;
    assert_eq!(outcomes.len(), 3);
    for outcome in outcomes {
        let invalid = outcome.unwrap_err();
        assert!(
            matches!(invalid, Error::Invalid(InvalidInput::Concurrency)),
            "{invalid}"
        );
    }
    for units in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let outcomes = create().units_per_second(units).send().await;
        assert_eq!(outcomes.len(), 3);
        for outcome in outcomes {
            let invalid = outcome.unwrap_err();
            assert!(
                matches!(invalid, Error::Invalid(InvalidInput::UnitsPerSecond)),
                "{invalid}"
            );
        }
    }
    let import = shop.store.import(orders(3)).overwriting().concurrency(0);
    let back = import.send().await.unwrap_err();
    assert_eq!((back.written, back.items.len()), (0, 3));
    assert!(shop.local.log().is_empty());
}

#[tokio::test]
async fn one_after_the_other_items_go_out_in_their_order() {
    let shop = watched().await;
    let created = shop
        .store
        .create_all(orders(20))
        .concurrency(1)
        .send()
        .await;
    assert!(created.iter().all(Result::is_ok));
    let sent = shop.local.log();
    let ids = sent
        .iter()
        .map(|request| request.body["Item"]["id"]["S"].as_str().unwrap());
    assert!(ids.is_sorted());
}

/// The two positions that an outcome names.
fn positions<T>(outcome: &dynacond::Result<T>) -> [usize; 2] {
    match outcome {
        Err(Error::Invalid(InvalidInput::SameKey { positions, key, .. })) => {
            assert!(key.to_string().contains("order#d#00003"), "{key}");
            *positions
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("nothing is sent"),
    }
}

#[tokio::test]
async fn two_of_one_key_are_refused_before_anything_is_sent() {
    let shop = watched().await;
    let mut twice = orders(10);
    twice.push(order("d", "00003", 99));
    let create = shop.store.create_all(twice);
    for preview in create.preview() {
        assert_eq!(positions(&preview), [3, 10]);
    }
    let outcomes = create.send().await;
    assert_eq!(outcomes.len(), 11);
    for outcome in &outcomes {
        assert_eq!(positions(outcome), [3, 10]);
    }
    let text = outcomes[0].as_ref().unwrap_err().to_string();
    assert!(text.contains("positions 3 and 10"), "{text}");
    assert!(shop.local.log().is_empty());

    let stored = shop
        .quiet
        .create(order("d", "00003", 3))
        .send()
        .await
        .unwrap();
    let saves = [stored.clone(), stored.clone()];
    assert_eq!(
        positions(&shop.store.save_all(saves).send().await[1]),
        [0, 1]
    );
    let deletes = [stored.clone(), stored];
    assert_eq!(
        positions(&shop.store.delete_all(deletes).send().await[0]),
        [0, 1]
    );
    let keys = [
        Order::key(("c1", "d", "00003")),
        Order::key(("c1", "d", "00003")),
    ];
    let outcomes = shop.store.delete_all(&keys).unconditional().send().await;
    assert_eq!(positions(&outcomes[0]), [0, 1]);
    assert!(shop.local.log().is_empty());
}

#[tokio::test]
async fn what_cannot_be_stored_among_thousands_is_its_own_error() {
    let shop = watched().await;
    let notes = (0..2000).map(|n| Note {
        customer: match n {
            // A partition key has 2,048 bytes at most.
            1500 => "c".repeat(3000),
            _ => "c1".into(),
        },
        n,
        text: "x".repeat(if n == 777 { 500_000 } else { 10 }),
    });
    let outcomes = shop.store.create_all(notes).send().await;
    assert_eq!(outcomes.len(), 2000);
    for (n, outcome) in outcomes.iter().enumerate() {
        match (n, outcome) {
            (777, Err(Error::Invalid(InvalidInput::TooLarge { limit, .. }))) => {
                assert_eq!(*limit, 409_600);
            }
            (1500, Err(Error::Invalid(InvalidInput::KeyLength { .. }))) => {}
            (777 | 1500, other) => panic!("{n}: {other:?}"),
            (_, outcome) => assert!(outcome.is_ok(), "{n}: {outcome:?}"),
        }
    }
    assert_eq!(shop.local.operations().len(), 1998);
}

#[tokio::test]
async fn nothing_is_a_batch_too() {
    let shop = watched().await;
    assert!(
        shop.store
            .create_all(Vec::<Order>::new())
            .send()
            .await
            .is_empty()
    );
    assert!(shop.local.log().is_empty());
}

#[tokio::test]
async fn a_save_that_comes_late_brings_the_item_and_an_unchanged_one_costs_nothing() {
    let shop = watched().await;
    let created = shop.quiet.create_all(orders(30)).send().await;
    let mut items: Vec<_> = created.into_iter().map(Result::unwrap).collect();
    for (n, item) in items.iter_mut().enumerate() {
        if n % 3 != 0 {
            item.total += 1000;
        }
    }
    let theirs = shop.quiet.update(Order::key(("c1", "d", "00004")));
    theirs.set(|o| o.total.to(7)).send().await.unwrap();
    let outcomes = shop.store.save_all(items).send().await;
    for (n, outcome) in (0..).zip(&outcomes) {
        match outcome {
            Err(Error::Conflict(refusal)) if n == 4 => {
                assert_eq!(refusal.current::<Order>().unwrap().unwrap().total, 7);
            }
            Ok(order) if n % 3 == 0 => assert_eq!((order.total, Stored::version(order)), (n, 1)),
            Ok(order) => assert_eq!((order.total, Stored::version(order)), (n + 1000, 2)),
            Err(other) => panic!("{n}: {other}"),
        }
    }
    assert_eq!(shop.local.operations(), ["UpdateItem"; 20]);
}

#[tokio::test]
async fn a_condition_narrows_every_save() {
    let shop = watched().await;
    let created = shop.quiet.create_all(orders(10)).send().await;
    let items = created.into_iter().map(|created| {
        let mut item = created.unwrap();
        item.total += 100;
        item
    });
    let saves = shop.store.save_all(items).when(|o| o.total.ge(5));
    for preview in saves.preview() {
        let preview = preview.unwrap();
        let condition = preview.condition().unwrap();
        assert!(condition.ends_with("AND #total >= :total"), "{condition}");
    }
    for (n, outcome) in saves.send().await.iter().enumerate() {
        match outcome {
            Ok(_) => assert!(n >= 5, "{n}"),
            Err(Error::ConditionFailed(_)) => assert!(n < 5, "{n}"),
            Err(other) => panic!("{n}: {other}"),
        }
    }
}

#[tokio::test]
async fn items_are_deleted_as_they_were_read_and_keys_as_is_said() {
    let shop = watched().await;
    let created = shop.quiet.create_all(orders(9)).send().await;
    let items: Vec<_> = created.into_iter().map(Result::unwrap).collect();
    let theirs = shop.quiet.update(Order::key(("c1", "d", "00001")));
    theirs.set(|o| o.total.to(7)).send().await.unwrap();
    let deleted = shop
        .store
        .delete_all(items.into_iter().take(3))
        .send()
        .await;
    assert!(deleted[0].is_ok() && deleted[2].is_ok());
    assert!(matches!(&deleted[1], Err(Error::Conflict(_))));

    let key = |n: u64| Order::key(("c1", "d", format!("{n:05}")));
    let keys = (3..6).map(key);
    let deleted = shop
        .store
        .delete_all(keys)
        .when(|o| o.total.ge(4))
        .send()
        .await;
    assert!(matches!(&deleted[0], Err(Error::ConditionFailed(_))));
    assert!(deleted[1].is_ok() && deleted[2].is_ok());

    let keys: Vec<_> = (6..12).map(key).collect();
    let deleted = shop.store.delete_all(&keys).unconditional().send().await;
    assert!(deleted.iter().all(Result::is_ok));
    let again = shop
        .store
        .delete_all(&keys)
        .when(|o| o.total.ge(0))
        .or_gone();
    assert!(again.send().await.iter().all(Result::is_ok));
    let left: Vec<_> = held(&shop.quiet).await.into_keys().collect();
    assert_eq!(left, ["00001", "00003"]);
}

/// One request in five meets one of these.
fn faults() -> [Fault; 6] {
    [
        Fault::LoseRequest,
        Fault::LoseAnswer,
        Fault::DeliverAfter(5),
        Fault::Status500Before,
        Fault::Status500After,
        Fault::Throttle,
    ]
}

/// A rival writes some of the orders while ours are on their way: those whose number the remainder picks.
async fn rival(local: &Local, upsert: bool) {
    let store = Store::new(local.quiet_client());
    for n in (0..40).filter(|n| n % 7 == 2) {
        let id = format!("{n:05}");
        if upsert {
            let update = store.update(Order::key(("c1", "d", &*id)));
            update.set(|o| o.total.to(5000 + n)).send().await.unwrap();
        } else {
            // Ours may be there before.
            drop(store.create(order("d", &id, 5000 + n)).send().await);
        }
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
}

/// What each outcome says, held against the table; gives how many outcomes were applied, refused, unknown, and failed.
fn hold(
    outcomes: &[dynacond::Result<Stored<Order>>],
    held: &BTreeMap<String, Stored<Order>>,
    is_ours: impl Fn(&Order) -> bool,
) -> [usize; 4] {
    let mut told = [0; 4];
    for (n, outcome) in outcomes.iter().enumerate() {
        let item = held.get(&format!("{n:05}"));
        let ours = item.is_some_and(|item| is_ours(item));
        let kind = match outcome {
            Ok(order) => {
                assert_eq!(order.id, format!("{n:05}"));
                let item = item.unwrap();
                // The rival may have written over ours since.
                assert!(
                    ours || Stored::version(item) > Stored::version(order),
                    "{n}"
                );
                0
            }
            Err(error) if error.is_refusal() => {
                assert!(!ours, "{n} was told as refused: {error}");
                1
            }
            Err(Error::OutcomeUnknown(_)) => 2,
            Err(error) => {
                assert!(!ours, "{n} was told as not written: {error}");
                3
            }
        };
        told[kind] += 1;
    }
    told
}

#[tokio::test(start_paused = true)]
async fn creates_under_faults_and_a_rival_are_told_as_they_are() {
    let mut told = [0; 4];
    for seed in 0..40 {
        let shop = watched().await;
        shop.local.on("PutItem").random(seed, 0.2, faults());
        let ours = shop.store.create_all(orders(40));
        let (outcomes, ()) = tokio::join!(ours.send(), rival(&shop.local, false));
        shop.local.deliver();
        let held = held(&shop.quiet).await;
        let seen = hold(&outcomes, &held, |order| order.total < 5000);
        told = std::array::from_fn(|kind| told[kind] + seen[kind]);
    }
    assert!(told.iter().take(3).all(|told| *told > 0), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn saves_under_faults_and_a_rival_are_told_as_they_are() {
    let mut told = [0; 4];
    for seed in 0..40 {
        let shop = watched().await;
        let created = shop.quiet.create_all(orders(40)).send().await;
        let items = created.into_iter().map(|created| {
            let mut item = created.unwrap();
            item.total += 1000;
            item
        });
        shop.local.on("UpdateItem").random(seed, 0.2, faults());
        let ours = shop.store.save_all(items.collect::<Vec<_>>());
        let (outcomes, ()) = tokio::join!(ours.send(), rival(&shop.local, true));
        shop.local.deliver();
        let held = held(&shop.quiet).await;
        assert_eq!(held.len(), 40);
        let ours = |order: &Order| (1000..5000).contains(&order.total);
        let seen = hold(&outcomes, &held, ours);
        told = std::array::from_fn(|kind| told[kind] + seen[kind]);
    }
    assert!(told[0] > 0 && told[1] > 0, "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn what_was_never_polled_again_is_not_sent() {
    let shop = watched().await;
    let minute = Duration::from_mins(1);
    shop.local
        .on("PutItem")
        .always()
        .inject(Fault::Delay(minute));
    let create = shop.store.create_all(orders(100)).send();
    let ended = tokio::time::timeout(Duration::from_secs(1), create).await;
    assert!(ended.is_err());
    tokio::time::sleep(10 * minute).await;
    assert_eq!(shop.local.operations().len(), 16, "no task goes on");
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_throttling_is_outlasted_and_halves_the_rate() {
    let shop = watched().await;
    let burst = shop.local.on("PutItem");
    burst.times(60).inject(Fault::Throttle);
    let create = shop.store.create_all(orders(20));
    assert!(create.send().await.iter().all(Result::is_ok));
    assert_eq!(shop.local.operations().len(), 80);

    let shop = watched().await;
    shop.local.on("PutItem").inject(Fault::Throttle);
    let create = clocked(&shop.local).create_all(orders(100));
    let began = tokio::time::Instant::now();
    let outcomes = create.units_per_second(20.0).send().await;
    assert!(outcomes.iter().all(Result::is_ok));
    // Half of the rate at once, and all of it again after some seconds: 25 units are missing on the way.
    let took = began.elapsed().as_secs_f64();
    assert!((5.5..=8.0).contains(&took), "{took}");
}

#[tokio::test(start_paused = true)]
async fn a_throttled_transaction_halves_the_rate_as_well() {
    let shop = watched().await;
    shop.local.on("TransactWriteItems").inject(Fault::Throttle);
    let store = clocked(&shop.local);
    // Two units each.
    let groups = orders(50)
        .into_iter()
        .map(|order| vec![store.create(order)]);
    let began = tokio::time::Instant::now();
    let work = store.transact_each(groups.collect::<Vec<_>>());
    let outcomes = work.units_per_second(20.0).send().await;
    assert!(outcomes.iter().all(|group| group.outcome.is_ok()));
    let took = began.elapsed().as_secs_f64();
    assert!((5.5..=8.0).contains(&took), "{took}");
}

#[tokio::test]
async fn bulk_work_can_be_spawned() {
    fn assert_send<T: Send>(future: T) -> T {
        future
    }
    let shop = watched().await;
    let create = shop.store.create_all(orders(2)).on_progress(|_| {});
    assert_eq!(assert_send(create.send()).await.len(), 2);
    let import = shop.store.import(orders(2)).overwriting();
    assert_eq!(assert_send(import.send()).await.unwrap(), 2);
    let groups = orders(2)
        .into_iter()
        .map(|order| vec![shop.store.create(order)]);
    let each = shop.store.transact_each(groups);
    assert_eq!(assert_send(each.send()).await.len(), 2);
}
