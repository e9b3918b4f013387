//! Many writers on one item, and on a hundred: commits, requests and fairness, by verb and by backoff. Time is virtual: each
//! request takes 3 to 12 ms, the same ones in every run, so the figures are the same on every machine.
//!
//! `cargo bench -p dynacond-benches --bench contention`; with `-- --backoff` also other policies than the default one.
use std::rc::Rc;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::Client;
use aws_smithy_async::time::TimeSource;
use dynacond::{Consumed, Metered, RetryPolicy, Store, Versioned};
use dynacond_benches::Table;
use dynacond_local::{Fault, Local};
use serde::{Deserialize, Serialize};
use tokio::task::LocalSet;
use tokio::time::Instant;

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "counters")]
struct Counter {
    #[dynacond(partition_key)]
    id: u32,
    count: u64,
}

/// The ways to count.
#[derive(Clone, Copy, Debug)]
enum Verb {
    Update,
    Modify,
    Grouped,
    Transact,
}

impl Verb {
    /// Write units of one write, refused or not.
    const fn write_units(self) -> f64 {
        if matches!(self, Self::Transact) {
            4.0
        } else {
            1.0
        }
    }

    /// Counts one on the item; gives what went out.
    async fn count(self, store: &Store, item: u32, own: u32) -> dynacond::Result<Consumed> {
        fn requests<T>(metered: Metered<dynacond::Result<T>>) -> dynacond::Result<Consumed> {
            metered.outcome.map(|_| metered.consumed)
        }
        let key = Counter::key(item);
        match self {
            Self::Update => requests(
                store
                    .update(key)
                    .set(|c| c.count.add(1))
                    .send_metered()
                    .await,
            ),
            Self::Modify => requests(store.modify(key, |c| c.count += 1).send_metered().await),
            Self::Grouped => {
                let modify = store.modify(key, |c| c.count += 1).grouped();
                requests(modify.send_metered().await)
            }
            // Two items: the contended one, and one of the writer's own.
            Self::Transact => {
                let own = Counter::key(own);
                let both = store.transact(|tx| -> dynacond::Result {
                    let (mut shared, mut own) = (tx.require(&key)?, tx.require(&own)?);
                    shared.count += 1;
                    own.count += 1;
                    tx.put(shared)?;
                    tx.put(own)?;
                    Ok(())
                });
                requests(both.prefetch((&key, &own)).send_metered().await)
            }
        }
    }
}

/// The clock of the paused runtime.
#[derive(Clone, Debug)]
struct Virtual(Instant);

impl TimeSource for Virtual {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.0.elapsed()
    }
}

/// What became of one run.
struct Run {
    commits: u32,
    requests: u32,
    /// In write units: a read unit is a fifth of one, and a refused write is charged, too.
    price: f64,
    exhausted: u32,
    /// Commits of the slowest writer, of what all have on average.
    slowest: f64,
    /// Milliseconds until a commit was answered: the median, and what one of a hundred exceeds.
    latencies: [u128; 2],
}

/// How long each run lasts.
const TIME: Duration = Duration::from_secs(4);

/// `stores`: how many processes there are, so to speak.
fn run(verb: Verb, writers: u32, items: u32, stores: u32, policy: &RetryPolicy) -> Run {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    LocalSet::new().block_on(
        &runtime,
        contend(verb, writers, items, stores, policy.clone()),
    )
}

