//! A backfill of 20,000 orders while another writer continues. Every fourth order has no currency yet. Each order is written under
//! its own guard, at a limited rate. The work is stopped in the middle (press Enter, or wait), resumed from its checkpoint file,
//! and accounts for every order at the end, also for those that do not decode. A plot of the capacity units is written to an SVG
//! file.
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
    /// The new attribute. Older orders do not have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// The amount of work, and its rate.
pub struct Plan {
    pub orders: usize,
    /// Orders whose total was written as text by an old program.
    pub undecodable: usize,
    pub units_per_second: f64,
}

/// The results for the orders.
#[derive(Clone, Debug, Default)]
pub struct Account {
    pub orders: usize,
    /// Orders that already had a currency. The rival has deleted some of them since.
    pub had: usize,
    pub deleted: usize,
    /// Orders that got their currency before the stop, after the stop, and from the rival.
    pub first: usize,
    pub second: usize,
    pub rival: usize,
    /// Orders that do not decode, so a person has to look at them.
    pub undecodable: usize,
}

impl Account {
    /// The number of all orders, each counted once.
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

/// The results of a run.
pub struct Done {
    pub account: Account,
    pub samples: Vec<Sample>,
    /// When the work was stopped, in seconds of work.
    pub stopped: f64,
}

fn id(n: usize) -> String {
    format!("order-{n:06}")
}

/// Whether an order has a currency before the backfill.
const fn has_currency(n: usize) -> bool {
    !n.is_multiple_of(4)
}

/// The orders before the backfill.
async fn fill(store: &Store, plan: &Plan) -> Result<(), Box<dyn std::error::Error>> {
    dynacond_local::create_table::<Order>(store).await?;
    let orders = (plan.undecodable..plan.orders).map(|n| Order {
        id: id(n),
        total: n as u64,
        note: "please ring twice ".repeat(40),
        currency: has_currency(n).then(|| "EUR".to_owned()),
    });
    // No other writer uses the table yet.
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

/// Does the work from the position in the checkpoint file until the end, or until `stop`.
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
            // The closure may run twice on an order, after a conflict or after a stop.
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

/// Writes the checkpoint to a new file and then renames it, so a crash leaves either the old or the new checkpoint.
fn keep(file: &Path, checkpoint: Option<&Checkpoint>) -> io::Result<()> {
    let Some(checkpoint) = checkpoint else {
        // The work is at its end.
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

    // Orders on an unfinished page are read again, so failures are counted by their keys.
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
    // This checkpoint is from a run that was interrupted, whose table no longer exists.
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
