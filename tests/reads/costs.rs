//! What reads cost: requests counted on the wire, and the units that come back.
use dynacond::{Projection, Versioned};
use dynacond_local::Local;
use serde::{Deserialize, Serialize};

use super::support::Watched;

/// About 1,000 bytes as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "blobs",
    partition_key(name = "pk", value = "owner#{owner}"),
    sort_key(name = "sk", value = "blob#{n:06}"),
    index(ByKind, name = "by-kind", partition_key(kind), sort_key(n), keys_only)
)]
struct Blob {
    owner: String,
    n: u64,
    kind: String,
    text: String,
}

async fn blobs(count: u64, bytes: usize) -> Watched {
    let local = Local::from_env().unwrap();
    let (store, quiet) = (
        dynacond::Store::new(local.client()),
        dynacond::Store::new(local.quiet_client()),
    );
    dynacond_local::create_table::<Blob>(&quiet).await.unwrap();
    for n in 0..count {
        let blob = Blob {
            owner: "o1".into(),
            n,
            kind: if n % 10 == 0 { "rare" } else { "usual" }.into(),
            text: "x".repeat(bytes),
        };
        quiet.create(blob).send().await.unwrap();
    }
    Watched {
        local,
        store,
        quiet,
    }
}

#[tokio::test]
async fn a_page_of_twenty_is_one_request() {
    let shop = blobs(40, 800).await;
    let query = shop.store.query(Blob::partition("o1")).page(20);
    let answer = query.send_metered().await;
    let units = answer.consumed.read_units;
    assert_eq!(answer.outcome.unwrap().items.len(), 20);
    assert_eq!(shop.local.operations(), ["Query"]);
    // 21 items of 800 bytes to 1 KB, 4 KB a unit.
    assert!((4.0..=6.0).contains(&units), "{units}");
}

#[tokio::test]
async fn a_filtered_page_costs_little_more_than_the_items_it_had_to_examine() {
    let shop = blobs(400, 800).await;
    let query = shop.store.query(Blob::partition("o1"));
    let query = query.filter(|o| o.kind.eq("rare")).page(20);
    let answer = query.send_metered().await;
    let (units, page) = (answer.consumed.read_units, answer.outcome.unwrap());
    assert_eq!(page.items.len(), 20);
    let requests = shop.local.operations().len();
    assert!((2..=3).contains(&requests), "{requests}");
    // One in ten passes: 201 items are the fewest that prove a next page, at a quarter of a unit each.
    assert!(
        (201.0 * 800.0 / 4096.0..=1.3 * 201.0 / 4.0).contains(&units),
        "{units} for {} items",
        page.examined
    );
}

#[tokio::test]
async fn two_and_a_half_megabytes_are_three_requests() {
    let shop = blobs(50, 50_000).await;
    let all = shop.store.query(Blob::partition("o1")).all();
    let answer = all.send_metered().await;
    assert_eq!(answer.outcome.unwrap().len(), 50);
    assert_eq!(shop.local.operations(), ["Query"; 3]);
    let units = answer.consumed.read_units;
    // 50 × 50,000 bytes, 4 KB a unit.
    assert!((610.0..=640.0).contains(&units), "{units}");
}

#[tokio::test]
async fn duplicates_among_many_keys_cost_nothing() {
    let shop = blobs(240, 800).await;
    let keys = (0..240).chain(0..10).map(|n| Blob::key(("o1", n)));
    let answer = shop.store.get_all(keys.collect::<Vec<_>>());
    let answer = answer.send_metered().await;
    assert_eq!(answer.outcome.unwrap().len(), 250);
    assert_eq!(shop.local.operations(), ["BatchGetItem"; 3]);
    let units = answer.consumed.read_units;
    assert!((units - 240.0).abs() < 1e-9, "{units}");
}

#[tokio::test]
async fn a_fetched_page_of_an_index_is_two_requests() {
    let shop = blobs(30, 800).await;
    let page = shop
        .store
        .query(ByKind::partition("usual"))
        .fetch()
        .page(20);
    let answer = page.send_metered().await;
    assert_eq!(answer.outcome.unwrap().items.len(), 20);
    assert_eq!(shop.local.operations(), ["Query", "BatchGetItem"]);
    // 21 small entries of the index at half a unit for 4 KB, and 20 items.
    let units = answer.consumed.read_units;
    assert!((20.0..=21.0).contains(&units), "{units}");
}

/// A small part of each blob.
#[derive(Debug, Deserialize, Projection)]
#[dynacond(of = Blob)]
struct Kind {
    kind: String,
}

#[tokio::test]
async fn a_projection_costs_what_the_whole_items_cost() {
    let shop = blobs(20, 800).await;
    let query = || shop.store.query(Blob::partition("o1"));
    let whole = query().all().send_metered().await.consumed.read_units;
    let kinds = query().project::<Kind>().all().send_metered().await;
    assert_eq!(kinds.outcome.unwrap()[0].kind, "rare");
    let part = kinds.consumed.read_units;
    assert!((part - whole).abs() < 1e-9, "{part} of {whole}");
}

#[tokio::test]
async fn a_thousand_items_of_which_ten_change_are_one_page_and_ten_writes() {
    let shop = blobs(1000, 800).await;
    let marked = shop.store.query(Blob::partition("o1")).modify_each(|blob| {
        if blob.n % 100 == 0 {
            blob.text = "marked".into();
        }
    });
    let report = marked.send().await.unwrap();
    assert_eq!(
        (report.examined, report.changed, report.unchanged),
        (1000, 10, 990)
    );
    let mut operations = shop.local.operations();
    operations.sort();
    // Less than 1 MB is one page.
    assert_eq!(operations, [vec!["Query"], vec!["UpdateItem"; 10]].concat());
    let (read, written) = (report.consumed.read_units, report.consumed.write_units);
    // 1,000 × 800 bytes at least, and less than 1 MB.
    assert!((195.0..=256.0).contains(&read), "{read}");
    assert!((written - 10.0).abs() < 1e-9, "{written}");
}

#[tokio::test]
async fn a_scan_costs_what_it_examines_in_any_number_of_segments() {
    let shop = blobs(100, 4000).await;
    let mut units = Vec::new();
    for segments in [1, 4] {
        let count = shop.store.scan::<Blob>().segments(segments).count();
        let answer = count.send_metered().await;
        assert_eq!(answer.outcome.unwrap().matched, 100);
        units.push(answer.consumed.read_units);
    }
    // Each page is rounded up to 4 KB.
    assert!((units[0]..=units[0] + 4.0).contains(&units[1]), "{units:?}");
    assert!(units[0] >= 100.0 * 4000.0 / 4096.0, "{units:?}");
    let half = shop.store.scan::<Blob>().eventually_consistent().count();
    let half = half.send_metered().await.consumed.read_units;
    assert!((half - units[0] / 2.0).abs() <= 0.5, "{half} of {units:?}");
}
