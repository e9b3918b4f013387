//! One item, 1 to 64 writers: what a commit costs by a guarded update, by `modify` and by a transaction. Each loses nothing;
//! a read and a plain put would lose all but one of the writes that overlap. Progress is shown on a terminal; at the end,
//! after some ten seconds, stand bar charts, and a plot is written to an SVG file.
//!
//! `cargo run --example contention [plot.svg]`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use dynacond::{Metered, RetryPolicy, Store, Versioned};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

pub mod chart;

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "shelves")]
pub struct Shelf {
    #[dynacond(partition_key)]
    pub id: String,
    pub stock: u32,
}

/// Three ways to take one from a shelf.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    Update,
    Modify,
    Transaction,
}
pub const METHODS: [Method; 3] = [Method::Update, Method::Modify, Method::Transaction];

impl Method {
    /// Gives how many requests went out.
    async fn take(self, store: &Store) -> dynacond::Result<u32> {
        fn requests<T>(metered: Metered<dynacond::Result<T>>) -> dynacond::Result<u32> {
            metered.outcome.map(|_| metered.consumed.attempts)
        }
        let (from, to) = (Shelf::key("shelf"), Shelf::key("van"));
        match self {
            // DynamoDB subtracts, if there is one: nothing to conflict with.
            Self::Update => {
                let take = store.update(from).set(|s| s.stock.subtract(1));
                requests(take.send_metered().await)
            }
            // Read, change, save at the version read; again, if somebody was faster, on the item that the refusal brings.
            Self::Modify => requests(store.modify(from, |s| s.stock -= 1).send_metered().await),
            // Into the van, with every check that Rust can say; again, if either has changed.
            Self::Transaction => {
                let take = store.transact(|tx| -> dynacond::Result {
                    let (mut from, mut to) = (tx.require(&from)?, tx.require(&to)?);
                    from.stock -= 1;
                    to.stock += 1;
                    tx.put(from)?;
                    tx.put(to)?;
                    Ok(())
                });
                requests(take.prefetch((&from, &to)).send_metered().await)
            }
        }
    }

    /// Requests of a commit that nobody disturbs: the others are the answer to conflicts.
    const fn undisturbed(self) -> f64 {
        if matches!(self, Self::Update) { 1. } else { 2. }
    }
}

/// Means of one commit, as its caller sees it.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    pub method: Method,
    pub writers: u32,
    pub requests: f64,
    pub conflicts: f64,
    pub millis: f64,
}

/// Keeps this many writers busy until there are so many commits.
async fn measure(
    store: &Store,
    method: Method,
    writers: u32,
    commits: u32,
) -> Result<Measured, Box<dyn std::error::Error>> {
    let mut running = JoinSet::new();
    let commit = |running: &mut JoinSet<_>| {
        let store = store.clone();
        running.spawn(async move {
            let start = Instant::now();
            let requests = method.take(&store).await?;
            Ok::<_, dynacond::Error>((requests, start.elapsed()))
        });
    };
    (0..writers.min(commits)).for_each(|_| commit(&mut running));
    let (mut done, mut requests, mut time) = (0, 0, Duration::ZERO);
    while let Some(ended) = running.join_next().await {
        let (sent, took) = ended??;
        (done, requests, time) = (done + 1, requests + sent, time + took);
        if done + writers <= commits {
            commit(&mut running);
        }
        if std::io::stderr().is_terminal() {
            let bar = "█".repeat((done * 30 / commits) as usize);
            let name = format!("{method:?}, writers: {writers}");
            eprint!("\r{name:<25} {bar:·<30} {done:>3} commits, {requests:>5} requests");
        }
    }
    let requests = f64::from(requests) / f64::from(done);
    Ok(Measured {
        method,
        writers,
        requests,
        conflicts: requests - method.undisturbed(),
        millis: time.as_secs_f64() * 1000.0 / f64::from(done),
    })
}

pub async fn run(
    store: &Store,
    writers: &[u32],
    commits: u32,
) -> Result<Vec<Measured>, Box<dyn std::error::Error>> {
    dynacond_local::create_table::<Shelf>(store).await?;
    for (id, stock) in [("shelf", 1_000_000), ("van", 0)] {
        let id = id.into();
        let shelf = store.put(Shelf { id, stock });
        shelf.unconditional().send().await?;
    }
    let mut measured = Vec::new();
    for writers in writers {
        for method in METHODS {
            let commits = commits.max(*writers);
            measured.push(measure(store, method, *writers, commits).await?);
        }
    }
    Ok(measured)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Nobody gives up, so that what it costs is seen; the pauses are short, as the answers are.
    let pauses = (Duration::from_millis(5), Duration::from_millis(50));
    let retry = RetryPolicy::default()
        .with_attempts(1000)
        .with_backoff(pauses.0, pauses.1);
    let store = Store::builder(dynacond_local::client_from_env()?);
    let measured = run(&store.retry(retry).build(), &[1, 2, 4, 8, 16, 32, 64], 16).await?;
    println!("{}", chart::bars(&measured));
    println!(
        "A relative change: update. A rule on one item: modify. Several items: a transaction."
    );
    println!("Where many write one item, split it, or say the change as an update.");
    let file = match std::env::args().nth(1) {
        Some(file) => file.into(),
        None => std::env::current_exe()?.with_file_name("contention.svg"),
    };
    std::fs::write(&file, chart::svg(&measured))?;
    println!("The plot is in {}", file.display());
    Ok(())
}
