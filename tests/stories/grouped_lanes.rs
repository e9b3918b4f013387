//! The lanes of grouped modifies: whom they bring together, who drives them, and that nothing is left of them.
use std::task::Poll;
use std::time::Duration;

use dynacond::{Store, Versioned};
use dynacond_local::Fault;
use serde::{Deserialize, Serialize};

use super::grouped::{READ, WRITE, count, increment, no_lane_is_left, poll_once, watched_counter};
use super::support::{Counter, watched};

#[tokio::test]
async fn no_lane_is_shared_between_keys_or_stores() {
    let shop = watched_counter().await;
    let other = Counter {
        id: "other".into(),
        count: 0,
    };
    shop.quiet.create(other).send().await.unwrap();
    let second = Store::new(shop.local.client());
    let add = |store: &Store, id: &'static str| {
        store
            .modify(Counter::key(id), |c| c.count += 1)
            .grouped()
            .send()
    };
    let (a, b) = tokio::join!(add(&shop.store, "visits"), add(&shop.store, "other"));
    assert_eq!((a.unwrap().count, b.unwrap().count), (1, 1));
    shop.local.clear_log();
    let (a, b) = tokio::join!(add(&shop.store, "visits"), add(&second, "visits"));
    a.unwrap();
    b.unwrap();
    let reads = shop
        .local
        .operations()
        .iter()
        .filter(|name| *name == READ)
        .count();
    assert_eq!(reads, 2, "each store reads for itself");
    assert_eq!(count(&shop).await, (3, 4));
}

/// The same keys in another table.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "downloads")]
struct Download {
    #[dynacond(partition_key)]
    id: String,
    count: u32,
}

#[tokio::test]
async fn no_lane_is_shared_between_tables() {
    let shop = watched_counter().await;
    dynacond_local::create_table::<Download>(&shop.quiet)
        .await
        .unwrap();
    let download = Download {
        id: "visits".into(),
        count: 40,
    };
    shop.quiet.create(download).send().await.unwrap();
    let download = shop
        .store
        .modify(Download::key("visits"), |d| d.count += 1)
        .grouped();
    let (visits, downloads) = tokio::join!(increment(shop.store.clone()), download.send());
    assert_eq!((visits.unwrap().count, downloads.unwrap().count), (1, 41));
    let mut operations = shop.local.operations();
    operations.sort_unstable();
    assert_eq!(operations, [READ, READ, WRITE, WRITE]);
    no_lane_is_left(&shop.store);
}

/// Another view of a counter.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "counters")]
struct Owned {
    #[dynacond(partition_key)]
    id: String,
    #[serde(default)]
    owners: Vec<String>,
}

/// The closures of two types do not run on one another's item. Their writes meet as those of two processes.
#[tokio::test]
async fn two_types_of_one_item_lose_no_change() {
    let shop = watched_counter().await;
    let own = |owner: &'static str| {
        let modify = shop
            .store
            .modify(Owned::key("visits"), move |o| o.owners.push(owner.into()));
        modify.grouped().send()
    };
    let (a, b, c, d) = tokio::join!(
        increment(shop.store.clone()),
        own("ann"),
        increment(shop.store.clone()),
        own("bob")
    );
    a.unwrap();
    c.unwrap();
    b.unwrap();
    d.unwrap();
    let owned = shop.quiet.get(Owned::key("visits")).send().await;
    assert_eq!(owned.unwrap().unwrap().owners, ["ann", "bob"]);
    assert_eq!(count(&shop).await, (2, 3));
    no_lane_is_left(&shop.store);
}

