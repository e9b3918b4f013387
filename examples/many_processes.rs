//! Eight processes write the same few items at the same time, with every verb that can meet a rival. At the end each total is
//! exactly the sum of what the processes counted: nothing is lost, and nothing is applied twice.
//!
//! `DYNACOND_ENDPOINT=http://… cargo run --example many_processes [rounds]`. The default of 10 rounds takes some seconds. The
//! example creates its own tables, and deletes them. Without an endpoint the processes have no database in common, so eight tasks
//! of one process write to an embedded one.
use std::process::Stdio;

use dynacond::{Error, RetryPolicy, Store, Stored, Versioned};
use dynacond_local::Local;
use serde::{Deserialize, Serialize};

const WRITERS: u64 = 8;
const ACCOUNTS: u64 = 4;
const BALANCE: u64 = 100;

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "counters")]
pub struct Counter {
    #[dynacond(partition_key)]
    pub name: String,
    pub count: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "accounts")]
pub struct Account {
    #[dynacond(partition_key)]
    pub id: u64,
    pub balance: u64,
}

/// One of the prizes. Each prize can be won once.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "prizes")]
pub struct Prize {
    #[dynacond(partition_key)]
    pub round: u64,
    pub winner: u64,
}

/// The counters, and how each of them is incremented.
const COUNTERS: [&str; 3] = ["updated", "modified", "saved"];

/// The results of one writer: how often it incremented each counter, how many prizes it won, and how many of its writes have an
/// unknown outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Told {
    pub counted: [u64; 3],
    pub won: u64,
    pub unknown: u64,
}

impl Told {
    /// Returns whether the write was applied. An error that does not come from contention ends the run.
    fn note<T>(&mut self, outcome: dynacond::Result<T>) -> dynacond::Result<u64> {
        match outcome {
            Ok(_) => Ok(1),
            Err(Error::OutcomeUnknown(_)) => {
                self.unknown += 1;
                Ok(0)
            }
            Err(Error::AlreadyExists(_) | Error::ConditionFailed(_)) => Ok(0),
            Err(other) => Err(other),
        }
    }
}

/// The work of one writer.
pub async fn write(store: &Store, writer: u64, rounds: u64) -> dynacond::Result<Told> {
    let mut told = Told::default();
    for round in 0..rounds {
        let [updated, modified, saved] = COUNTERS.map(Counter::key);
        let update = store.update(updated).set(|c| c.count.add(1));
        told.counted[0] += told.note(update.send().await)?;
        let modify = store.modify(modified, |c| c.count += 1);
        told.counted[1] += told.note(modify.send().await)?;
        told.counted[2] += {
            let saved = count_by_save(store, saved).await;
            told.note(saved)?
        };

        let (from, to) = (
            (writer + round) % ACCOUNTS,
            (writer + 2 * round + 1) % ACCOUNTS,
        );
        if from != to {
            // With a function, which reads both items and runs again if somebody else was faster.
            let transfer = store.transact(|tx| -> dynacond::Result {
                let (mut from, mut to) = (
                    tx.require(Account::key(from))?,
                    tx.require(Account::key(to))?,
                );
                let amount = from.balance.min(3);
                from.balance -= amount;
                to.balance += amount;
                tx.put(from)?;
                tx.put(to)?;
                Ok(())
            });
            told.note(transfer.send().await)?;
            // With expressions: DynamoDB subtracts if there is enough.
            let transfer = store.transact_write((
                store
                    .update(Account::key(to))
                    .set(|a| a.balance.subtract(2)),
                store.update(Account::key(from)).set(|a| a.balance.add(2)),
            ));
            told.note(transfer.send().await)?;
        }
        told.won += {
            let prize = store.create(Prize {
                round,
                winner: writer,
            });
            let won = prize.send().await;
            told.note(won)?
        };
    }
    Ok(told)
}

/// Reads, changes and saves by hand, until no other writer is faster.
async fn count_by_save(store: &Store, key: dynacond::Key<Counter>) -> dynacond::Result<()> {
    let mut counter = store.get(&key).send().await?;
    while let Some(mut changed) = counter {
        changed.count += 1;
        match store.save(changed).send().await {
            // The refusal carries the current item.
            Err(Error::Conflict(refusal)) => counter = refusal.current()?,
            outcome => return outcome.map(drop),
        }
    }
    Ok(())
}

pub async fn prepare(store: &Store) -> Result<(), Box<dyn std::error::Error>> {
    dynacond_local::create_table::<Counter>(store).await?;
    dynacond_local::create_table::<Account>(store).await?;
    dynacond_local::create_table::<Prize>(store).await?;
    for name in COUNTERS.map(str::to_owned) {
        store.create(Counter { name, count: 0 }).send().await?;
    }
    for id in 0..ACCOUNTS {
        let balance = BALANCE;
        store.create(Account { id, balance }).send().await?;
    }
    Ok(())
}