async fn contend(verb: Verb, writers: u32, items: u32, stores: u32, policy: RetryPolicy) -> Run {
    let local = Local::new();
    let clock = Virtual(Instant::now());
    let stores: Vec<_> = (1..=u64::from(stores))
        .map(|seed| {
            let config = local.config().time_source(clock.clone());
            let random = Mutex::new(fastrand::Rng::with_seed(seed));
            Store::builder(Client::from_conf(config.build()))
                .retry(policy.clone())
                .random(move || random.lock().map_or(0, |mut random| random.u128(..)))
                .build()
        })
        .collect();
    let store = stores[0].clone();
    dynacond_local::create_table::<Counter>(&store)
        .await
        .expect("a table");
    for id in 0..items + writers {
        store
            .create(Counter { id, count: 0 })
            .send()
            .await
            .expect("an answer");
    }
    // The usual request is fast, and some are not.
    let latencies = [3, 3, 4, 4, 4, 5, 5, 6, 8, 12];
    let latencies = latencies.map(|ms| Fault::Delay(Duration::from_millis(ms)));
    local.random(1, 1.0, latencies);

    let end = Instant::now() + TIME;
    let (stores, mut running) = (Rc::new(stores), Vec::new());
    for writer in 0..writers {
        let (stores, local) = (Rc::clone(&stores), local.clone());
        running.push(tokio::task::spawn_local(async move {
            let mut random = fastrand::Rng::with_seed(u64::from(writer));
            let store = &stores[writer as usize % stores.len()];
            let (mut requests, mut price) = (0, 0.0);
            let (mut exhausted, mut latencies) = (0, Vec::new());
            while Instant::now() < end {
                let start = Instant::now();
                match verb.count(store, random.u32(..items), items + writer).await {
                    Ok(sent) => {
                        requests += sent.attempts;
                        let refused = f64::from(sent.unreported()) * verb.write_units();
                        price += sent.write_units + sent.read_units / 5.0 + refused;
                        latencies.push(start.elapsed().as_millis());
                    }
                    Err(_) => exhausted += 1,
                }
                local.clear_log();
            }
            (requests, price, exhausted, latencies)
        }));
    }
    let (mut requests, mut price, mut exhausted) = (0, 0.0, 0);
    let (mut latencies, mut least) = (Vec::new(), usize::MAX);
    for writer in running {
        let (sent, paid, gave_up, took) = writer.await.expect("a writer");
        requests += sent;
        price += paid;
        exhausted += gave_up;
        least = least.min(took.len());
        latencies.extend(took);
    }
    latencies.sort_unstable();
    let at = |percent: usize| latencies[(latencies.len() - 1) * percent / 100];
    let commits = u32::try_from(latencies.len()).unwrap_or(u32::MAX);
    let least = u32::try_from(least).unwrap_or(u32::MAX);
    Run {
        commits,
        requests,
        price,
        exhausted,
        slowest: f64::from(least * writers) / f64::from(commits),
        latencies: [at(50), at(99)],
    }
}

impl Run {
    fn cells(&self) -> [String; 7] {
        let per_second = f64::from(self.commits) / TIME.as_secs_f64();
        [
            format!("{per_second:.0}"),
            format!("{:.2}", f64::from(self.requests) / f64::from(self.commits)),
            format!("{:.2}", self.price / f64::from(self.commits)),
            self.latencies[0].to_string(),
            self.latencies[1].to_string(),
            format!("{:.2}", self.slowest),
            self.exhausted.to_string(),
        ]
    }
}

const COLUMNS: [&str; 7] = [
    "commits/s",
    "requests per commit",
    "price in W",
    "median ms",
    "99 % ms",
    "slowest writer's share",
    "gave up",
];

fn main() {
    let verbs = [Verb::Update, Verb::Modify, Verb::Grouped, Verb::Transact];
    let mut table = Table::new(&[&["verb, items, writers"], &COLUMNS[..]].concat());
    for items in [1, 100] {
        for verb in verbs {
            for writers in [1, 8, 64] {
                let run = run(verb, writers, items, 1, &RetryPolicy::default());
                let name = format!("{verb:?}, {items}, {writers}");
                table.row([name].into_iter().chain(run.cells()));
            }
        }
    }
    let run = run(Verb::Grouped, 64, 1, 2, &RetryPolicy::default());
    let name = "Grouped, 1, 2 stores of 32".to_owned();
    table.row([name].into_iter().chain(run.cells()));
    println!("\nThe default policy\n\n{table}");
    cheapest();
    if std::env::args().any(|argument| argument == "--backoff") {
        backoff();
    }
}

/// The policy that puts the price first.
fn cheapest() {
    let mut table = Table::new(&[&["verb, items, writers"], &COLUMNS[..]].concat());
    for verb in [Verb::Modify, Verb::Transact] {
        for writers in [8, 64] {
            let run = run(verb, writers, 1, 1, &RetryPolicy::cheapest());
            let name = format!("{verb:?}, 1, {writers}");
            table.row([name].into_iter().chain(run.cells()));
        }
    }
    println!("\n`RetryPolicy::cheapest()`\n\n{table}");
}

/// Bounds of the pauses in ms.
const POLICIES: [(u64, u64); 7] = [
    (0, 0),
    (20, 200),
    (20, 400),
    (20, 640),
    (50, 640),
    (20, 800),
    (20, 1200),
];

/// The same contention by other bounds of the pauses.
fn backoff() {
    let mut table = Table::new(&[&["verb, items, writers, base, cap"], &COLUMNS[..]].concat());
    for (verb, items) in [(Verb::Modify, 1), (Verb::Transact, 1), (Verb::Modify, 100)] {
        for writers in [8, 64] {
            for (base, cap) in POLICIES {
                let [base_time, cap_time] = [base, cap].map(Duration::from_millis);
                let policy = RetryPolicy::default().with_backoff(base_time, cap_time);
                let name = format!("{verb:?}, {items}, {writers}, {base}, {cap}");
                table.row(
                    [name]
                        .into_iter()
                        .chain(run(verb, writers, items, 1, &policy).cells()),
                );
            }
        }
    }
    println!("\nBy the bounds of the pauses in ms\n\n{table}");
}