/// The others continue at whatever moment the first caller is dropped, and each reported outcome is true.
#[tokio::test]
async fn a_dropped_driver_neither_loses_nor_blocks_the_others() {
    let mut polls = 0;
    loop {
        let shop = watched_counter().await;
        let mut first = Box::pin(increment(shop.store.clone()));
        let mut second = Box::pin(increment(shop.store.clone()));
        let (mut is_done, mut acknowledged) = (false, 0);
        let mut second_is_done = false;
        for _ in 0..=polls {
            if let Poll::Ready(told) = poll_once(first.as_mut()) {
                told.unwrap();
                (is_done, acknowledged) = (true, acknowledged + 1);
                break;
            }
            if !second_is_done && let Poll::Ready(told) = poll_once(second.as_mut()) {
                told.unwrap();
                (second_is_done, acknowledged) = (true, acknowledged + 1);
            }
            tokio::task::yield_now().await;
        }
        drop(first);
        drop(second);
        // Both were dropped. Nothing remains, and a new caller starts from the beginning.
        no_lane_is_left(&shop.store);
        let (before, version) = count(&shop).await;
        assert!(
            (acknowledged..=2).contains(&before),
            "{acknowledged} {before}"
        );
        // One write for both, or one for each.
        let writes = u32::try_from(version).unwrap() - 1;
        assert!(
            (before.min(1)..=before).contains(&writes),
            "{before} {writes}"
        );
        let mut driver = Box::pin(increment(shop.store.clone()));
        let mut other = tokio::spawn(increment(shop.store.clone()));
        let mut acknowledged = 1;
        for _ in 0..=polls {
            if let Poll::Ready(told) = poll_once(driver.as_mut()) {
                told.unwrap();
                acknowledged += 1;
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(driver);
        let told = tokio::time::timeout(Duration::from_secs(5), &mut other).await;
        told.expect("nobody blocks").unwrap().unwrap();
        let (after, _) = count(&shop).await;
        assert!(
            (before + acknowledged..=before + 2).contains(&after),
            "{before} {acknowledged} {after}"
        );
        no_lane_is_left(&shop.store);
        if is_done {
            break;
        }
        polls += 1;
    }
    assert!(polls >= 3, "there is something to be dropped at: {polls}");
}

async fn download(store: Store) -> dynacond::Result<u32> {
    let modify = store.modify(Download::key("app"), |d| d.count += 1);
    modify.grouped().send().await.map(|download| download.count)
}

/// Another process that counts a hundred downloads.
fn rival() -> Fault {
    Fault::rival(|client| async move {
        let update = Store::new(client).update(Download::key("app"));
        update.set(|d| d.count.add(100)).send().await.unwrap();
    })
}

/// Drops a driver after so many polls. The other caller is told that its change is applied, and so it is, once; the driver's is
/// applied once at most. Gives whether the driver had been told, too.
async fn drop_after(polls: u32, faults: Vec<Fault>, rivals: u32) -> bool {
    let shop = watched::<Download>().await;
    let item = Download {
        id: "app".into(),
        count: 0,
    };
    shop.quiet.create(item).send().await.unwrap();
    let what = format!("{faults:?} after {polls} polls");
    for fault in faults {
        shop.local.on(WRITE).inject(fault);
    }
    let mut driver = Box::pin(download(shop.store.clone()));
    let mut other = Box::pin(download(shop.store.clone()));
    let (mut is_told, mut told) = (false, None);
    for poll in 0..=polls {
        is_told = is_told || poll_once(driver.as_mut()).is_ready();
        if told.is_none()
            && let Poll::Ready(answer) = poll_once(other.as_mut())
        {
            told = Some(answer);
        }
        // Requests take no time, and pauses do.
        if poll < 24 {
            tokio::task::yield_now().await;
        } else {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    drop(driver);
    let told = match told {
        Some(told) => told,
        None => tokio::time::timeout(Duration::from_mins(1), other)
            .await
            .unwrap_or_else(|_| panic!("{what}: blocked")),
    };
    told.unwrap_or_else(|error| panic!("{what}: {error}"));
    shop.local.deliver();
    let item = shop.quiet.get(Download::key("app")).send().await;
    let count = item.unwrap().unwrap().count;
    let least = if is_told { 2 } else { 1 };
    assert!((least..=2).contains(&(count % 100)), "{what}: {count}");
    assert_eq!(count / 100, rivals, "{what}");
    no_lane_is_left(&shop.store);
    is_told
}

/// The same while the group meets conflicts, pauses after them, or does not know yet what became of its write.
#[tokio::test(start_paused = true)]
async fn a_driver_can_be_dropped_at_every_await_of_a_group_in_trouble() {
    type Faults = fn() -> Vec<Fault>;
    // And how many rivals there are among the faults.
    let troubles: [(u32, Faults); 6] = [
        (1, || vec![rival()]),
        (3, || vec![rival(), rival(), rival()]),
        (0, || vec![Fault::LoseAnswer]),
        (0, || vec![Fault::LoseRequest, Fault::LoseAnswer]),
        (0, || vec![Fault::Status500After]),
        (0, || vec![Fault::DeliverLate]),
    ];
    for (rivals, faults) in troubles {
        let mut polls = 0;
        while !drop_after(polls, faults(), rivals).await {
            polls += 1;
        }
        assert!(polls > 4, "there is something to be dropped at: {polls}");
    }
}

/// A future that was polled and is neither polled again nor dropped.
#[tokio::test]
async fn a_caller_that_nobody_polls_does_not_block_the_others() {
    for polls in 1..8 {
        let shop = watched_counter().await;
        let mut parked = Box::pin(increment(shop.store.clone()));
        for _ in 0..polls {
            if poll_once(parked.as_mut()).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        for _ in 0..3 {
            let others = async {
                tokio::join!(increment(shop.store.clone()), increment(shop.store.clone()))
            };
            let others = Box::pin(tokio::time::timeout(Duration::from_secs(5), others)).await;
            let (a, b) = others.unwrap_or_else(|_| panic!("blocked after {polls} polls"));
            a.unwrap();
            b.unwrap();
        }
        drop(parked);
        assert!((6..=7).contains(&count(&shop).await.0));
    }
}

/// A `select!` may keep any number of futures that it has polled once and does not poll again.
#[tokio::test(start_paused = true)]
async fn a_caller_behind_hundreds_that_nobody_polls_is_served() {
    let shop = watched_counter().await;
    shop.local
        .on(READ)
        .inject(Fault::Delay(Duration::from_millis(1)));
    let held = || Box::pin(increment(shop.store.clone()));
    let mut held: Vec<_> = (0..300).map(|_| held()).collect();
    for call in &mut held {
        assert!(poll_once(call.as_mut()).is_pending());
    }
    for _ in 0..3 {
        let call = Box::pin(increment(shop.store.clone()));
        let told = tokio::time::timeout(Duration::from_mins(1), call).await;
        told.expect("nobody blocks").unwrap();
    }
    assert_eq!(count(&shop).await.0, 3);
    // Those that are polled again are served, too.
    for call in held {
        call.await.unwrap();
    }
    assert_eq!(count(&shop).await.0, 303);
    no_lane_is_left(&shop.store);
}

/// Several runtimes share a store, and so its lanes.
#[tokio::test]
async fn threads_lose_no_change() {
    let shop = watched_counter().await;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_time()
                    .build();
                runtime.unwrap().block_on(async {
                    for _ in 0..10 {
                        let store = &shop.store;
                        let increments =
                            tokio::join!(increment(store.clone()), increment(store.clone()));
                        increments.0.unwrap();
                        increments.1.unwrap();
                    }
                });
            });
        }
    });
    assert_eq!(count(&shop).await.0, 80);
    no_lane_is_left(&shop.store);
}
