//! A backfill: 20,000 orders, of which every fourth has no currency yet, while another writer goes on. Each order is written under its
//! own guard, at a bounded rate. The work is stopped in the middle (press Enter, or wait), resumed from its checkpoint file, and
//! accounts for every order at the end, also for those that do not decode. A plot of the capacity units is written to an SVG file.
//!
//! `cargo run --release --example backfill [plot.svg]`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that
//! endpoint.
#[allow(clippy::duplicate_mod, reason = "one test has both examples")]
#[path = "../contention/axis.rs"]
mod axis;
pub mod chart;
mod rival;
mod watch;

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use dynacond::{AttributeValue, Checkpoint, Error, Item, Report, Store, Versioned};
use serde::{Deserialize, Serialize};

use rival::Rival;
pub use watch::Sample;
use watch::Watcher;

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "orders")]
pub struct Order {
    #[dynacond(partition_key)]
    pub id: String,
    pub total: u64,
    pub note: String,
    /// New. Orders that were written before have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// How much there is to do, and how fast it may go.
pub struct Plan {
    pub orders: usize,
    /// Orders of which an old program wrote the total as text.
    pub undecodable: usize,
    pub units_per_second: f64,
}

/// What became of the orders.
#[derive(Clone, Debug, Default)]
pub struct Account {
    pub orders: usize,
    /// Orders that had a currency before; some of them the rival has deleted since.
    pub had: usize,
    pub deleted: usize,
    /// Orders that got their currency before the stop, after it, and from the rival.
    pub first: usize,
    pub second: usize,
    pub rival: usize,
    /// Orders that do not decode: a person has to look at them.
    pub undecodable: usize,
}

impl Account {
    /// Every order once.
    pub fn sum(&self) -> usize {
        self.had + self.first + self.second + self.rival + self.undecodable
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:>6} orders had a currency; the rival deleted {} of them",
            self.had, self.deleted
        )?;
        writeln!(f, "{:>6} got one before the stop", self.first)?;
        writeln!(f, "{:>6} got one after it", self.second)?;
        writeln!(f, "{:>6} got one from the rival meanwhile", self.rival)?;
        writeln!(f, "{:>6} do not decode", self.undecodable)?;
        write!(
            f,
            "{:>6} of {} orders are accounted for",
            self.sum(),
            self.orders
        )
    }
}

/// What a run gives.
pub struct Done {
    pub account: Account,
    pub samples: Vec<Sample>,
    /// When the work was stopped, in seconds of work.
    pub stopped: f64,
}

fn id(n: usize) -> String {
    format!("order-{n:06}")
}

/// Whether an order has a currency before.
const fn has_currency(n: usize) -> bool {
    !n.is_multiple_of(4)
}

/// The orders as they are before.
async fn fill(store: &Store, plan: &Plan) -> Result<(), Box<dyn std::error::Error>> {
    dynacond_local::create_table::<Order>(store).await?;
    let orders = (plan.undecodable..plan.orders).map(|n| Order {
        id: id(n),
        total: n as u64,
        note: "please ring twice ".repeat(40),
        currency: has_currency(n).then(|| "EUR".to_owned()),
    });
    // Nobody else writes the table yet.
    store.import(orders).overwriting().send().await?;
    for n in 0..plan.undecodable {
        let text = |text: String| AttributeValue::S(text);
        let item = Item::from([
            ("id".to_owned(), text(id(n))),
            ("total".to_owned(), text(format!("{n} euros"))),
        ]);
        let put = store.client().put_item();
        let put = put.table_name(store.table_name::<Order>());
        put.set_item(Some(item)).send().await?;
    }
    Ok(())
}

/// The work, from where the checkpoint file says, until the end or until `stop`.
async fn backfill(
    store: &Store,
    plan: &Plan,
    file: &Path,
    stop: &AtomicBool,
    watcher: &mut Watcher<'_>,
) -> Result<Report, Box<dyn std::error::Error>> {
    let checkpoint: Option<Checkpoint> = match fs::read_to_string(file) {
        Ok(text) => Some(text.parse()?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    let report = store
        .scan::<Order>()
        .segments(4)
        .modify_each(|order| {
            // It may run twice on an order: after a conflict, and after a stop.
            order.currency.get_or_insert_with(|| "EUR".to_owned());
        })
        .units_per_second(plan.units_per_second)
        .resume(checkpoint)
        .stop_when(|| stop.load(Ordering::Relaxed))
        .on_progress(|progress| watcher.see(progress))
        .send()
        .await?;
    keep(file, report.checkpoint.as_ref())?;
    Ok(report)
}

/// Writes the checkpoint beside the file, and then in its place: a crash leaves the one or the other.
fn keep(file: &Path, checkpoint: Option<&Checkpoint>) -> io::Result<()> {
    let Some(checkpoint) = checkpoint else {
        // The end was seen.
        return fs::remove_file(file);
    };
    let written = file.with_extension("new");
    fs::write(&written, checkpoint.to_string())?;
    fs::rename(written, file)
}

pub async fn run(
    store: &Store,
    plan: &Plan,
    file: &Path,
) -> Result<Done, Box<dyn std::error::Error>> {
    fill(store, plan).await?;
    let rival = Rival::start(store, plan);
    let stop = AtomicBool::new(false);
    let mut watcher = Watcher::new(plan.orders, file, &stop);
    let first = backfill(store, plan, file, &stop, &mut watcher).await?;
    println!("stopped: {first}");
    let stopped = watcher.pause();
    let second = backfill(store, plan, file, &stop, &mut watcher).await?;
    println!("resumed: {second}");
    let theirs = rival.end().await?;

    // An order on a page that was not done is met twice, so failures are counted by their keys.
    let mut undecodable = BTreeSet::new();
    for failed in first.failed.iter().chain(&second.failed) {
        match &failed.error {
            Error::Decode(_) => undecodable.insert(failed.key.to_string()),
            other => return Err(format!("{}: {other}", failed.key).into()),
        };
    }
    let account = Account {
        orders: plan.orders,
        had: (plan.undecodable..plan.orders)
            .filter(|n| has_currency(*n))
            .count(),
        deleted: theirs.deleted,
        first: first.changed,
        second: second.changed,
        rival: theirs.changed,
        undecodable: undecodable.len(),
    };
    let without = store.scan::<Order>().filter(|o| o.currency.is_none());
    let without = without.count().send().await?.matched;
    if account.sum() != plan.orders || without != account.undecodable {
        return Err(format!("{without} orders have no currency:\n{account}").into());
    }
    Ok(Done {
        account,
        samples: watcher.samples,
        stopped,
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::new(dynacond_local::client_from_env()?);
    let folder = std::env::current_exe()?;
    let checkpoint = folder.with_file_name("backfill.checkpoint");
    // Of a run that was cut off: its table is gone.
    if checkpoint.exists() {
        fs::remove_file(&checkpoint)?;
    }
    let plan = Plan {
        orders: 20_000,
        undecodable: 20,
        units_per_second: 3000.0,
    };
    let done = run(&store, &plan, &checkpoint).await?;
    println!("{}", done.account);
    let file = match std::env::args().nth(1) {
        Some(file) => file.into(),
        None => folder.with_file_name("backfill.svg"),
    };
    let svg = chart::svg(&done.samples, plan.units_per_second, done.stopped);
    fs::write(&file, svg)?;
    println!("The plot is in {}", file.display());
    Ok(())
}
