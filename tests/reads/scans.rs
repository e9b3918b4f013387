//! Scans: every item of the type once, in one segment or in several, and nothing of other types.
use std::collections::BTreeSet;

use dynacond::operators::Whole;
use dynacond::{
    Checkpoint, CheckpointError, Error, InvalidInput, Projection, Results, RetryPolicy, Store,
    Stored, Versioned,
};
use dynacond_local::{Fault, Local};
use serde::{Deserialize, Serialize};

use super::support::{Order, Watched, days, order, shop_of, watched};

/// Numbers from 1 to this one.
fn up_to(last: u64) -> BTreeSet<u64> {
    (1..=last).collect()
}

#[tokio::test]
async fn a_scan_gives_the_items_of_its_type_and_counts_the_others_as_examined() {
    let shop = shop_of(9).await;
    let scan = || shop.store.scan::<Order>();
    let all = scan().all().send().await.unwrap();
    assert_eq!(days(&all).into_iter().collect::<BTreeSet<_>>(), up_to(9));
    let count = scan().count().send().await.unwrap();
    assert_eq!((count.matched, count.examined, count.pages), (9, 10, 1));
    assert_eq!(shop.local.operations(), ["Scan", "Scan"]);
}

#[tokio::test]
async fn what_a_scan_gives_can_be_saved() {
    let shop = shop_of(1).await;
    let mut first = shop
        .store
        .scan::<Order>()
        .first()
        .send()
        .await
        .unwrap()
        .unwrap();
    first.total = 100;
    let saved = shop.store.save(first).send().await.unwrap();
    assert_eq!((saved.total, Stored::version(&saved)), (100, 2));
}

#[tokio::test]
async fn a_scan_is_shown_before_it_is_sent() {
    let shop = watched().await;
    let scan = shop.store.scan::<Order>();
    let preview = scan.filter(|o| o.total.gt(3)).preview().unwrap();
    assert_eq!(preview.operation(), "Scan");
    assert_eq!(preview.key_condition(), None);
    assert_eq!(
        preview.filter(),
        Some("begins_with(#pk, :pk) AND begins_with(#sk, :sk) AND #total > :total")
    );
    assert!(preview.is_consistent());
    assert_eq!(shop.local.operations(), [""; 0]);
}

#[tokio::test]
async fn the_filter_of_a_scan_may_name_keys() {
    let shop = shop_of(9).await;
    let scan = shop.store.scan::<Order>();
    let scan = scan.filter(|_| dynacond::attr("sk").ge("order#2026-10-08"));
    let found = scan.all().send().await.unwrap();
    assert_eq!(
        days(&found).into_iter().collect::<BTreeSet<_>>(),
        BTreeSet::from([8, 9])
    );
}

#[tokio::test]
async fn each_item_comes_once_however_many_segments_there_are() {
    let shop = shop_of(31).await;
    for segments in [1, 2, 3, 8, 50] {
        shop.local.clear_log();
        let scan = || shop.store.scan::<Order>().segments(segments);
        let all = scan().all().send().await.unwrap();
        assert_eq!(all.len(), 31, "{segments} segments");
        assert_eq!(days(&all).into_iter().collect::<BTreeSet<_>>(), up_to(31));
        let log = shop.local.log();
        assert_eq!(log.len(), segments);
        let asked = log
            .iter()
            .filter_map(|request| request.body.get("Segment")?.as_u64());
        let expected = if segments == 1 {
            Vec::new()
        } else {
            (0..segments as u64).collect()
        };
        assert_eq!(asked.collect::<Vec<_>>(), expected);
        let count = scan().count().send().await.unwrap();
        assert_eq!((count.matched, count.pages), (31, segments));
    }
}

#[tokio::test(start_paused = true)]
async fn segments_are_read_side_by_side() {
    let shop = shop_of(31).await;
    let second = std::time::Duration::from_secs(1);
    shop.local.on("Scan").always().inject(Fault::Delay(second));
    let began = tokio::time::Instant::now();
    let scan = shop.store.scan::<Order>().segments(8);
    assert_eq!(scan.count().send().await.unwrap().pages, 8);
    assert_eq!(began.elapsed().as_secs(), 1);
}

