//! Concurrent histories under faults: what every writer was told is held against what the database did.
//!
//! Each operation carries a token of its own in its request, so the log of the wire tells how often it was applied. A write
//! that was acknowledged is applied exactly once, a refused one never, an unknown one at most once; a key that is never
//! deleted has one version, and one more in its total, for each write that was applied.
#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps says what must not happen"
)]

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use dynacond::{Error, RetryPolicy, Store, Stored, Versioned};
use dynacond_local::{Fault, Local};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "accounts")]
struct Account {
    #[dynacond(partition_key)]
    id: String,
    total: i64,
    token: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Told {
    Applied,
    Refused,
    Unknown,
}

/// One operation, and what its writer was told.
struct Entry {
    key: String,
    token: String,
    verb: &'static str,
    told: Told,
}

const HOT: &str = "hot";
const TASKS: usize = 8;
const STEPS: usize = 10;

fn store(local: &Local) -> Store {
    let policy =
        RetryPolicy::default().with_backoff(Duration::from_micros(1), Duration::from_micros(9));
    Store::builder(local.client()).retry(policy).build()
}

async fn prepared(local: &Local) -> Store {
    let store = store(local);
    dynacond_local::create_table::<Account>(&store)
        .await
        .unwrap();
    for key in [HOT.to_owned()]
        .into_iter()
        .chain((0..TASKS).map(|task| format!("cold{task}")))
    {
        store
            .create(Account {
                id: key,
                total: 0,
                token: String::new(),
            })
            .send()
            .await
            .unwrap();
    }
    local.clear_log();
    store
}

/// One operation of one task: reads what it needs, writes, and tells what it was told.
async fn operate(store: &Store, task: usize, step: usize, random: u64) -> Option<Entry> {
    let key = if random.is_multiple_of(2) {
        HOT.to_owned()
    } else {
        format!("cold{task}")
    };
    let token = format!("token-{task}-{step}.");
    let read = || async { store.get(Account::key(&key)).send().await.ok().flatten() };
    let changed = |mut account: Stored<Account>| {
        account.total += 1;
        account.token.clone_from(&token);
        account
    };
    let (verb, outcome) = match random / 2 % 8 {
        0 => (
            "save",
            store.save(changed(read().await?)).send().await.map(drop),
        ),
        1 => {
            let account = read().await?;
            let tag = Stored::tag(&account);
            (
                "put",
                store
                    .put(Stored::into_inner(changed(account)))
                    .at(&tag)
                    .send()
                    .await
                    .map(drop),
            )
        }
        2 => (
            "replace",
            store.replace(changed(read().await?)).send().await.map(drop),
        ),
        3 | 4 => {
            let update = store
                .update(Account::key(&key))
                .set(|a| (a.total.add(1), a.token.to(&token)));
            ("update", update.send().await.map(drop))
        }
        5 => {
            let modify = store.modify(Account::key(&key), |account| {
                account.total += 1;
                account.token.clone_from(&token);
            });
            ("modify", modify.send().await.map(drop))
        }
        6 if key != HOT => {
            let account = read().await?;
            (
                "delete",
                store
                    .delete(account)
                    .when(|a| a.token.ne(&token))
                    .send()
                    .await,
            )
        }
        _ if key != HOT => {
            let account = Account {
                id: key.clone(),
                total: 1,
                token: token.clone(),
            };
            ("create", store.create(account).send().await.map(drop))
        }
        _ => {
            let account = changed(read().await?);
            let version = Stored::version(&account);
            let put = store.put(Stored::into_inner(account)).at_version(version);
            ("put at version", put.send().await.map(drop))
        }
    };
    let told = match outcome {
        Ok(()) => Told::Applied,
        Err(Error::OutcomeUnknown(_)) => Told::Unknown,
        Err(_) => Told::Refused,
    };
    Some(Entry {
        key,
        token,
        verb,
        told,
    })
}

/// The wire: each request's text, whether the database applied it, and whether its answer was lost.
struct Wire(Vec<(String, bool, bool)>);

impl Wire {
    fn of(local: &Local) -> Self {
        let request = |request: dynacond_local::Request| {
            let lost = request.answered.is_none_or(|status| status >= 500);
            (request.body.to_string(), request.served == Some(200), lost)
        };
        Self(local.log().into_iter().map(request).collect())
    }

    /// How often a request with this token was applied, and whether one of them lost its answer.
    fn applied(&self, token: &str) -> (usize, bool) {
        let requests = self.0.iter().filter(|(text, ..)| text.contains(token));
        requests.fold((0, false), |(count, any), (_, applied, lost)| {
            (count + usize::from(*applied), any || *lost)
        })
    }
}

fn contradictions(local: &Local, history: &[Entry]) -> Vec<String> {
    let wire = Wire::of(local);
    history
        .iter()
        .filter_map(|entry| {
            let (applied, lost) = wire.applied(&entry.token);
            let true_to_word = match entry.told {
                Told::Applied => applied == 1,
                Told::Refused => applied == 0,
                Told::Unknown => applied <= 1 && lost,
            };
            (!true_to_word).then(|| {
                format!(
                    "{} {}: told {:?}, applied {applied} times, answer lost: {lost}",
                    entry.verb, entry.token, entry.told
                )
            })
        })
        .collect()
}

async fn run(seed: u64, faults: impl FnOnce(&Local)) -> (Local, Vec<Entry>) {
    let local = Local::from_env().unwrap();
    let store = prepared(&local).await;
    faults(&local);
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let store = store.clone();
            let mut random = fastrand::Rng::with_seed(seed * 1000 + task as u64);
            tokio::spawn(async move {
                let mut entries = Vec::new();
                for step in 0..STEPS {
                    entries.extend(operate(&store, task, step, random.u64(0..1 << 20)).await);
                }
                entries
            })
        })
        .collect();
    let mut history = Vec::new();
    for task in tasks {
        history.extend(task.await.unwrap());
    }
    local.clear_faults();
    local.deliver();
    (local, history)
}

