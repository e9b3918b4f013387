//! The rate: so many units in any second, and no fewer than that over ten. Time is virtual.
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::Client;
use aws_smithy_async::time::TimeSource;
use dynacond::{Error, Report, Store, Versioned};
use dynacond_local::{Fault, Local};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::support::Watched;

/// A clock that goes with the paused one.
#[derive(Debug)]
struct PausedClock(Instant);

impl TimeSource for PausedClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000) + self.0.elapsed()
    }
}

/// The watched store, by the paused clock.
pub fn paused_store(watched: &Watched) -> Store {
    let config = watched
        .local
        .config()
        .time_source(PausedClock(Instant::now()));
    Store::new(Client::from_conf(config.build()))
}

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "rows")]
struct Row {
    #[dynacond(partition_key)]
    id: String,
    text: String,
    done: bool,
}

async fn rows(count: usize, bytes: usize) -> Watched {
    let local = Local::from_env().unwrap();
    let (store, quiet) = (Store::new(local.client()), Store::new(local.quiet_client()));
    dynacond_local::create_table::<Row>(&quiet).await.unwrap();
    for n in 0..count {
        let (id, text) = (format!("r{n:05}"), "x".repeat(bytes));
        let row = Row {
            id,
            text,
            done: false,
        };
        quiet.create(row).send().await.unwrap();
    }
    Watched {
        local,
        store,
        quiet,
    }
}

/// When requests of an operation reached the database, in seconds since now.
fn arrivals(watched: &Watched, operation: &str) -> Arc<Mutex<Vec<f64>>> {
    let (began, seen) = (Instant::now(), Arc::new(Mutex::new(Vec::new())));
    let noted = Arc::clone(&seen);
    let note = Fault::rival(move |_| {
        noted.lock().unwrap().push(began.elapsed().as_secs_f64());
        async {}
    });
    let latency = Fault::Delay(Duration::from_millis(3));
    watched
        .local
        .on(operation)
        .always()
        .inject(latency.then(note));
    seen
}

/// Charges: when, and how many units.
fn charges(of: &[(&Mutex<Vec<f64>>, f64)]) -> Vec<(f64, f64)> {
    let mut charges = Vec::new();
    for (seen, units) in of {
        charges.extend(seen.lock().unwrap().iter().map(|at| (*at, *units)));
    }
    charges.sort_by(|a, b| a.0.total_cmp(&b.0));
    charges
}

/// The units of each whole window of a second, the one before its first charge left out.
fn most_in_a_second(charges: &[(f64, f64)]) -> f64 {
    let window = |(from, _): &(f64, f64)| {
        let inside = charges
            .iter()
            .filter(|(at, _)| (*from..*from + 1.0).contains(at));
        inside.map(|(_, units)| units).sum()
    };
    charges.iter().map(window).fold(0.0, f64::max)
}

fn between(charges: &[(f64, f64)], from: f64, to: f64) -> f64 {
    let inside = charges.iter().filter(|(at, _)| (from..to).contains(at));
    inside.map(|(_, units)| units).sum()
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("few"))
}

fn each(report: &Report, pages: usize) -> (f64, f64) {
    let consumed = report.consumed;
    let writes = number(report.changed);
    (
        consumed.read_units / number(pages),
        consumed.write_units / writes,
    )
}

/// The usual test: tokio's time is paused, and the client's clock is the system's.
#[tokio::test(start_paused = true)]
async fn a_test_that_pauses_the_time_needs_no_clock_of_its_own() {
    let watched = rows(0, 0).await;
    let row = |n| Row {
        id: format!("r{n:05}"),
        text: String::new(),
        done: false,
    };
    // The work itself takes real time, which counts as well.
    let (began, really) = (Instant::now(), SystemTime::now());
    let import = watched.store.import((0..100).map(row)).overwriting();
    let import = import.units_per_second(50.0).send().await;
    assert_eq!(import.unwrap(), 100);
    let waited = began.elapsed();
    // 100 units at 50 a second; the first batch goes out at once, and nothing is waited for behind the last one.
    assert!(waited <= Duration::from_millis(1800), "{waited:?}");
    assert!(waited + really.elapsed().unwrap() >= Duration::from_millis(1400));

    let (began, really) = (Instant::now(), SystemTime::now());
    let scan = watched.store.scan::<Row>().units_per_second(50.0);
    let report = scan.modify_each(|row| row.done = true).send().await;
    assert_eq!(report.unwrap().changed, 100);
    let waited = began.elapsed();
    assert!(waited <= Duration::from_millis(2600), "{waited:?}");
    assert!(waited + really.elapsed().unwrap() >= Duration::from_millis(1800));
}