async fn collected(mut results: Results<Order, Whole>) -> BTreeSet<u64> {
    let mut found = BTreeSet::new();
    while let Some(order) = results.next().await {
        assert!(found.insert(order.unwrap().total), "each comes once");
    }
    found
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_segments_gives_each_item_once_under_faults() {
    let shop = shop_of(31).await;
    for seed in 0..20 {
        let faults = [
            Fault::ShortPage(0),
            Fault::ShortPage(2),
            Fault::Throttle,
            Fault::LoseAnswer,
        ];
        shop.local.clear_faults();
        shop.local.random(seed, 0.4, faults);
        let scan = shop.store.scan::<Order>().segments(4);
        assert_eq!(collected(scan.stream()).await, up_to(31), "seed {seed}");
    }
}

#[tokio::test]
async fn a_stream_is_resumed_from_its_checkpoint_and_gives_the_last_item_again() {
    let shop = shop_of(31).await;
    for segments in [1, 3] {
        for stop in 0..31 {
            shop.local.on("Scan").always().inject(Fault::ShortPage(4));
            let scan = || shop.store.scan::<Order>().segments(segments);
            let mut stream = scan().stream();
            let mut found = BTreeSet::new();
            for _ in 0..stop {
                found.insert(stream.next().await.unwrap().unwrap().total);
            }
            let text = stream.checkpoint().unwrap().to_string();
            drop(stream);
            let checkpoint: Checkpoint = text.parse().unwrap();
            let rest = collected(scan().resume(checkpoint).stream()).await;
            let again = found.intersection(&rest).count();
            assert_eq!(again, stop.min(1), "after {stop}, in {segments} segments");
            found.extend(rest);
            assert_eq!(found, up_to(31), "stopped after {stop}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_was_cut_off_says_where_each_segment_goes_on() {
    let shop = shop_of(31).await;
    let store = Store::builder(shop.local.client()).retry(RetryPolicy::default().with_attempts(1));
    let store = store.build();
    let cut_off_again = || {
        shop.local.clear_faults();
        shop.local.on("Scan").nth(3).inject(Fault::Throttle);
        shop.local.on("Scan").always().inject(Fault::ShortPage(3));
    };
    cut_off_again();
    let scan = || store.scan::<Order>().segments(2);
    let mut stream = scan().stream();
    let (mut found, mut interruptions) = (BTreeSet::new(), 0);
    while let Some(order) = stream.next().await {
        match order {
            Ok(order) => drop(found.insert(order.total)),
            Err(Error::Interrupted(interrupted)) => {
                assert!(
                    interrupted.cursor.is_none(),
                    "two segments have no one cursor"
                );
                assert!(stream.next().await.is_none(), "the stream has ended");
                stream = scan().resume(stream.checkpoint()).stream();
                interruptions += 1;
                cut_off_again();
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(found, up_to(31));
    assert!(interruptions >= 3, "{interruptions}");
}

#[tokio::test]
async fn progress_is_told_after_each_page() {
    let shop = shop_of(9).await;
    shop.local.on("Scan").always().inject(Fault::ShortPage(4));
    let mut told = Vec::new();
    let scan = shop.store.scan::<Order>().on_progress(|progress| {
        let units = progress.consumed.read_units;
        told.push((progress.examined, progress.segments_done, units));
        assert_eq!(progress.checkpoint().is_done(), progress.segments_done == 1);
    });
    assert_eq!(scan.count().send().await.unwrap().matched, 9);
    assert_eq!(told, [(4, 0, 1.0), (8, 0, 2.0), (10, 1, 3.0)]);
}

#[tokio::test]
async fn a_page_of_a_scan_goes_on_by_its_cursor() {
    let shop = shop_of(9).await;
    let (mut found, mut next) = (BTreeSet::new(), None);
    loop {
        let scan = shop.store.scan::<Order>().after(next);
        let page = scan.page(2).send().await.unwrap();
        found.extend(days(&page.items));
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(found, up_to(9));
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "jobs",
    index(Open, name = "open", partition_key(queue), sort_key(n)),
    index(Names, name = "names", partition_key(name), keys_only)
)]
struct Job {
    #[dynacond(partition_key)]
    id: String,
    n: u64,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize, Projection)]
#[dynacond(of = Job)]
struct Named {
    name: String,
}

async fn jobs() -> Watched {
    let local = Local::from_env().unwrap();
    let (store, quiet) = (Store::new(local.client()), Store::new(local.quiet_client()));
    dynacond_local::create_table::<Job>(&quiet).await.unwrap();
    for n in 1..=9 {
        let job = Job {
            id: format!("j{n}"),
            n,
            name: format!("job {n}"),
            queue: (n % 3 == 0).then(|| "slow".to_owned()),
        };
        quiet.create(job).send().await.unwrap();
    }
    Watched {
        local,
        store,
        quiet,
    }
}

#[tokio::test]
async fn a_scan_of_an_index_gives_what_is_in_it() {
    let shop = jobs().await;
    let found = shop.store.scan_index::<Open>().all().send().await.unwrap();
    let found: BTreeSet<u64> = found.iter().map(|job| job.n).collect();
    assert_eq!(found, BTreeSet::from([3, 6, 9]));
    let log = shop.local.log();
    assert_eq!(log[0].body["IndexName"], "open");
    assert_eq!(
        log[0].body.get("ConsistentRead"),
        None,
        "a global index has no choice"
    );
    assert_eq!(
        log[0].body.get("FilterExpression"),
        None,
        "the table has one type"
    );
}

#[tokio::test]
async fn an_index_that_projects_less_is_scanned_as_a_projection_or_fetched() {
    let shop = jobs().await;
    let scan = shop.store.scan_index::<Names>();
    let named = scan.project::<Named>().all().send().await.unwrap();
    assert_eq!(named.len(), 9);
    let scan = shop.store.scan_index::<Names>().segments(3);
    let fetched = scan.fetch().all().send().await.unwrap();
    let found: BTreeSet<u64> = fetched.items.iter().map(|job| job.n).collect();
    assert_eq!((found, fetched.gone), (up_to(9), 0));
}

#[tokio::test]
async fn values_of_a_scan_are_plain() {
    let shop = jobs().await;
    let jobs: Vec<Job> = shop
        .store
        .scan::<Job>()
        .values()
        .all()
        .send()
        .await
        .unwrap();
    assert_eq!(jobs.len(), 9);
}

#[tokio::test]
async fn what_a_scan_cannot_be_is_refused_before_anything_is_sent() {
    let shop = watched().await;
    let scan = || shop.store.scan::<Order>();
    let invalid = |error: Option<Error>| match error {
        Some(Error::Invalid(invalid)) => invalid,
        other => panic!("{other:?}"),
    };
    let limit = 1_000_000;
    for segments in [0, limit + 1] {
        let refused = scan().segments(segments).all().send().await.err();
        assert_eq!(invalid(refused), InvalidInput::Segments { segments, limit });
    }
    let of_page = scan().segments(2).page(3).send().await.err();
    assert_eq!(invalid(of_page), InvalidInput::SegmentsOfPage);
    let first = scan().segments(2).first().send().await.err();
    assert_eq!(invalid(first), InvalidInput::SegmentsOfPage);
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let refused = scan().units_per_second(rate).count().send().await.err();
        assert_eq!(invalid(refused), InvalidInput::UnitsPerSecond, "{rate}");
    }
    assert_eq!(shop.local.operations(), [""; 0]);
}

#[tokio::test]
async fn a_checkpoint_of_another_scan_is_refused_before_anything_is_sent() {
    let shop = shop_of(9).await;
    shop.local.on("Scan").always().inject(Fault::ShortPage(4));
    let mut last = None;
    let scan = || shop.store.scan::<Order>().segments(2);
    let seen = scan().on_progress(|progress| last = Some(progress.checkpoint()));
    seen.count().send().await.unwrap();
    let checkpoint = || last.clone().unwrap();
    shop.local.clear_log();

    let refused = |error: Option<Error>| match error {
        Some(Error::Checkpoint(refused)) => refused,
        other => panic!("{other:?}"),
    };
    let (expected, found) = (3, 2);
    let other = scan().segments(3).resume(checkpoint()).all().send().await;
    let segments = CheckpointError::OtherSegments { expected, found };
    assert_eq!(refused(other.err()), segments);
    let filtered = scan().filter(|o| o.total.gt(1)).resume(checkpoint());
    let filtered = filtered.all().send().await.err();
    assert_eq!(refused(filtered), CheckpointError::OtherScan);
    let elsewhere = Store::builder(shop.local.client())
        .table::<Order>("elsewhere")
        .build();
    let elsewhere = elsewhere.scan::<Order>().segments(2).resume(checkpoint());
    let elsewhere = elsewhere.all().send().await.err();
    assert_eq!(refused(elsewhere), CheckpointError::OtherScan);
    let other_type = shop.store.scan::<super::support::Note>().segments(2);
    let other_type = other_type.resume(checkpoint()).count().send().await.err();
    assert_eq!(refused(other_type), CheckpointError::OtherScan);

    let text = checkpoint().to_string();
    let cut = text[..text.len() - 3].parse::<Checkpoint>();
    assert_eq!(cut.err(), Some(CheckpointError::Malformed));
    let json = serde_json::to_string(&checkpoint()).unwrap();
    assert_eq!(
        serde_json::from_str::<Checkpoint>(&json).unwrap(),
        checkpoint()
    );
    serde_json::from_str::<Checkpoint>(&json.replace(&text[..9], "")).unwrap_err();
    let both = shop
        .store
        .scan::<Order>()
        .page(1)
        .send()
        .await
        .unwrap()
        .next;
    shop.local.clear_log();
    let both = shop.store.scan::<Order>().after(both).resume(checkpoint());
    let both = both.page(1).send().await.err();
    assert!(matches!(
        both,
        Some(Error::Invalid(InvalidInput::TwoBeginnings))
    ));
    assert_eq!(shop.local.operations(), [""; 0]);
}

#[tokio::test]
async fn a_finished_checkpoint_leaves_nothing_to_send() {
    let shop = shop_of(9).await;
    let mut last = None;
    let scan = || shop.store.scan::<Order>().segments(2);
    let seen = scan().on_progress(|progress| last = Some(progress.checkpoint()));
    seen.count().send().await.unwrap();
    assert!(last.as_ref().unwrap().is_done());
    shop.local.clear_log();
    assert_eq!(scan().resume(last).all().send().await.unwrap().len(), 0);
    assert_eq!(shop.local.operations(), [""; 0]);
}

#[tokio::test]
async fn a_scan_may_be_spawned() {
    let shop = shop_of(3).await;
    let store = shop.store.clone();
    let scan = async move { store.scan::<Order>().segments(2).all().send().await };
    assert_eq!(tokio::spawn(scan).await.unwrap().unwrap().len(), 3);
    let one_more = order("2026-10-04", "a", 4);
    shop.quiet.create(one_more).send().await.unwrap();
}
