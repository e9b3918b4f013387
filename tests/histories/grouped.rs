//! Grouped callers: each leaves its mark in one item, next to rivals, under faults, and some callers are dropped.
use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use dynacond::{Error, RetryPolicy, Store, Stored, Versioned};
use dynacond_local::{Fault, Local};
use serde::{Deserialize, Serialize};

use super::operation::Told;

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "walls")]
struct Wall {
    #[dynacond(partition_key)]
    id: String,
    marks: Vec<String>,
}

/// A closure's own error.
#[derive(Debug)]
enum Refused {
    /// With the marks that it saw.
    Own(Vec<String>),
    Dynamo(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Dynamo(error)
    }
}

fn told<T>(outcome: &Result<T, Refused>) -> Told {
    match outcome {
        Ok(_) => Told::Applied,
        Err(Refused::Dynamo(Error::OutcomeUnknown(_))) => Told::Unknown,
        Err(_) => Told::Refused,
    }
}

/// The outcome that a caller got, and the marks in its answer. Nobody knows the outcome of a dropped caller.
pub struct Entry {
    pub mark: String,
    pub told: Told,
    pub saw: Option<Vec<String>>,
}

/// The marks of the item that an answer carries. Of a false condition: as they were before the caller's change.
fn seen(outcome: &Result<Stored<Wall>, Refused>) -> Option<Vec<String>> {
    match outcome {
        Ok(wall) => Some(wall.marks.clone()),
        Err(Refused::Own(marks)) => Some(marks.clone()),
        Err(Refused::Dynamo(Error::ConditionFailed(refusal))) => {
            let wall = refusal.current::<Wall>().unwrap();
            wall.map(|wall| wall.marks.clone())
        }
        Err(_) => None,
    }
}

/// What the panic of a closure says.
pub const IN_CLOSURE: &str = "in a closure";

/// What a caller does.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Marks,
    /// Leaves a mark, and returns an error of its own.
    Refuses,
    /// Leaves a mark, and panics.
    Panics,
    /// Leaves no mark.
    Looks,
    /// Leaves a mark on a wall of fewer marks than this.
    When(u64),
    /// A rival of the group, which sends for itself.
    Alone,
}

impl Kind {
    pub fn random(random: &mut fastrand::Rng) -> Self {
        match random.u8(..12) {
            0 => Self::Refuses,
            1 => Self::Panics,
            2 => Self::Looks,
            3 => Self::When(random.u64(..40)),
            4 => Self::Alone,
            _ => Self::Marks,
        }
    }
}

/// One call.
pub async fn call(store: Store, mark: String, kind: Kind) -> Entry {
    let modify = store.modify(Wall::key("hot"), |wall| {
        let saw = wall.marks.clone();
        if kind != Kind::Looks {
            wall.marks.push(mark.clone());
        }
        if kind == Kind::Panics {
            // Without a message on the terminal.
            std::panic::resume_unwind(Box::new(IN_CLOSURE));
        }
        if kind == Kind::Refuses {
            return Err(Refused::Own(saw));
        }
        Ok(())
    });
    let modify = match kind {
        Kind::Alone => modify,
        Kind::When(marks) => modify.when(|w| w.marks.size().lt(marks)).grouped(),
        _ => modify.grouped(),
    };
    let outcome = modify.send().await;
    let told = match told(&outcome) {
        Told::Applied if kind == Kind::Looks => Told::Refused,
        told => told,
    };
    let saw = seen(&outcome);
    Entry { mark, told, saw }
}

/// One caller after the other, as often as `steps`.
async fn write(store: Store, writer: usize, steps: usize, mut random: fastrand::Rng) -> Vec<Entry> {
    let mut entries = Vec::new();
    for step in 0..steps {
        let mark = format!("{writer}-{step}");
        let kind = match Kind::random(&mut random) {
            Kind::Panics => Kind::Alone,
            kind => kind,
        };
        let mut call = Box::pin(call(store.clone(), mark.clone(), kind));
        // Some are dropped at one of their awaits.
        let polls = if random.u8(..12) == 0 {
            random.usize(..12)
        } else {
            usize::MAX
        };
        let entry = polled(call.as_mut(), polls).await;
        drop(call);
        entries.push(entry.unwrap_or(Entry {
            mark,
            told: Told::Unknown,
            saw: None,
        }));
    }
    entries
}