#[tokio::test(start_paused = true)]
async fn reads_and_writes_together_keep_to_the_rate() {
    for units in [40, 137] {
        let rate = number(units);
        let watched = rows(units * 11, 20).await;
        let store = paused_store(&watched);
        let (scans, writes) = (arrivals(&watched, "Scan"), arrivals(&watched, "UpdateItem"));
        let work = store.scan::<Row>().segments(2).units_per_second(rate);
        let report = work
            .modify_each(|row| row.done = true)
            .send()
            .await
            .unwrap();
        assert_eq!(report.changed, units * 11);
        let pages = scans.lock().unwrap().len();
        let (page, write) = each(&report, pages);
        let charges = charges(&[(&scans, page), (&writes, write)]);
        let most = most_in_a_second(&charges);
        let largest = page.max(write);
        assert!(
            most <= rate + largest + 1e-6,
            "{most} units in a second at {rate}"
        );
        let ten = between(&charges, 0.0, 10.0);
        assert!(
            (ten / 10.0 / rate - 1.0).abs() <= 0.05,
            "{ten} units in ten seconds at {rate}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn calls_that_share_a_rate_keep_to_it_together() {
    let watched = rows(150, 20).await;
    let store = paused_store(&watched);
    let rate = store.shared_rate(40.0);
    let new = |kind: &str, count: usize| {
        let row = |n| Row {
            id: format!("{kind}{n:05}"),
            text: String::new(),
            done: true,
        };
        (0..count).map(row).collect::<Vec<_>>()
    };
    let of = |operation: &str| arrivals(&watched, operation);
    let (scans, updates, puts) = (of("Scan"), of("UpdateItem"), of("PutItem"));
    let (batches, groups) = (of("BatchWriteItem"), of("TransactWriteItems"));
    let scan = store.scan::<Row>().filter(|row| row.done.eq(false));
    let scan = scan.modify_each(|row| row.done = true).shared_rate(&rate);
    let create = store.create_all(new("c", 100)).shared_rate(&rate);
    let import = store.import(new("i", 100)).overwriting();
    let pairs = new("t", 24);
    let pairs = pairs.chunks(2).map(<[Row]>::to_vec);
    let pairs = pairs.map(|pair| pair.into_iter().map(|row| store.create(row)));
    let pairs: Vec<Vec<_>> = pairs.map(Iterator::collect).collect();
    let pairs = store.transact_each(pairs).shared_rate(&rate);
    let began = Instant::now();
    let (report, created, imported, committed) = tokio::join!(
        scan.send(),
        create.send(),
        import.shared_rate(&rate.clone()).send(),
        pairs.send(),
    );
    let took = began.elapsed().as_secs_f64();
    let report = report.unwrap();
    assert_eq!((report.changed, imported.unwrap()), (150, 100));
    assert!(
        created.iter().all(Result::is_ok) && committed.iter().all(|group| group.outcome.is_ok())
    );
    let page = report.consumed.read_units / number(scans.lock().unwrap().len());
    // A transaction costs two units for each of its two writes.
    let charges = charges(&[
        (&scans, page),
        (&updates, 1.0),
        (&puts, 1.0),
        (&batches, 25.0),
        (&groups, 4.0),
    ]);
    let most = most_in_a_second(&charges);
    assert!(most <= 40.0 + 25.0 + 1e-6, "{most} units in a second");
    let all: f64 = charges.iter().map(|(_, units)| units).sum();
    let least = all / 40.0;
    assert!(
        (0.9..=1.1).contains(&(took / least)),
        "{all} units in {took} s"
    );
}

#[tokio::test(start_paused = true)]
async fn pages_are_as_small_as_a_seconds_units() {
    // Four KB each: one unit for each item.
    let watched = rows(400, 4000).await;
    let store = paused_store(&watched);
    let scans = arrivals(&watched, "Scan");
    let counted = store.scan::<Row>().units_per_second(30.0).count();
    let answer = counted.send_metered().await;
    assert_eq!(answer.outcome.unwrap().matched, 400);
    assert!(answer.consumed.read_units >= 400.0, "{:?}", answer.consumed);
    let pages = scans.lock().unwrap().len();
    assert!((13..=15).contains(&pages), "{pages}");
    let charges = charges(&[(&scans, answer.consumed.read_units / number(pages))]);
    let ten = between(&charges, 0.0, 10.0);
    assert!(
        (ten / 300.0 - 1.0).abs() <= 0.1,
        "{ten} units in ten seconds"
    );
}

#[tokio::test(start_paused = true)]
async fn throttling_halves_the_rate_and_it_comes_back() {
    let watched = rows(1400, 20).await;
    let store = paused_store(&watched);
    let throttle = Fault::Throttle;
    watched
        .local
        .on("UpdateItem")
        .nth(300)
        .times(3)
        .inject(throttle);
    let writes = arrivals(&watched, "UpdateItem");
    let work = store.scan::<Row>().units_per_second(100.0);
    let report = work
        .modify_each(|row| row.done = true)
        .send()
        .await
        .unwrap();
    assert_eq!((report.changed, report.failed.len()), (1400, 0));
    let charges = charges(&[(&writes, 1.0)]);
    let second = |n: u32| between(&charges, f64::from(n), f64::from(n + 1));
    // The 300th write is in the fourth second or the one after.
    assert!((90.0..=101.0).contains(&second(2)), "{}", second(2));
    let after: Vec<f64> = (4..15).map(second).collect();
    assert!((45.0..=70.0).contains(&after[0]), "{after:?}");
    assert!(
        after[8..]
            .iter()
            .all(|units| (90.0..=101.0).contains(units)),
        "{after:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn keys_that_a_batch_leaves_unprocessed_halve_the_rate() {
    let seconds = async |fault: Option<Fault>| {
        let watched = rows(800, 20).await;
        let store = paused_store(&watched);
        if let Some(fault) = fault {
            watched.local.on("BatchGetItem").nth(3).inject(fault);
        }
        let began = Instant::now();
        let scan = store.scan::<Row>().units_per_second(100.0);
        let found = scan.all().fetch().send().await.unwrap();
        assert_eq!((found.items.len(), found.gone), (800, 0));
        began.elapsed().as_secs_f64()
    };
    let (usual, slowed) = (
        seconds(None).await,
        seconds(Some(Fault::Unprocessed(1))).await,
    );
    // Half of the rate for a moment, which then comes back within five seconds: a second's units and a quarter.
    let later = slowed - usual;
    assert!((1.0..=2.5).contains(&later), "{slowed} s, not {usual} s");
}

#[tokio::test(start_paused = true)]
async fn waiting_for_ones_turn_is_no_time_of_the_retries() {
    // One unit a second: the last of sixteen writes waits longer than its retries may take.
    let watched = rows(45, 20).await;
    let store = paused_store(&watched);
    watched
        .local
        .on("UpdateItem")
        .nth(40)
        .inject(Fault::Throttle);
    watched
        .local
        .on("UpdateItem")
        .nth(20)
        .inject(Fault::LoseAnswer);
    let work = store.scan::<Row>().units_per_second(1.0);
    let report = work
        .modify_each(|row| row.done = true)
        .send()
        .await
        .unwrap();
    assert_eq!((report.changed, report.failed.len()), (45, 0));
}

#[tokio::test]
async fn a_rate_that_is_no_number_is_refused_before_sending() {
    let watched = rows(1, 20).await;
    let config = watched.local.config();
    let store = Store::new(Client::from_conf(config.build()));
    // The default sleep is there wherever tokio's timer is.
    let scan = store.scan::<Row>().units_per_second(1000.0).count();
    assert_eq!(scan.send().await.unwrap().matched, 1);
    let sent = watched.local.operations().len();
    for rate in [f64::NAN, 0.0, -1.0, f64::INFINITY] {
        let none = store.scan::<Row>().units_per_second(rate).count();
        assert!(
            matches!(none.send().await, Err(Error::Invalid(_))),
            "{rate}"
        );
        let shared = store.shared_rate(rate);
        let none = store.scan::<Row>().shared_rate(&shared).count();
        let none = none.send().await;
        assert!(matches!(none, Err(Error::Invalid(_))), "{shared:?}");
    }
    assert_eq!(watched.local.operations().len(), sent);
}
