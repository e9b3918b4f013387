//! A model of queries of an index: random items of which some are not in it, ties, ranges over two attributes, filters, pages of
//! any size, faults at random places, and each result read again.
use std::collections::BTreeSet;

use dynacond::{Query, Store, Versioned};
use dynacond_local::{Fault, Local};
use fastrand::Rng;
use serde::{Deserialize, Serialize};

/// How many histories `cargo test` runs; `DYNACOND_SEEDS` asks for another number.
const SEEDS: u64 = 40;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "jobs",
    partition_key(name = "pk", value = "job#{id}"),
    index(ByState, name = "by-state", partition_key(state), sort_key(due, place))
)]
struct Job {
    id: u64,
    state: String,
    due: i64,
    /// Without one, the job is not in the index.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    weight: u64,
}

/// Another type in the same index, with the same attributes.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "jobs",
    partition_key(name = "pk", value = "task#{id}"),
    index(
        TasksByState,
        name = "by-state",
        partition_key(state),
        sort_key(due, place)
    )
)]
struct Task {
    id: u64,
    state: String,
    due: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    weight: u64,
}

const PLACES: [&str; 4] = ["a", "aa", "b", "ba"];

#[derive(Clone, Copy, Debug)]
enum Range {
    All,
    Due(i64),
    DueFrom(i64),
    DueBetween(i64, i64),
    DueAndPlaceFrom(i64, &'static str),
    DueAndPlaceBegins(i64, &'static str),
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    range: Range,
    at_least: Option<u64>,
    descending: bool,
}

impl Asked {
    fn random(random: &mut Rng) -> Self {
        let (due, other) = (random.i64(-2..3), random.i64(-2..3));
        let place = PLACES[random.usize(..PLACES.len())];
        Self {
            range: match random.u8(..6) {
                0 => Range::All,
                1 => Range::Due(due),
                2 => Range::DueFrom(due),
                3 => Range::DueBetween(due.min(other), due.max(other)),
                4 => Range::DueAndPlaceFrom(due, place),
                _ => Range::DueAndPlaceBegins(due, place),
            },
            at_least: random.bool().then(|| random.u64(..10)),
            descending: random.bool(),
        }
    }

    fn holds(self, job: &Job) -> bool {
        let Some(place) = job.place.as_deref().filter(|_| job.state == "open") else {
            return false;
        };
        let in_range = match self.range {
            Range::All => true,
            Range::Due(due) => job.due == due,
            Range::DueFrom(due) => job.due >= due,
            Range::DueBetween(low, high) => (low..=high).contains(&job.due),
            Range::DueAndPlaceFrom(due, from) => job.due == due && place >= from,
            Range::DueAndPlaceBegins(due, with) => job.due == due && place.starts_with(with),
        };
        in_range && self.at_least.is_none_or(|least| job.weight >= least)
    }

    fn query(self, store: &Store) -> Query<ByState> {
        let query = store.query(ByState::partition("open"));
        let query = match self.range {
            Range::All => query,
            Range::Due(due) => query.sort_key(|k| k.due.eq(due)),
            Range::DueFrom(due) => query.sort_key(|k| k.due.ge(due)),
            Range::DueBetween(low, high) => query.sort_key(|k| k.due.between(low, high)),
            Range::DueAndPlaceFrom(due, from) => query.sort_key(|k| k.due.eq(due).place.ge(from)),
            Range::DueAndPlaceBegins(due, with) => {
                query.sort_key(|k| k.due.eq(due).place.begins_with(with))
            }
        };
        let query = match self.at_least {
            Some(least) => query.filter(|o| o.weight.ge(least)),
            None => query,
        };
        if self.descending {
            query.descending()
        } else {
            query
        }
    }
}

/// Jobs in their order, with ties in any; and which they are.
fn told(jobs: &[Job]) -> (Vec<(i64, Option<String>)>, BTreeSet<u64>) {
    let ids: BTreeSet<u64> = jobs.iter().map(|job| job.id).collect();
    assert_eq!(ids.len(), jobs.len(), "one of them came twice");
    (
        jobs.iter()
            .map(|job| (job.due, job.place.clone()))
            .collect(),
        ids,
    )
}

#[tokio::test(start_paused = true)]
async fn an_index_by_pages_is_the_whole_and_each_item_comes_once() {
    let seeds = std::env::var("DYNACOND_SEEDS")
        .ok()
        .and_then(|seeds| seeds.parse().ok());
    for seed in 0..seeds.unwrap_or(SEEDS) {
        let mut random = Rng::with_seed(seed);
        // Keys of several attributes are the embedded database's.
        let local = Local::new();
        let store = Store::new(local.client());
        let quiet = Store::new(local.quiet_client());
        dynacond_local::create_table::<Job>(&quiet).await.unwrap();
        let mut jobs = Vec::new();
        for id in 0..random.u64(..30) {
            let job = Job {
                id,
                state: if random.u8(..5) == 0 { "done" } else { "open" }.into(),
                due: random.i64(-2..3),
                place: (random.u8(..6) > 0).then(|| PLACES[random.usize(..4)].into()),
                weight: random.u64(..10),
            };
            quiet.create(job.clone()).send().await.unwrap();
            jobs.push(job);
        }
        for id in 0..random.u64(..30) * random.u64(..2) {
            let task = Task {
                id,
                state: "open".into(),
                due: random.i64(-2..3),
                place: Some(PLACES[random.usize(..4)].into()),
                weight: random.u64(..10),
            };
            quiet.create(task).send().await.unwrap();
        }
        for _ in 0..6 {
            let asked = Asked::random(&mut random);
            let mut expected: Vec<Job> = jobs
                .iter()
                .filter(|job| asked.holds(job))
                .cloned()
                .collect();
            expected.sort_by(|a, b| (a.due, &a.place).cmp(&(b.due, &b.place)));
            if asked.descending {
                expected.reverse();
            }
            let expected = told(&expected);
            local.clear_faults();
            let faults = [
                Fault::ShortPage(0),
                Fault::ShortPage(1),
                Fault::ShortPage(3),
                Fault::LoseAnswer,
            ];
            local.on("Query").random(random.u64(..), 0.4, faults);
            local.on("BatchGetItem").random(
                random.u64(..),
                0.3,
                [Fault::Unprocessed(1), Fault::Throttle],
            );
            let (size, fetched) = (random.usize(1..5), random.bool());
            let (mut found, mut next) = (Vec::new(), None);
            loop {
                let query = asked.query(&store).after(next);
                next = if fetched {
                    let page = query.fetch().page(size).send().await.unwrap();
                    assert_eq!((page.gone, page.changed), (0, 0), "seed {seed}: {asked:?}");
                    found.extend(page.items.into_iter().map(dynacond::Stored::into_inner));
                    page.next
                } else {
                    let page = query.values().page(size).send().await.unwrap();
                    assert!(page.items.len() == size || page.next.is_none());
                    found.extend(page.items);
                    page.next
                };
                if next.is_none() {
                    break;
                }
            }
            assert_eq!(
                told(&found),
                expected,
                "seed {seed}: {asked:?}, pages of {size}, fetched: {fetched}"
            );
            let count = asked.query(&store).count().send().await.unwrap();
            assert_eq!(count.matched, expected.1.len(), "seed {seed}: {asked:?}");
        }
    }
}
