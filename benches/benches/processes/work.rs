//! What one process does: so many changes by each of its callers, as soon as all processes are ready.
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use dynacond::{RetryPolicy, Store, Versioned};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "counters")]
pub(crate) struct Counter {
    #[dynacond(partition_key)]
    pub(crate) id: String,
    pub(crate) count: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "accounts")]
pub(crate) struct Account {
    #[dynacond(partition_key)]
    pub(crate) id: String,
    pub(crate) balance: i64,
}

/// The counter that all processes count on.
pub(crate) const COUNTER: &str = "visits";
/// How many accounts there are.
pub(crate) const ACCOUNTS: u32 = 20;

pub(crate) fn account(number: u32) -> String {
    format!("account{number}")
}

/// The policy of this name: `default`, `cheapest`, or the bounds of the pauses in ms and whether the first retry is at once,
/// as `20,400,true`.
fn policy(name: &str) -> Result<RetryPolicy> {
    let mut policy = match name {
        "cheapest" => RetryPolicy::cheapest(),
        _ => RetryPolicy::default(),
    };
    if let [base, cap, at_once] = name.split(',').collect::<Vec<_>>()[..] {
        let [base, cap] = [base.parse()?, cap.parse()?].map(Duration::from_millis);
        policy = policy.with_backoff(base, cap);
        policy.at_once = at_once.parse()?;
    }
    // Nobody gives up: what is measured is what it takes to get through.
    Ok(policy.with_attempts(10_000))
}

fn store(endpoint: &str, policy: RetryPolicy) -> Store {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(endpoint);
    Store::builder(Client::from_conf(config.build()))
        .retry(policy)
        .build()
}

async fn change(store: &Store, task: &str, random: &mut fastrand::Rng) -> dynacond::Result<()> {
    let counter = Counter::key(COUNTER);
    match task {
        "update" => {
            let update = store.update(counter).set(|c| c.count.add(1));
            update.send().await.map(drop)
        }
        "grouped" => {
            let modify = store.modify(counter, |c| c.count += 1);
            modify.grouped().send().await.map(drop)
        }
        "modify" => {
            let modify = store.modify(counter, |c| c.count += 1);
            modify.send().await.map(drop)
        }
        _ => {
            let from = random.u32(..ACCOUNTS);
            let to = (from + random.u32(1..ACCOUNTS)) % ACCOUNTS;
            let [from, to] = [from, to].map(|number| Account::key(account(number)));
            let transfer = store.transact(|tx| -> dynacond::Result {
                let (mut from, mut to) = tx.require_all((&from, &to))?;
                from.balance -= 1;
                to.balance += 1;
                tx.put(from)?;
                tx.put(to)?;
                Ok(())
            });
            transfer.prefetch((&from, &to)).send().await
        }
    }
}

/// Prints a line for each caller: after how many milliseconds it had made all of its changes, and how long each took.
pub(crate) async fn run(arguments: &[String]) -> Result<()> {
    let [endpoint, task, name, callers, rounds] = arguments else {
        return Err("a process needs endpoint, task, policy, callers and rounds".into());
    };
    let (callers, rounds): (u32, u32) = (callers.parse()?, rounds.parse()?);
    let (store, task) = (store(endpoint, policy(name)?), Arc::<str>::from(&**task));
    // The connection is there, and the code is loaded.
    store.get(Counter::key("nobody")).send().await?;
    println!("ready");
    std::io::stdin().read_line(&mut String::new())?;
    let start = Instant::now();
    let mut running = JoinSet::new();
    for _ in 0..callers {
        let (store, task) = (store.clone(), Arc::clone(&task));
        running.spawn(async move {
            let (mut random, mut took) = (fastrand::Rng::new(), Vec::new());
            for _ in 0..rounds {
                let began = Instant::now();
                change(&store, &task, &mut random).await?;
                took.push(began.elapsed().as_secs_f64() * 1000.0);
            }
            Ok::<_, dynacond::Error>((start.elapsed().as_secs_f64() * 1000.0, took))
        });
    }
    let mut output = std::io::stdout().lock();
    while let Some(caller) = running.join_next().await {
        let (ended, took) = caller??;
        write!(output, "{ended:.3}")?;
        for took in took {
            write!(output, " {took:.3}")?;
        }
        writeln!(output)?;
    }
    Ok(())
}