/// Compares the database with the results of the writers. A write whose outcome is unknown may have been applied or not.
pub async fn check(
    store: &Store,
    told: &[Told],
    rounds: u64,
) -> Result<(), Box<dyn std::error::Error>> {
    let unknown: u64 = told.iter().map(|told| told.unknown).sum();
    let holds = |what: &str, found: u64, told: u64| {
        println!("{what}: {found} found, {told} told, {unknown} unknown");
        let right = (told..=told + unknown).contains(&found);
        right
            .then_some(())
            .ok_or_else(|| format!("{what} is {found}, and {told} were told"))
    };
    for (i, name) in COUNTERS.into_iter().enumerate() {
        let counter = store
            .get(Counter::key(name))
            .send()
            .await?
            .ok_or("no counter")?;
        holds(
            name,
            counter.count,
            told.iter().map(|told| told.counted[i]).sum(),
        )?;
        // Each write increments the version once.
        holds("its versions", Stored::version(&counter) - 1, counter.count)?;
    }
    let mut sum = 0;
    for id in 0..ACCOUNTS {
        sum += store
            .get(Account::key(id))
            .send()
            .await?
            .ok_or("no account")?
            .balance;
    }
    if sum != ACCOUNTS * BALANCE {
        return Err(format!("the accounts hold {sum} together").into());
    }
    println!("accounts: {sum} together, as at the beginning");
    let mut prizes = 0;
    for round in 0..rounds {
        prizes += u64::from(store.get(Prize::key(round)).send().await?.is_some());
    }
    holds("prizes", prizes, told.iter().map(|told| told.won).sum())?;
    (prizes == rounds)
        .then_some(())
        .ok_or_else(|| "a prize was not given".into())
}

/// No writer gives up: the last of eight writers waits for seven others.
fn store(local: &Local, prefix: &str) -> Store {
    let policy = RetryPolicy::default().with_attempts(1000);
    Store::builder(local.client())
        .retry(policy)
        .prefix(prefix)
        .build()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let endpoint = std::env::var("DYNACOND_ENDPOINT").unwrap_or_default();
    // One of the eight processes. It writes to the tables that the first process has created, and prints its results.
    if let [writer, rounds, prefix] = &arguments[..] {
        let store = store(&Local::at(endpoint)?, prefix);
        let told = write(&store, writer.parse()?, rounds.parse()?).await?;
        let [updated, modified, saved] = told.counted;
        println!("{updated} {modified} {saved} {} {}", told.won, told.unknown);
        return Ok(());
    }
    let rounds = arguments.first().map_or(Ok(10), |rounds| rounds.parse())?;
    if endpoint.is_empty() {
        println!("DYNACOND_ENDPOINT names no endpoint: {WRITERS} tasks on an embedded database");
        let store = store(&Local::new(), "");
        prepare(&store).await?;
        let told = tasks(&store, rounds).await?;
        return check(&store, &told, rounds).await;
    }
    let prefix = format!("dynacond-{:016x}-", fastrand::u64(..));
    let store = store(&Local::at(&endpoint)?, &prefix);
    println!("{WRITERS} processes, {rounds} rounds, on {endpoint}");
    let outcome = match prepare(&store).await {
        Ok(()) => match processes(rounds, &prefix) {
            Ok(told) => check(&store, &told, rounds).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    for table in [
        store.table_name::<Counter>(),
        store.table_name::<Account>(),
        store.table_name::<Prize>(),
    ] {
        store
            .client()
            .delete_table()
            .table_name(table)
            .send()
            .await?;
    }
    outcome
}

fn processes(rounds: u64, prefix: &str) -> Result<Vec<Told>, Box<dyn std::error::Error>> {
    let program = std::env::current_exe()?;
    let start = |writer: u64| {
        let mut command = std::process::Command::new(&program);
        command.args([&writer.to_string(), &rounds.to_string(), prefix]);
        command.stdout(Stdio::piped()).spawn()
    };
    let running: Vec<_> = (0..WRITERS).map(start).collect();
    let mut told = Vec::new();
    for process in running {
        let output = process?.wait_with_output()?;
        let line = String::from_utf8(output.stdout)?;
        let numbers: Result<Vec<u64>, _> = line.split_whitespace().map(str::parse).collect();
        let [updated, modified, saved, won, unknown] = numbers?[..] else {
            return Err("a process ended without a result".into());
        };
        let counted = [updated, modified, saved];
        told.push(Told {
            counted,
            won,
            unknown,
        });
    }
    Ok(told)
}

pub async fn tasks(store: &Store, rounds: u64) -> Result<Vec<Told>, Box<dyn std::error::Error>> {
    let mut running = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let store = store.clone();
        running.spawn(async move { write(&store, writer, rounds).await });
    }
    Ok(running
        .join_all()
        .await
        .into_iter()
        .collect::<dynacond::Result<_>>()?)
}
