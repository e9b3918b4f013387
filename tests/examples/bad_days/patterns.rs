//! Leases, idempotent requests, an event store and sessions.
use std::cell::Cell;
use std::time::{Duration, SystemTime};

use dynacond::{Store, Versioned as _};
use dynacond_local::{Fault, create_table};

use super::{database, faults};
use crate::{event_store, idempotency, lease, sessions, stored};

#[tokio::test]
async fn the_lease_of_a_dead_worker_is_taken_over_by_one_other() {
    use lease::Told::{Dead, Holds, Lost, Waits};
    let local = database();
    let (timeline, [told, by_hand]) = twice!(lease::run(&local));
    // The others saw Ana's last heartbeat in second 2, and the lease lasts three seconds.
    let expected = [
        [[Holds, Waits, Waits]; 3].as_slice(),
        &[[Dead, Waits, Waits]; 2],
        &[[Dead, Holds, Waits]; 2],
        &[[Lost, Holds, Waits]],
        &[[Waits, Holds, Waits]; 2],
    ];
    assert_eq!(timeline, expected.concat());
    assert_eq!((told, by_hand), (Holds, Lost), "a lost answer");
}

#[tokio::test(start_paused = true)]
async fn two_workers_never_hold_a_lease_at_once() {
    use lease::{Lease, Told, Worker};
    let local = database();
    let store = Store::new(local.client());
    create_table::<Lease>(&store).await.expect("a table");
    let quiet = Store::new(local.quiet_client());
    let mut taken_over = 0;
    for seed in 0..8 {
        let key = Lease::key("report");
        quiet
            .delete(&key)
            .unconditional()
            .send()
            .await
            .expect("no lease");
        local.clear_faults();
        local.random(seed, 0.3, faults());
        let mut workers = ["ana", "ben", "cleo"].map(|name| Worker::new(name, store.clone()));
        let mut random = fastrand::Rng::with_seed(seed);
        for now in 0..40 {
            for i in 0..3 {
                // A pause, for example of the process.
                if random.u8(..) < 64 {
                    continue;
                }
                let told = workers[i]
                    .tick(now)
                    .await
                    .expect("a seed without a broken set-up");
                let holders = workers.iter().filter(|worker| worker.may_work(now)).count();
                assert!(holders <= 1, "seed {seed}, second {now}");
                if told == Told::Lost {
                    // A worker that is told so has truly lost it, whatever answers were lost before.
                    let owner = stored(&quiet, &key).await.owner.clone();
                    assert_ne!(owner, workers[i].name, "seed {seed}, second {now}");
                    taken_over += 1;
                }
            }
        }
    }
    assert!(taken_over > 0, "the workers disturb each other");
}

#[tokio::test]
async fn a_repeated_request_is_told_what_became_of_the_first() {
    use idempotency::Told::{Answer, Conflicting, InProgress};
    let local = database();
    let told = twice!(idempotency::run(&local));
    let charged = || Answer("charged".to_owned());
    let expected = [
        charged(),
        InProgress,
        charged(),
        Conflicting,
        charged(),
        // Another attempt takes over the expired record first, so this one does no work.
        InProgress,
        Answer("charged by the rival".to_owned()),
        charged(),
    ];
    assert_eq!(told, expected);

    // The code by hand takes its own lost answer for another attempt, although there is none.
    let store = Store::new(local.client());
    local.on("PutItem").inject(Fault::LoseAnswer);
    let begins = idempotency::begin_by_hand(&store, "r3").await;
    assert!(!begins.expect("an answer"));
    let record = store
        .client()
        .get_item()
        .table_name(store.table_name::<idempotency::Record>());
    let record = record.set_key(Some(idempotency::Record::key("r3").raw().to_item()));
    assert!(record.send().await.expect("an answer").item.is_some());
}

#[tokio::test(start_paused = true)]
async fn all_attempts_of_a_request_are_told_one_answer() {
    use idempotency::{LIMIT, Record, Told, once};
    let local = database();
    let store = Store::new(local.client());
    create_table::<Record>(&store).await.expect("a table");
    let noon = SystemTime::UNIX_EPOCH + Duration::from_hours(490_116);
    let mut repeated = 0;
    for seed in 0..24 {
        local.on("PutItem").random(seed, 0.3, faults());
        // Many an attempt does the work, and does not know whether its answer was kept.
        local.on("UpdateItem").random(seed, 0.7, faults());
        let id = format!("r{seed}");
        let done = Cell::new(0);
        let mut answers = Vec::new();
        // Two attempts at once, again and again, later each time: an attempt that died is taken over.
        for pass in 0..9 {
            let now = noon + pass * LIMIT / 2;
            if pass == 8 {
                local.clear_faults();
                local.deliver();
            }
            let attempt = || {
                once(&store, (&id, "pay 10"), now, async || {
                    let nth = done.replace(done.get() + 1);
                    tokio::task::yield_now().await;
                    nth.to_string()
                })
            };
            let (one, other) = tokio::join!(attempt(), attempt());
            for told in [one, other] {
                match told {
                    Ok(Told::Answer(answer)) => answers.push(answer),
                    Ok(told) => assert_eq!(told, Told::InProgress, "seed {seed}"),
                    Err(error) => assert!(
                        error.is_outcome_unknown() || error.is_retryable(),
                        "seed {seed}: {error}"
                    ),
                }
            }
        }
        repeated += i32::from(done.get() > 1);
        answers.dedup();
        assert_eq!(answers.len(), 1, "seed {seed}: {answers:?}");
    }
    assert!(repeated > 0, "some attempt died after the work");
}

