//! A process that ends at any request, and another one that resumes from the last checkpoint: nothing is lost, and nothing is
//! done twice.
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dynacond::{
    AttributeValue, Checkpoint, Failed, Report, RetryPolicy, Store, Stored, Versioned as _,
};
use dynacond_local::Fault;
use fastrand::Rng;
use tokio::sync::Notify;

use super::each::{Account, account, accounts, empty_ledger, in_euro};
use super::support::Watched;

/// How many histories `cargo test` runs; `DYNACOND_SEEDS` asks for another number.
const SEEDS: u64 = 40;
const ACCOUNTS: u64 = 10;

fn seeds() -> u64 {
    let seeds = env::var("DYNACOND_SEEDS").ok();
    seeds.and_then(|seeds| seeds.parse().ok()).unwrap_or(SEEDS)
}

async fn ledger() -> Watched {
    let ledger = empty_ledger().await;
    for n in 1..=ACCOUNTS {
        ledger.quiet.create(account(n)).send().await.unwrap();
    }
    ledger
}

/// How the process ends at a request.
#[derive(Clone, Copy, Debug)]
enum Crash {
    /// Before the request is applied, at once.
    Before,
    /// Everything but this request's answer comes, which is applied.
    Applied,
    /// Everything but this request's answer comes, which is lost on its way.
    Lost,
}

/// A run that ends at a request: the last checkpoint that it gave away, and its report if it came to its end before. `failed` gets the
/// names of the items that failed, also those of a report that is lost.
async fn run_naming(
    ledger: &Watched,
    resumed: Option<Checkpoint>,
    delete: bool,
    crash: Option<(usize, Crash)>,
    segments: usize,
    failed: &Mutex<Vec<String>>,
) -> (Option<Checkpoint>, Option<Report>) {
    let ended = Arc::new(Notify::new());
    if let Some((request, crash)) = crash {
        let fault = match crash {
            Crash::Applied => Fault::HangAfter,
            Crash::Lost => Fault::HangBefore,
            Crash::Before => {
                let ended = Arc::clone(&ended);
                Fault::rival(move |_| {
                    ended.notify_one();
                    std::future::pending()
                })
            }
        };
        ledger.local.on_any().nth(request).inject(fault);
    }
    let policy =
        RetryPolicy::default().with_backoff(Duration::from_micros(1), Duration::from_micros(9));
    let store = Store::builder(ledger.local.client()).retry(policy).build();
    let last = Mutex::new(resumed.clone());
    let name = |lost: &Failed| {
        let (_, id) = lost.key.partition_key();
        failed.lock().unwrap().push(id.as_s().unwrap().clone());
    };
    let keep = |progress: &dynacond::Progress| {
        // As text, as another process would have it.
        let text = progress.checkpoint().to_string();
        *last.lock().unwrap() = Some(text.parse().unwrap());
    };
    let scan = store.scan::<Account>().segments(segments);
    let work = async {
        let report = if delete {
            let work = scan
                .filter(|a| a.owner.eq("odd"))
                .delete_each()
                .concurrency(4);
            let work = work.resume(resumed).on_failure(name);
            work.on_progress(keep).send().await
        } else {
            let work = scan.modify_each(in_euro).concurrency(4);
            let work = work.on_progress(keep).on_failure(name);
            work.resume(resumed).send().await
        };
        report.expect("a report")
    };
    let report = tokio::select! {
        report = work => Some(report),
        () = ended.notified() => None,
        // Nothing else is on its way by then.
        () = tokio::time::sleep(Duration::from_mins(1)) => None,
    };
    (last.into_inner().unwrap(), report)
}

async fn run(
    ledger: &Watched,
    resumed: Option<Checkpoint>,
    delete: bool,
    crash: Option<(usize, Crash)>,
    segments: usize,
) -> (Option<Checkpoint>, Option<Report>) {
    let unread = Mutex::default();
    run_naming(ledger, resumed, delete, crash, segments, &unread).await
}

