//! One item with 1 to 64 writers: what a commit costs with a guarded update, with `modify`, with a grouped `modify` and with a
//! transaction, and how fair each of them is to the writers. None of them loses a write. A read and a plain put would lose all but
//! one of the overlapping writes. Progress is shown on a terminal. After some ten seconds bar charts are printed, and a plot is
//! written to an SVG file.
//!
//! `cargo run --example contention [plot.svg]`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use dynacond::{Consumed, Metered, RetryPolicy, Store, Versioned};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

#[allow(clippy::duplicate_mod, reason = "one test has both examples")]
mod axis;
pub mod chart;

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "shelves")]
pub struct Shelf {
    #[dynacond(partition_key)]
    pub id: String,
    pub stock: u32,
}

/// Four ways to take one from a shelf.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    Update,
    Modify,
    Grouped,
    Transaction,
}
pub const METHODS: [Method; 4] = [
    Method::Update,
    Method::Modify,
    Method::Grouped,
    Method::Transaction,
];

impl Method {
    /// Returns the requests that were sent.
    async fn take(self, store: &Store) -> dynacond::Result<Consumed> {
        fn requests<T>(metered: Metered<dynacond::Result<T>>) -> dynacond::Result<Consumed> {
            metered.outcome.map(|_| metered.consumed)
        }
        let (from, to) = (Shelf::key("shelf"), Shelf::key("van"));
        match self {
            // DynamoDB subtracts if there is one left, so there are no conflicts.
            Self::Update => {
                let take = store.update(from).set(|s| s.stock.subtract(1));
                requests(take.send_metered().await)
            }
            // Read, change, and save at the version that was read. If somebody else was faster, repeat with the item in the
            // refusal.
            Self::Modify => requests(store.modify(from, |s| s.stock -= 1).send_metered().await),
            // The same, but all tasks that wait for the shelf share one write.
            Self::Grouped => {
                let modify = store.modify(from, |s| s.stock -= 1).grouped();
                requests(modify.send_metered().await)
            }
            // Move it into the van, with any check that you can write in Rust. Repeat if either item has changed.
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

    /// The write units of one write, which a refused write also costs. A transaction writes two items at twice the price.
    const fn write_units(self) -> f64 {
        if matches!(self, Self::Transaction) {
            4.
        } else {
            1.
        }
    }

    /// The price in write units. A read unit costs a fifth of a write unit.
    fn price(self, consumed: Consumed) -> f64 {
        let refused = f64::from(consumed.unreported()) * self.write_units();
        consumed.write_units + consumed.read_units / 5. + refused
    }
}

/// The means for one commit, as its caller sees them.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    pub method: Method,
    pub writers: u32,
    pub requests: f64,
    pub price: f64,
    /// The commits of the slowest writer, as a share of the average of all writers.
    pub share: f64,
    pub millis: f64,
}

/// Runs this number of writers until all of them together have made at least this number of commits, each the same number.
async fn measure(
    store: &Store,
    method: Method,
    writers: u32,
    commits: u32,
) -> Result<Measured, Box<dyn std::error::Error>> {
    let each = commits.div_ceil(writers);
    let mut running = JoinSet::new();
    for _ in 0..writers {
        let store = store.clone();
        running.spawn(async move {
            let (start, mut requests, mut price) = (Instant::now(), 0, 0.);
            for _ in 0..each {
                let consumed = method.take(&store).await?;
                requests += consumed.attempts;
                price += method.price(consumed);
            }
            Ok::<_, dynacond::Error>((requests, price, start.elapsed().as_secs_f64()))
        });
    }
    let (mut requests, mut price, mut times) = (0, 0., Vec::new());
    while let Some(ended) = running.join_next().await {
        let (sent, paid, took) = ended??;
        (requests, price) = (requests + sent, price + paid);
        times.push(took);
    }
    if std::io::stderr().is_terminal() {
        eprintln!("{method:?}, writers: {writers}, requests: {requests}");
    }
    let commits = f64::from(each * writers);
    let slowest = times.iter().copied().fold(0., f64::max);
    let rates: f64 = times.iter().map(|took| slowest / took).sum();
    Ok(Measured {
        method,
        writers,
        requests: f64::from(requests) / commits,
        price: price / commits,
        share: f64::from(writers) / rates,
        millis: times.iter().sum::<f64>() * 1000. / commits,
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
            measured.push(measure(store, method, *writers, commits).await?);
        }
    }
    Ok(measured)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // No writer gives up, so that the full costs are counted. The pauses are short, because the answers are fast.
    let pauses = (Duration::from_millis(5), Duration::from_millis(50));
    let retry = RetryPolicy::default()
        .with_attempts(1000)
        .with_backoff(pauses.0, pauses.1);
    let store = Store::builder(dynacond_local::client_from_env()?);
    let measured = run(&store.retry(retry).build(), &[1, 2, 4, 8, 16, 32, 64], 64).await?;
    println!("{}", chart::bars(&measured));
    println!(
        "A relative change: update. A rule on one item: modify, grouped if one process writes it much. Several items: a transaction."
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