/// The hot item is never deleted: each write that was applied raised its version and its total by one.
async fn hot_item_counts_its_writes(local: &Local, history: &[Entry]) {
    let store = Store::new(local.quiet_client());
    let hot = store.get(Account::key(HOT)).send().await.unwrap().unwrap();
    let wire = Wire::of(local);
    let writes: usize = history
        .iter()
        .filter(|entry| entry.key == HOT)
        .map(|entry| wire.applied(&entry.token).0)
        .sum();
    assert_eq!(
        Stored::version(&hot),
        1 + writes as u64,
        "one version for each write"
    );
    assert_eq!(
        usize::try_from(hot.total).unwrap(),
        writes,
        "no update is lost, none is counted twice"
    );
    let stored = Stored::item(&hot).get("total");
    assert_eq!(stored, Some(&AttributeValue::N(writes.to_string())));
}

fn all_faults() -> Vec<Fault> {
    vec![
        Fault::LoseRequest,
        Fault::LoseAnswer,
        Fault::DeliverLate,
        Fault::DeliverAfter(2),
        Fault::Status500Before,
        Fault::Status500After,
        Fault::RefuseConnection,
        Fault::Throttle,
        Fault::TransactionConflict,
    ]
}

#[tokio::test(start_paused = true)]
async fn every_writer_is_told_the_truth_under_faults() {
    let seeds = std::env::var("DYNACOND_SEEDS")
        .ok()
        .and_then(|seeds| seeds.parse().ok())
        .unwrap_or(25);
    let mut told = [0; 3];
    for seed in 0..seeds {
        let (local, history) = run(seed, |local| local.random(seed, 0.2, all_faults())).await;
        assert_eq!(
            contradictions(&local, &history),
            Vec::<String>::new(),
            "seed {seed}"
        );
        hot_item_counts_its_writes(&local, &history).await;
        for entry in &history {
            told[entry.told as usize] += 1;
        }
    }
    let [applied, refused, unknown] = told;
    println!("told: {applied} applied, {refused} refused, {unknown} unknown");
    assert!(
        applied > 0 && refused > 0 && unknown > 0,
        "the history meets every outcome: {told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn without_faults_nothing_is_unknown() {
    let (local, history) = run(1, |_| {}).await;
    assert_eq!(contradictions(&local, &history), Vec::<String>::new());
    assert!(history.iter().all(|entry| entry.told != Told::Unknown));
    hot_item_counts_its_writes(&local, &history).await;
}

#[tokio::test(start_paused = true)]
async fn whole_second_delays_do_not_hang() {
    let delays = |local: &Local| local.random(3, 0.5, [Fault::Delay(Duration::from_secs(1))]);
    let (local, history) = run(3, delays).await;
    assert_eq!(contradictions(&local, &history), Vec::<String>::new());
    hot_item_counts_its_writes(&local, &history).await;
}

/// The checker is checked: the SDK alone resends an update whose answer was lost, and the history tells.
#[tokio::test(start_paused = true)]
async fn the_checker_notices_a_write_that_is_applied_twice() {
    let local = Local::from_env().unwrap();
    let store = prepared(&local).await;
    local.next(Fault::LoseAnswer);
    let update = store
        .update(Account::key(HOT))
        .set(|a| (a.total.add(1), a.token.to("token-twice.")))
        .preview()
        .unwrap();
    let naive = store
        .client()
        .update_item()
        .table_name(update.table())
        .key("id", AttributeValue::S(HOT.to_owned()))
        .update_expression(update.update().unwrap())
        .condition_expression(update.condition().unwrap())
        .set_expression_attribute_names(update.names().cloned())
        .set_expression_attribute_values(update.values().cloned());
    naive.send().await.unwrap();
    let entry = Entry {
        key: HOT.to_owned(),
        token: "token-twice.".to_owned(),
        verb: "naive",
        told: Told::Applied,
    };
    assert_eq!(contradictions(&local, &[entry]).len(), 1);
}

/// And a writer that calls a lost answer a refusal is noticed too.
#[tokio::test(start_paused = true)]
async fn the_checker_notices_a_refusal_that_was_applied() {
    let local = Local::from_env().unwrap();
    let store = prepared(&local).await;
    local.next(Fault::LoseAnswer);
    let account = store
        .get(Account::key("cold0"))
        .send()
        .await
        .unwrap()
        .unwrap();
    local.next(Fault::LoseAnswer);
    let mut mine = account;
    mine.token = "token-refused.".to_owned();
    store.save(mine).send().await.unwrap();
    let entry = Entry {
        key: "cold0".to_owned(),
        token: "token-refused.".to_owned(),
        verb: "save",
        told: Told::Refused,
    };
    assert_eq!(contradictions(&local, &[entry]).len(), 1);
}
