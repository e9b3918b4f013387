//! Many writers on one item, and on a hundred: commits, requests and fairness, by verb and by backoff. Time is virtual: each
//! request takes 3 to 12 ms, the same ones in every run, so the figures are the same on every machine. Each row is of five runs
//! with other random numbers: the share is the median of theirs.
//!
//! `cargo bench -p dynacond-benches --bench contention`; with `-- --backoff` also other policies than the default one, and with
//! `-- --only TEXT` the rows whose name contains the text.
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
    /// From one item to another, both chosen at random.
    Transfer,
}

impl Verb {
    /// Write units of one write, refused or not.
    const fn write_units(self) -> f64 {
        if matches!(self, Self::Transact | Self::Transfer) {
            4.0
        } else {
            1.0
        }
    }

    /// Counts one on the item, and on the other one if the verb writes two; gives what went out.
    async fn count(self, store: &Store, item: u32, other: u32) -> dynacond::Result<Consumed> {
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
            Self::Transact | Self::Transfer => {
                let other = Counter::key(other);
                let both = store.transact(|tx| -> dynacond::Result {
                    let (mut one, mut other) = (tx.require(&key)?, tx.require(&other)?);
                    one.count += 1;
                    other.count += 1;
                    tx.put(one)?;
                    tx.put(other)?;
                    Ok(())
                });
                requests(both.prefetch((&key, &other)).send_metered().await)
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

/// The results of one run or of several.
struct Run {
    requests: u32,
    /// In write units: a read unit is a fifth of one, and a refused write is charged, too.
    price: f64,
    exhausted: u32,
    /// By run: commits of the slowest writer, of what all have on average.
    shares: Vec<f64>,
    /// Milliseconds until a commit was answered.
    latencies: Vec<u128>,
}

/// How long each run lasts.
const TIME: Duration = Duration::from_secs(4);
/// How many there are.
const RUNS: u32 = 5;
/// The usual request is fast, and some are not: milliseconds.
const ROUND_TRIPS: [u64; 10] = [3, 3, 4, 4, 4, 5, 5, 6, 8, 12];

/// Who writes to what.
#[derive(Clone, Copy)]
struct Crowd {
    verb: Verb,
    writers: u32,
    items: u32,
    /// How many processes there are, so to speak.
    stores: u32,
    round_trips: &'static [u64],
}

impl Crowd {
    const fn new(verb: Verb, writers: u32, items: u32) -> Self {
        Self {
            verb,
            writers,
            items,
            stores: 1,
            round_trips: &ROUND_TRIPS,
        }
    }
}

fn run(crowd: Crowd, policy: &RetryPolicy) -> Run {
    let runs = (1..=u64::from(RUNS)).map(|seed| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        LocalSet::new().block_on(&runtime, contend(crowd, policy.clone(), seed))
    });
    let add = |mut sum: Run, run: Run| {
        sum.requests += run.requests;
        sum.price += run.price;
        sum.exhausted += run.exhausted;
        sum.shares.extend(run.shares);
        sum.latencies.extend(run.latencies);
        sum
    };
    let mut sum = runs.reduce(add).expect("a run");
    sum.shares.sort_unstable_by(f64::total_cmp);
    sum.latencies.sort_unstable();
    sum
}

async fn contend(crowd: Crowd, policy: RetryPolicy, seed: u64) -> Run {
    let Crowd {
        verb,
        writers,
        items,
        stores,
        round_trips,
    } = crowd;
    let local = Local::new();
    let clock = Virtual(Instant::now());
    let stores: Vec<_> = (1..=u64::from(stores))
        .map(|store| {
            let config = local.config().time_source(clock.clone());
            let random = Mutex::new(fastrand::Rng::with_seed(seed * 1000 + store));
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
    let delays = round_trips.iter().copied().map(Duration::from_millis);
    local.random(seed, 1.0, delays.map(Fault::Delay));

    let end = Instant::now() + TIME;
    let (stores, mut running) = (Rc::new(stores), Vec::new());
    for writer in 0..writers {
        let (stores, local) = (Rc::clone(&stores), local.clone());
        running.push(tokio::task::spawn_local(async move {
            let mut random = fastrand::Rng::with_seed(seed * 100 + u64::from(writer));
            let store = &stores[writer as usize % stores.len()];
            let (mut requests, mut price) = (0, 0.0);
            let (mut exhausted, mut latencies) = (0, Vec::new());
            while Instant::now() < end {
                let start = Instant::now();
                let item = random.u32(..items);
                let other = match verb {
                    Verb::Transfer => (item + random.u32(1..items)) % items,
                    // One of the writer's own.
                    _ => items + writer,
                };
                match verb.count(store, item, other).await {
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
    let average = latencies.len() as f64 / f64::from(writers);
    Run {
        requests,
        price,
        exhausted,
        shares: vec![least as f64 / average],
        latencies,
    }
}

impl Run {
    fn cells(&self) -> [String; 7] {
        let commits = self.latencies.len() as f64;
        let at = |percent: usize| self.latencies[(self.latencies.len() - 1) * percent / 100];
        [
            format!("{:.0}", commits / (TIME * RUNS).as_secs_f64()),
            format!("{:.2}", f64::from(self.requests) / commits),
            format!("{:.2}", self.price / commits),
            at(50).to_string(),
            at(99).to_string(),
            format!("{:.2}", self.shares[self.shares.len() / 2]),
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

/// A table whose rows are run as they are asked for.
struct Rows {
    table: Table,
    only: Option<String>,
}

impl Rows {
    fn new(first: &str, options: &Options) -> Self {
        Self {
            table: Table::new(&[&[first], &COLUMNS[..]].concat()),
            only: options.only.clone(),
        }
    }

    fn run(&mut self, name: &str, crowd: Crowd, policy: &RetryPolicy) {
        if self.only.as_ref().is_none_or(|only| name.contains(&**only)) {
            let cells = run(crowd, policy).cells();
            self.table.row([name.to_owned()].into_iter().chain(cells));
        }
    }
}

#[derive(Default)]
struct Options {
    /// Rows whose name contains this text.
    only: Option<String>,
    backoff: bool,
}

fn options() -> Options {
    let mut options = Options::default();
    let mut arguments = std::env::args();
    while let Some(argument) = arguments.next() {
        match &*argument {
            "--backoff" => options.backoff = true,
            "--only" => options.only = arguments.next(),
            _ => {}
        }
    }
    options
}

fn main() {
    let options = options();
    let verbs = [Verb::Update, Verb::Modify, Verb::Grouped, Verb::Transact];
    let first = "verb, items, writers";
    let (default, mut rows) = (RetryPolicy::default(), Rows::new(first, &options));
    for items in [1, 100] {
        for verb in verbs {
            for writers in [1, 8, 64] {
                let name = format!("{verb:?}, {items}, {writers}");
                rows.run(&name, Crowd::new(verb, writers, items), &default);
            }
        }
    }
    let transfers = Crowd::new(Verb::Transfer, 8, 20);
    rows.run("Transfer, 20, 8", transfers, &default);
    let grouped = Crowd::new(Verb::Grouped, 64, 1);
    let two_stores = Crowd {
        stores: 2,
        ..grouped
    };
    rows.run("Grouped, 1, 2 stores of 32", two_stores, &default);
    let even = Crowd {
        round_trips: &[5],
        ..grouped
    };
    rows.run("Grouped, 1, 64, each request 5 ms", even, &default);
    println!("\nThe default policy\n\n{}", rows.table);
    let (cheapest, mut rows) = (RetryPolicy::cheapest(), Rows::new(first, &options));
    for verb in [Verb::Modify, Verb::Transact] {
        for writers in [8, 64] {
            let name = format!("{verb:?}, 1, {writers}");
            rows.run(&name, Crowd::new(verb, writers, 1), &cheapest);
        }
    }
    rows.run("Transfer, 20, 8", transfers, &cheapest);
    println!("\n`RetryPolicy::cheapest()`\n\n{}", rows.table);
    if options.backoff {
        backoff(&options);
    }
}

/// Bounds of the pauses in ms.
const POLICIES: [(u64, u64); 8] = [
    (0, 0),
    (20, 200),
    (20, 400),
    (20, 620),
    (50, 620),
    (20, 700),
    (20, 800),
    (20, 1200),
];

/// The same contention by other bounds of the pauses.
fn backoff(options: &Options) {
    let mut rows = Rows::new("verb, items, writers, base, cap", options);
    for (verb, items) in [(Verb::Modify, 1), (Verb::Transact, 1), (Verb::Modify, 100)] {
        for writers in [8, 64] {
            for (base, cap) in POLICIES {
                let [base_time, cap_time] = [base, cap].map(Duration::from_millis);
                let policy = RetryPolicy::default().with_backoff(base_time, cap_time);
                let name = format!("{verb:?}, {items}, {writers}, {base}, {cap}");
                rows.run(&name, Crowd::new(verb, writers, items), &policy);
            }
        }
    }
    println!("\nBy the bounds of the pauses in ms\n\n{}", rows.table);
}