/// Polls so often at most.
async fn polled<F: Future>(mut future: Pin<&mut F>, mut polls: usize) -> Option<F::Output> {
    std::future::poll_fn(|context| match (polls, future.as_mut().poll(context)) {
        (_, Poll::Ready(output)) => Poll::Ready(Some(output)),
        (0, Poll::Pending) => Poll::Ready(None),
        (_, Poll::Pending) => {
            polls = polls.saturating_sub(1);
            Poll::Pending
        }
    })
    .await
}

/// Runs a history in two processes of eight tasks. Returns its contradictions, and how often each outcome was reported.
pub async fn run(seed: u64, faults: Vec<Fault>) -> (Vec<String>, [usize; 3]) {
    let local = Local::new();
    let quiet = wall(&local).await;
    if !faults.is_empty() {
        local.random(seed, 0.3, faults);
    }
    let policy =
        RetryPolicy::default().with_backoff(Duration::from_micros(1), Duration::from_micros(9));
    let (mut writers, mut stores) = (Vec::new(), Vec::new());
    for process in 0..2 {
        let store = Store::builder(local.client()).retry(policy.clone()).build();
        for writer in 0..8 {
            let writer = process * 8 + writer;
            let random = fastrand::Rng::with_seed(seed * 1000 + writer as u64);
            writers.push(tokio::spawn(write(store.clone(), writer, 10, random)));
        }
        stores.push(store);
    }
    let mut history = Vec::new();
    for writer in writers {
        history.extend(writer.await.unwrap());
    }
    for store in &stores {
        no_lane_is_left(store);
    }
    local.clear_faults();
    local.deliver();
    contradictions(seed, &quiet, &history).await
}

/// Nobody waits any more, so nothing is kept.
pub fn no_lane_is_left(store: &Store) {
    let store = format!("{store:?}");
    assert!(store.contains("grouped_items: 0"), "{store}");
}

/// An empty wall, and a store that meets no faults.
pub async fn wall(local: &Local) -> Store {
    let quiet = Store::new(local.quiet_client());
    dynacond_local::create_table::<Wall>(&quiet).await.unwrap();
    let wall = Wall {
        id: "hot".to_owned(),
        marks: Vec::new(),
    };
    quiet.create(wall).send().await.unwrap();
    quiet
}

/// What callers were told and was not so, and how often each outcome was reported.
pub async fn contradictions(
    seed: u64,
    quiet: &Store,
    history: &[Entry],
) -> (Vec<String>, [usize; 3]) {
    let wall = quiet.get(Wall::key("hot")).send().await.unwrap().unwrap();
    let mut found = BTreeMap::<&str, usize>::new();
    for mark in &wall.marks {
        *found.entry(mark).or_default() += 1;
    }
    let (mut wrong, mut tally) = (Vec::new(), [0; 3]);
    for Entry { mark, told, saw } in history {
        tally[*told as usize] += 1;
        let times = found.get(mark.as_str()).copied().unwrap_or(0);
        let is_true = match told {
            Told::Applied => times == 1 && saw.as_ref().is_some_and(|saw| saw.contains(mark)),
            Told::Refused => times == 0,
            Told::Unknown | Told::RefusedAtLast | Told::Gone => times <= 1,
        };
        // Marks are only ever added: what anybody saw is how the wall began, or it was never so.
        let was_so = saw.as_ref().is_none_or(|saw| wall.marks.starts_with(saw));
        if !is_true || !was_so {
            wrong.push(format!(
                "seed {seed}: {mark} told {told:?}, applied {times} times, what it saw was so: {was_so}"
            ));
        }
    }
    if Stored::version(&wall) > 1 + wall.marks.len() as u64 {
        wrong.push(format!("seed {seed}: more versions than marks"));
    }
    (wrong, tally)
}