#[tokio::test(start_paused = true)]
async fn a_migration_that_ends_at_any_request_is_resumed_and_changes_each_item_once() {
    for crash in [Crash::Before, Crash::Applied, Crash::Lost] {
        for segments in [1, 3] {
            let mut crashed = 0;
            for request in 1.. {
                let ledger = ledger().await;
                ledger.local.on("Scan").always().inject(Fault::ShortPage(3));
                let (last, report) =
                    run(&ledger, None, false, Some((request, crash)), segments).await;
                if report.is_some() {
                    break;
                }
                crashed += 1;
                ledger.local.clear_faults();
                let (_, report) = run(&ledger, last, false, None, segments).await;
                let report = report.expect("nothing is in the way");
                assert!(
                    report.failed.is_empty() && report.checkpoint.is_none(),
                    "{report}"
                );
                for (id, account) in &accounts(&ledger).await {
                    assert_eq!(
                        account.currency.as_deref(),
                        Some("EUR"),
                        "{id}, {crash:?} {request}"
                    );
                    assert_eq!(Stored::version(account), 2, "{id}, {crash:?} {request}");
                }
            }
            // Each page, and each item.
            assert!(
                crashed >= usize::try_from(ACCOUNTS).unwrap() + 4,
                "{crashed} requests"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn deletions_that_end_at_any_request_are_resumed_and_delete_what_matches() {
    for crash in [Crash::Before, Crash::Applied, Crash::Lost] {
        let mut crashed = 0;
        for request in 1.. {
            let ledger = ledger().await;
            ledger.local.on("Scan").always().inject(Fault::ShortPage(3));
            let (last, report) = run(&ledger, None, true, Some((request, crash)), 2).await;
            if report.is_some() {
                break;
            }
            crashed += 1;
            ledger.local.clear_faults();
            let (_, report) = run(&ledger, last, true, None, 2).await;
            let report = report.expect("nothing is in the way");
            assert!(report.failed.is_empty(), "{report}");
            let left = accounts(&ledger).await;
            assert_eq!(left.len() as u64, ACCOUNTS / 2, "{crash:?} {request}");
            assert!(left.values().all(|account| account.owner == "even"));
        }
        // Each page, and each item that matches.
        assert!(
            crashed >= usize::try_from(ACCOUNTS).unwrap() / 2 + 4,
            "{crashed} requests"
        );
    }
}

/// An item that does not decode has no other trace than its error. It is not read again after the checkpoint has passed it.
#[tokio::test(start_paused = true)]
async fn each_item_that_failed_before_a_crash_at_any_request_is_named() {
    for crash in [Crash::Before, Crash::Applied] {
        let mut crashed = 0;
        for request in 1.. {
            let ledger = ledger().await;
            let broken: BTreeSet<String> = [2, 5, 9].map(|n| account(n).id).into();
            for id in &broken {
                let update = ledger.quiet.client().update_item();
                let update = update
                    .table_name(Account::MODEL.table)
                    .set_key(Some(Account::key(id).raw().to_item()))
                    .update_expression("SET hits = :hits")
                    .expression_attribute_values(":hits", AttributeValue::S("many".into()));
                update.send().await.unwrap();
            }
            ledger.local.on("Scan").always().inject(Fault::ShortPage(3));
            let named = Mutex::default();
            let crash = Some((request, crash));
            let (last, report) = run_naming(&ledger, None, false, crash, 1, &named).await;
            let ended = report.is_some();
            if !ended {
                crashed += 1;
                ledger.local.clear_faults();
                let (_, report) = run_naming(&ledger, last, false, None, 1, &named).await;
                assert!(report.is_some_and(|report| report.checkpoint.is_none()));
            }
            let named: BTreeSet<_> = named.into_inner().unwrap().into_iter().collect();
            assert_eq!(named, broken, "{crash:?}");
            if ended {
                break;
            }
        }
        // Each page, and each item that is written.
        assert!(crashed >= 4 + 7, "{crashed} requests");
    }
}

/// How often rivals began to hit each account, and how often they were answered: a crash may end a rival, too.
#[derive(Clone, Default)]
struct Hits(Arc<Mutex<BTreeMap<String, (u64, u64)>>>);

impl Hits {
    fn note(&self, id: &str, note: impl FnOnce(&mut (u64, u64))) {
        note(self.0.lock().unwrap().entry(id.to_owned()).or_default());
    }
}

/// A rival hits an account, before any request of the work.
fn rivals(ledger: &Watched, seed: u64, hits: &Hits) {
    let (random, hits) = (Mutex::new(Rng::with_seed(seed)), hits.clone());
    let rival = Fault::rival(move |client| {
        let (id, hits) = (
            account(random.lock().unwrap().u64(1..=ACCOUNTS)).id,
            hits.clone(),
        );
        async move {
            hits.note(&id, |(begun, _)| *begun += 1);
            let rival = Store::new(client);
            let hit = rival.modify(Account::key(&id), |account| account.hits += 1);
            hit.send().await.expect("a quiet rival");
            hits.note(&id, |(_, answered)| *answered += 1);
        }
    });
    ledger.local.random(seed, 0.2, [rival]);
}

#[tokio::test(start_paused = true)]
async fn under_rivals_and_faults_no_write_is_lost_or_doubled() {
    for seed in 0..seeds() {
        let mut random = Rng::with_seed(seed);
        let ledger = ledger().await;
        let hits = Hits::default();
        let segments = random.usize(1..4);
        let (mut last, failed) = (None, Mutex::default());
        let done = loop {
            ledger.local.clear_faults();
            let faults = [
                Fault::LoseRequest,
                Fault::LoseAnswer,
                Fault::Status500Before,
                Fault::Status500After,
                Fault::RefuseConnection,
                Fault::Throttle,
                Fault::TransactionConflict,
                Fault::DeliverAfter(3),
                Fault::ShortPage(2),
            ];
            rivals(&ledger, seed + 1000, &hits);
            ledger.local.random(random.u64(..), 0.2, faults);
            let crash = [Crash::Before, Crash::Applied, Crash::Lost][random.usize(..3)];
            let crash = random.bool().then(|| (random.usize(1..30), crash));
            let (kept, report) = run_naming(&ledger, last, false, crash, segments, &failed).await;
            last = kept;
            if let Some(report) = report {
                break report;
            }
        };
        ledger.local.clear_faults();
        ledger.local.deliver();
        for lost in &done.failed {
            assert!(
                lost.error.is_outcome_unknown(),
                "seed {seed}: {}",
                lost.error
            );
        }
        let failed = failed.into_inner().unwrap();
        assert!(failed.len() >= done.failed.len(), "seed {seed}");
        assert!(done.checkpoint.is_none(), "seed {seed}");
        // Another run handles the items whose outcome was unknown. Everything else was done.
        let unknown = accounts(&ledger).await;
        let unreported: Vec<_> = unknown
            .values()
            .filter(|account| account.currency.is_none() && !failed.contains(&account.id))
            .map(|account| &account.id)
            .collect();
        assert!(
            unreported.is_empty(),
            "seed {seed}: {unreported:?} were lost, and only {failed:?} were named"
        );
        let (_, swept) = run(&ledger, None, false, None, 1).await;
        assert!(swept.is_some_and(|swept| swept.failed.is_empty()));
        let hits = hits.0.lock().unwrap().clone();
        for (id, account) in &accounts(&ledger).await {
            let (begun, answered) = hits.get(id).copied().unwrap_or_default();
            let hit = account.hits;
            assert!(
                (answered..=begun).contains(&hit),
                "seed {seed}: a rival's write of {id}"
            );
            assert_eq!(
                account.currency.as_deref(),
                Some("EUR"),
                "seed {seed}: {id}"
            );
            assert_eq!(Stored::version(account), 2 + hit, "seed {seed}: {id} once");
        }
    }
}