#[tokio::test]
async fn an_event_is_appended_once_and_a_replay_ends_where_the_stream_ends() {
    let [replayed, by_hand, by_hand_in_pages] = twice!(event_store::run(&database()));
    // Five times ten came in and eight went out.
    assert_eq!(replayed, 42);
    // By hand: the delivery whose answer was lost came twice; and a page of two events is taken for all of them.
    assert_eq!((by_hand, by_hand_in_pages), (60, 20));
}

#[tokio::test(start_paused = true)]
async fn a_stream_has_every_event_that_was_told_and_never_ships_what_is_not_there() {
    use event_store::{Change, Event, Stock, execute, replay};
    let local = database();
    let store = Store::new(local.client());
    create_table::<Event>(&store).await.expect("a table");
    let quiet = Store::new(local.quiet_client());
    for seed in 0..4 {
        let stream = format!("s{seed}");
        local.on("TransactWriteItems").random(seed, 0.3, faults());
        let pages = [
            Fault::ShortPage(0),
            Fault::ShortPage(1),
            Fault::ShortPage(3),
        ];
        local.on("Query").random(seed, 0.5, pages);
        let writer = async |n: u64| {
            let mut random = fastrand::Rng::with_seed(seed * 10 + n);
            let (mut told, mut unknown) = (0, 0);
            for _ in 0..10 {
                let pieces = random.u32(1..9);
                let receives = random.bool();
                let change = |stock: &Stock| match receives {
                    true => Some(Change::Received { pieces }),
                    false if stock.pieces >= pieces => Some(Change::Shipped { pieces }),
                    false => None,
                };
                match execute(&store, &stream, change).await {
                    Ok(appended) => told += u64::from(appended.is_some()),
                    Err(error) if error.is_outcome_unknown() => unknown += 1,
                    Err(error) => panic!("seed {seed}: {error}"),
                }
            }
            (told, unknown)
        };
        let (one, two, three) = tokio::join!(
            Box::pin(writer(0)),
            Box::pin(writer(1)),
            Box::pin(writer(2))
        );
        local.clear_faults();
        local.deliver();
        let (told, unknown) = (one.0 + two.0 + three.0, one.1 + two.1 + three.1);
        // From the first event, and from the snapshot; a piece that was not there would be a subtraction below zero.
        let all = replay(&quiet, Stock::new(&stream)).await.expect("a replay");
        assert!(
            told <= all.events && all.events <= told + unknown,
            "seed {seed}"
        );
        let snapshot = stored(&quiet, Stock::key(&stream)).await;
        assert_eq!(snapshot.events, all.events - all.events % 5, "seed {seed}");
        let snapshot = dynacond::Stored::into_inner(snapshot);
        assert_eq!(replay(&quiet, snapshot).await.expect("a replay"), all);
    }
}

#[tokio::test]
async fn a_session_lasts_while_it_is_used_and_is_over_after_a_log_out() {
    let (expires, [logged_in, by_hand]) = twice!(sessions::run(&database()));
    // Nothing is written in the first half of its time; a renewal gives thirty minutes; idle for half an hour it is over.
    assert_eq!(expires, [Some(30), Some(50), Some(75), None]);
    assert_eq!((logged_in, by_hand), (false, true), "after a log-out");
}

#[tokio::test(start_paused = true)]
async fn who_is_told_to_be_logged_out_is_never_logged_in_again() {
    use sessions::{IDLE, Session, log_in, log_out, visit};
    let local = database();
    let store = Store::new(local.client());
    create_table::<Session>(&store).await.expect("a table");
    let quiet = Store::new(local.quiet_client());
    let noon = SystemTime::UNIX_EPOCH + Duration::from_hours(490_116);
    let mut renewed = 0;
    for seed in 0..24 {
        let id = format!("s{seed}");
        log_in(&quiet, &id, "ana", noon).await.expect("a session");
        local.random(seed, 0.4, faults());
        let tab = async |quarters: u32| {
            let now = noon + quarters * IDLE / 4;
            match visit(&store, &id, now).await {
                Ok(session) => usize::from(session.is_some_and(|s| s.expires == now + IDLE)),
                Err(error) => {
                    assert!(error.is_retryable(), "seed {seed}: {error}");
                    0
                }
            }
        };
        let leave = async {
            tokio::task::yield_now().await;
            // Until there is an answer: no session is as good as one that is deleted.
            while let Err(error) = log_out(&store, &id).await {
                let retryable = error.is_retryable() || error.is_outcome_unknown();
                assert!(retryable, "seed {seed}: {error}");
            }
        };
        let (one, two, three, ()) = tokio::join!(tab(2), tab(3), tab(3), leave);
        renewed += one + two + three;
        local.clear_faults();
        local.deliver();
        let session = quiet.get(Session::key(&id)).send().await;
        assert!(session.expect("an answer").is_none(), "seed {seed}");
    }
    assert!(
        renewed > 0,
        "some visits renew the session before it is deleted"
    );
}
