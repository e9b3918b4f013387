//! Grouped callers in tasks: next to rivals, under faults, and some callers are dropped.
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use dynacond::{RetryPolicy, Store};
use dynacond_local::{Fault, Local};

use super::wall::{Entry, Kind, Plain, build, call, contradictions, no_lane_is_left};

/// One caller after the other, as often as `steps`.
async fn write(
    stores: [Store; 2],
    writer: usize,
    steps: usize,
    mut random: fastrand::Rng,
) -> Vec<Entry> {
    let mut entries = Vec::new();
    for step in 0..steps {
        let mark = format!("{writer}-{step}");
        let kind = match Kind::random(&mut random) {
            Kind::Panics => Kind::Alone,
            kind => kind,
        };
        let mut call = Box::pin(call::<Plain>(stores.clone(), mark.clone(), kind));
        // Some are dropped at one of their awaits.
        let polls = if random.u8(..12) == 0 {
            random.usize(..12)
        } else {
            usize::MAX
        };
        let entry = polled(call.as_mut(), polls).await;
        drop(call);
        entries.push(entry.unwrap_or_else(|| Entry::unknown(mark)));
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
    let quiet = build::<Plain>(&local).await;
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
            let stores = [store.clone(), quiet.clone()];
            let random = fastrand::Rng::with_seed(seed * 1000 + writer as u64);
            writers.push(tokio::spawn(write(stores, writer, 10, random)));
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
    contradictions::<Plain>(&quiet, &history).await
}
