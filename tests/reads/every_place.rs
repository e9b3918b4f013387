//! Every page size, every place of a fault, and rivals between any two requests: the pages together are the filtered and sorted
//! whole of the table, of a local index, and of a global one, and each item comes once.
use dynacond::{Cursor, Store, Versioned};
use dynacond_local::{Fault, Local};
use serde::{Deserialize, Serialize};

#[expect(clippy::duplicated_attributes, reason = "two indexes share a key")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "jobs",
    partition_key(name = "pk", value = "team#{team}"),
    sort_key(name = "sk", value = "job#{n:03}"),
    index(ByWeight, name = "by-weight", sort_key(weight), local),
    index(
        ByState,
        name = "by-state",
        partition_key(team, state),
        sort_key(weight, n)
    )
)]
struct Job {
    team: String,
    n: u64,
    state: String,
    /// Half as many as there are jobs, so that keys of the local index are equal.
    weight: u64,
    urgent: bool,
}

fn job(n: u64) -> Job {
    Job {
        team: "a".into(),
        n,
        state: "open".into(),
        weight: n / 20,
        urgent: !n.is_multiple_of(30),
    }
}

/// What is read. Of items with equal keys in the local index, the engine's order is that of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
enum From {
    Table,
    Local,
    Global,
    /// The global index, and each item again from the table.
    Fetched,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    from: From,
    urgent: bool,
    descending: bool,
    size: usize,
}

impl Asked {
    /// All of them.
    fn every() -> impl Iterator<Item = Self> {
        let from = [From::Table, From::Local, From::Global, From::Fetched];
        from.into_iter().flat_map(|from| {
            // Reading again is the same in each direction.
            let combinations = if from == From::Fetched { 1 } else { 4 };
            (0..combinations).flat_map(move |bits: u8| {
                (1..=JOBS.len() + 1).map(move |size| Self {
                    from,
                    urgent: bits & 1 == 0,
                    descending: bits & 2 > 0,
                    size,
                })
            })
        })
    }

    async fn page(self, store: &Store, after: Option<Cursor>) -> (Vec<u64>, Option<Cursor>) {
        macro_rules! page {
            ($partition:expr $(, $fetch:ident)?) => {{
                let query = store.query($partition).after(after);
                let query = if self.urgent {
                    query.filter(|o| o.urgent.eq(true))
                } else {
                    query
                };
                let query = if self.descending { query.descending() } else { query };
                let page = query$(.$fetch())?.page(self.size).send().await.unwrap();
                let full = page.items.len() == self.size;
                assert!(full || page.next.is_none(), "{self:?}: short");
                (page.items.iter().map(|job| job.n).collect(), page.next)
            }};
        }
        match self.from {
            From::Table => page!(Job::partition("a")),
            From::Local => page!(ByWeight::partition("a")),
            From::Global => page!(ByState::partition(("a", "open"))),
            From::Fetched => page!(ByState::partition(("a", "open")), fetch),
        }
    }

    /// Everything, page by page.
    async fn walk(self, store: &Store) -> Vec<u64> {
        let (mut found, mut next) = (Vec::new(), None);
        loop {
            let (items, after) = self.page(store, next).await;
            found.extend(items);
            next = after;
            if next.is_none() {
                return found;
            }
        }
    }

    /// The numbers of these jobs that are asked for, in their order: that of the weights, too.
    fn of(self, jobs: &[u64]) -> Vec<u64> {
        let mut jobs: Vec<u64> = jobs.to_vec();
        jobs.retain(|n| !self.urgent || job(*n).urgent);
        if self.descending {
            jobs.reverse();
        }
        jobs
    }
}

const JOBS: [u64; 5] = [10, 20, 30, 40, 50];

async fn jobs() -> (Local, Store) {
    // Keys of several attributes are the embedded database's.
    let local = Local::new();
    let quiet = Store::new(local.quiet_client());
    dynacond_local::create_table::<Job>(&quiet).await.unwrap();
    for n in JOBS {
        quiet.create(job(n)).send().await.unwrap();
    }
    let store = Store::new(local.client());
    (local, store)
}

#[tokio::test(start_paused = true)]
async fn a_fault_at_any_request_of_pages_of_any_size_changes_nothing() {
    let (local, store) = jobs().await;
    for asked in Asked::every() {
        local.clear_log();
        local.clear_faults();
        assert_eq!(asked.walk(&store).await, asked.of(&JOBS), "{asked:?}");
        let requests = local.operations();
        let queries = requests.iter().filter(|name| *name == "Query").count();
        for place in 1..=queries {
            for fault in [Fault::ShortPage(0), Fault::ShortPage(1), Fault::LoseAnswer] {
                local.clear_faults();
                let what = format!("{asked:?}: {fault:?} at {place}");
                local.on("Query").nth(place).inject(fault);
                assert_eq!(asked.walk(&store).await, asked.of(&JOBS), "{what}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn pages_of_any_size_are_the_whole_wherever_the_service_ends_its_own() {
    let (local, store) = jobs().await;
    for asked in Asked::every() {
        for cut in 1..=JOBS.len() {
            local.clear_faults();
            local.on("Query").always().inject(Fault::ShortPage(cut));
            let found = asked.walk(&store).await;
            assert_eq!(found, asked.of(&JOBS), "{asked:?} cut after {cut}");
        }
    }
}

/// These are there throughout. A rival deletes the others, and creates new ones between them.
const KEPT: [u64; 3] = [10, 30, 50];
const NEW: [u64; 4] = [5, 25, 45, 55];

#[tokio::test]
async fn what_is_there_throughout_comes_once_wherever_a_rival_writes() {
    let (local, store) = jobs().await;
    let quiet = Store::new(local.quiet_client());
    for asked in Asked::every() {
        let mut place = 1;
        loop {
            let before = local.on("Query").nth(place);
            before.inject(Fault::rival(|client| async move {
                let rival = Store::new(client);
                for n in JOBS.into_iter().filter(|n| !KEPT.contains(n)) {
                    let gone = rival.delete(Job::key(("a", n))).unconditional();
                    gone.send().await.unwrap();
                }
                for n in NEW {
                    rival.create(job(n)).send().await.unwrap();
                }
            }));
            local.clear_log();
            let found = asked.walk(&store).await;
            let queries = local.operations();
            let queries = queries.iter().filter(|name| *name == "Query").count();
            local.clear_faults();
            let kept: Vec<u64> = found.iter().copied().filter(|n| KEPT.contains(n)).collect();
            assert_eq!(kept, asked.of(&KEPT), "{asked:?}: rival at {place}");
            let mut sorted = found.clone();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), found.len(), "{asked:?}: {found:?}");
            assert_eq!(asked.of(&sorted), found, "{asked:?}: in order");
            // As it was before.
            for n in NEW {
                quiet
                    .delete(Job::key(("a", n)))
                    .unconditional()
                    .send()
                    .await
                    .unwrap();
            }
            for n in JOBS.into_iter().filter(|n| !KEPT.contains(n)) {
                quiet.put(job(n)).unconditional().send().await.unwrap();
            }
            if place > queries {
                break;
            }
            place += 1;
        }
    }
}
