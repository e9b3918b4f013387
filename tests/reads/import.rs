//! `import`: batches without a condition, each item stamped, and every item that is not written told.
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use dynacond::{Error, InvalidInput, Item, RetryPolicy, Store, Stored, Versioned};
use dynacond_local::{Fault, Local};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bulk_writes::clocked;
use super::support::Watched;

/// An index whose key is made by a template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "parts",
    partition_key(name = "pk", value = "part#{id}"),
    index(
        ByMaker,
        name = "by-maker",
        partition_key(name = "gsi1pk", value = "maker#{maker}"),
        sort_key(id)
    )
)]
struct Part {
    id: String,
    maker: String,
    text: String,
}

/// Nothing shows whose write it holds.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "parts",
    partition_key(name = "pk", value = "part#{id}"),
    version = false,
    write_id = false
)]
struct Plain {
    id: String,
}

fn parts(count: usize) -> Vec<Part> {
    (0..count)
        .map(|n| Part {
            id: format!("{n:04}"),
            maker: "m1".into(),
            text: format!("text {n}"),
        })
        .collect()
}

async fn stock() -> Watched {
    let local = Local::from_env().unwrap();
    let quiet = Store::new(local.quiet_client());
    dynacond_local::create_table::<Part>(&quiet).await.unwrap();
    Watched {
        store: Store::new(local.client()),
        local,
        quiet,
    }
}

/// A store that gives up early.
fn impatient(stock: &Watched, attempts: u32) -> Store {
    let retry = RetryPolicy::default().with_attempts(attempts);
    Store::builder(stock.local.client()).retry(retry).build()
}

async fn held(stock: &Watched) -> Vec<Stored<Part>> {
    let query = stock.quiet.query(ByMaker::partition("m1"));
    query.all().send().await.unwrap()
}

/// What is put by each request.
fn puts(stock: &Watched) -> Vec<Vec<Value>> {
    let requests = stock.local.log().into_iter();
    let batches = requests.filter(|request| request.operation == "BatchWriteItem");
    let puts = |body: &Value| body["RequestItems"]["parts"].as_array().unwrap().clone();
    batches.map(|request| puts(&request.body)).collect()
}

#[tokio::test]
async fn sixty_items_are_three_requests_and_can_be_guarded_from_then_on() {
    let stock = stock().await;
    let import = stock.store.import(parts(60)).overwriting();
    let answer = import.send_metered().await;
    assert_eq!(answer.outcome.unwrap(), 60);
    let mut sizes: Vec<_> = puts(&stock).iter().map(Vec::len).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [10, 25, 25]);
    assert_eq!(answer.consumed.attempts, 3);
    // One unit for each item in the table, and one for its entry in the index.
    assert!(
        (answer.consumed.write_units - 120.0).abs() < 1e-9,
        "{:?}",
        answer.consumed
    );
    let held = held(&stock).await;
    assert_eq!(held.len(), 60, "the index has all of them");
    let ids: BTreeSet<_> = held
        .iter()
        .map(|part| Stored::write_id(part).unwrap())
        .collect();
    assert_eq!(ids.len(), 60);
    let mut part = held[0].clone();
    assert_eq!(Stored::version(&part), 1);
    part.text = "changed".into();
    assert_eq!(
        Stored::version(&stock.quiet.save(part).send().await.unwrap()),
        2
    );
}

#[tokio::test]
async fn what_is_stored_is_replaced_whole() {
    let stock = stock().await;
    let old = stock.quiet.create(parts(1).remove(0)).send().await.unwrap();
    let client = stock.local.quiet_client();
    let mut item: Item = Stored::item(&old).clone();
    let unknown = dynacond::AttributeValue::S("unknown to the struct".into());
    item.insert("other".into(), unknown);
    item.insert(
        "item_version".into(),
        dynacond::AttributeValue::N("7".into()),
    );
    let put = client.put_item().table_name("parts").set_item(Some(item));
    put.send().await.unwrap();
    let written = stock.store.import(parts(1)).overwriting().send().await;
    assert_eq!(written.unwrap(), 1);
    let now = held(&stock).await.remove(0);
    assert_eq!(Stored::version(&now), 1);
    assert!(!Stored::item(&now).contains_key("other"));
    // Whoever read the item before holds another write id.
    let stale = stock.quiet.save(old).when(|p| p.id.exists()).send().await;
    assert!(matches!(stale, Err(Error::Conflict(_))));
}

#[tokio::test(start_paused = true)]
async fn unprocessed_items_are_sent_again_wherever_the_request_was_cut() {
    for unprocessed in 1..=25 {
        let stock = stock().await;
        let fault = Fault::Unprocessed(unprocessed);
        stock.local.on("BatchWriteItem").inject(fault);
        let written = stock.store.import(parts(25)).overwriting().send().await;
        assert_eq!(written.unwrap(), 25);
        let sent = puts(&stock);
        assert_eq!(sent.len(), 2);
        assert_eq!(sent[1], sent[0][25 - unprocessed..], "the very same writes");
        assert_eq!(held(&stock).await.len(), 25);
    }
}

#[tokio::test(start_paused = true)]
async fn items_that_stay_unprocessed_come_back_to_the_caller() {
    let stock = stock().await;
    let rule = stock.local.on("BatchWriteItem");
    rule.always().inject(Fault::Unprocessed(3));
    let import = impatient(&stock, 4).import(parts(25)).overwriting();
    let unwritten = import.send().await.unwrap_err();
    assert_eq!(unwritten.written, 22);
    let positions: Vec<_> = unwritten.items.iter().map(|left| left.position).collect();
    assert_eq!(positions, [22, 23, 24]);
    for left in &unwritten.items {
        assert!(matches!(left.error, Error::Throttled(_)), "{left}");
        assert!(left.error.is_retryable());
    }
    assert_eq!(puts(&stock).len(), 4);
    assert_eq!(held(&stock).await.len(), 22);
    let text = unwritten.to_string();
    assert!(
        text.starts_with("3 of 25 items were not imported; item 22: "),
        "{text}"
    );
    stock.local.clear_faults();
    let left = unwritten.items.into_iter().map(|left| left.item);
    let written = stock.store.import(left).overwriting().send().await;
    assert_eq!(written.unwrap(), 3);
    assert_eq!(held(&stock).await.len(), 25);
}

#[tokio::test(start_paused = true)]
async fn items_whose_answers_were_lost_are_not_said_to_be_missing() {
    let stock = stock().await;
    stock.local.on_any().always().inject(Fault::LoseAnswer);
    let mut items = parts(10);
    let import = impatient(&stock, 2).import(items.clone()).overwriting();
    let lost = import.send().await.unwrap_err();
    assert_eq!((lost.written, lost.items.len()), (0, 10));
    let text = lost.to_string();
    let told = "10 of 10 items may not have been imported; item 0: ";
    assert!(text.starts_with(told), "{text}");
    items[4].id = String::new();
    let import = impatient(&stock, 2).import(items).overwriting();
    let text = import.send().await.unwrap_err().to_string();
    let told = "1 of 10 items were not imported, and 9 more may not have been; item 0: ";
    assert!(text.starts_with(told), "{text}");
}

#[tokio::test]
async fn what_cannot_be_stored_is_told_and_the_rest_is_written() {
    let stock = stock().await;
    let mut items = parts(60);
    items[7].text = "x".repeat(500_000);
    items[30].id = String::new();
    items[59].id = "x".repeat(3000);
    let unwritten = stock
        .store
        .import(items)
        .overwriting()
        .send()
        .await
        .unwrap_err();
    let told: Vec<_> = unwritten.items.iter().map(|left| left.position).collect();
    assert_eq!((unwritten.written, told), (57, vec![7, 30, 59]));
    assert!(matches!(
        unwritten.items[0].error,
        Error::Invalid(InvalidInput::TooLarge { .. })
    ));
    assert!(
        unwritten
            .items
            .iter()
            .all(|left| left.error.label() == "invalid")
    );
    assert_eq!(unwritten.items[0].item.id, "0007", "the item itself");
    assert_eq!(held(&stock).await.len(), 57);
    assert_eq!(puts(&stock).len(), 3);
}

#[tokio::test]
async fn two_of_one_key_bring_everything_back_and_send_nothing() {
    let stock = stock().await;
    let mut items = parts(40);
    items.push(items[2].clone());
    let unwritten = stock
        .store
        .import(items.clone())
        .overwriting()
        .send()
        .await
        .unwrap_err();
    assert_eq!(unwritten.written, 0);
    for left in &unwritten.items {
        match &left.error {
            Error::Invalid(InvalidInput::SameKey { positions, .. }) => {
                assert_eq!(*positions, [2, 40]);
            }
            other => panic!("{other}"),
        }
    }
    let back: Vec<_> = unwritten.items.into_iter().map(|left| left.item).collect();
    assert_eq!(back, items);
    assert!(stock.local.log().is_empty());
}

#[tokio::test]
async fn a_request_has_at_most_sixteen_megabytes_as_they_go_over_the_network() {
    let stock = stock().await;
    let mut items = parts(25);
    for item in &mut items {
        // 300 KB that are stored, and 1.8 MB of JSON.
        item.text = "\u{1}".repeat(300_000);
    }
    let written = stock.store.import(items).overwriting().send().await;
    assert_eq!(written.unwrap(), 25);
    let requests = stock.local.log();
    let sizes: Vec<_> = requests
        .iter()
        .map(|request| request.body.to_string().len())
        .collect();
    assert!(
        sizes.iter().all(|size| *size <= 16 * 1024 * 1024),
        "{sizes:?}"
    );
    let mut counts: Vec<_> = puts(&stock).iter().map(Vec::len).collect();
    counts.sort_unstable();
    assert_eq!(counts, [7, 9, 9], "as many as there is room for");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_followed_by_the_same_items_under_other_write_ids() {
    let stock = stock().await;
    stock.local.on("BatchWriteItem").inject(Fault::LoseAnswer);
    let written = stock.store.import(parts(5)).overwriting().send().await;
    assert_eq!(written.unwrap(), 5);
    let [first, second] = &puts(&stock)[..] else {
        panic!("two requests");
    };
    for (first, second) in first.iter().zip(second) {
        let id = |put: &Value| put["PutRequest"]["Item"]["item_write_id"]["S"].clone();
        let [one, other] = [id(first), id(second)];
        assert_ne!(one, other, "an id that is sent twice could come back");
        let [one, other] = [&one, &other].map(|id| id.as_str().unwrap().split_at(16).0);
        assert_eq!(one, other, "the stem says that it is the same write");
        let mut same = second.clone();
        same["PutRequest"]["Item"]["item_write_id"]["S"] = id(first);
        assert_eq!(*first, same);
    }
}

#[tokio::test(start_paused = true)]
async fn answers_that_stay_lost_are_settled_by_one_read() {
    let stock = stock().await;
    stock
        .local
        .on("BatchWriteItem")
        .always()
        .inject(Fault::LoseAnswer);
    let written = impatient(&stock, 2)
        .import(parts(5))
        .overwriting()
        .send()
        .await;
    assert_eq!(written.unwrap(), 5, "each item holds its write id");
    let expected = ["BatchWriteItem", "BatchWriteItem", "BatchGetItem"];
    assert_eq!(stock.local.operations(), expected);
}

#[tokio::test(start_paused = true)]
async fn requests_that_stay_lost_have_an_unknown_outcome_until_they_are_sent_again() {
    let stock = stock().await;
    let old = stock.quiet.create(parts(1).remove(0)).send().await.unwrap();
    stock
        .local
        .on("BatchWriteItem")
        .always()
        .inject(Fault::DeliverLate);
    let import = impatient(&stock, 2).import(parts(3)).overwriting();
    let unwritten = import.send().await.unwrap_err();
    assert_eq!((unwritten.written, unwritten.items.len()), (0, 3));
    for left in &unwritten.items {
        let Error::OutcomeUnknown(unknown) = &left.error else {
            panic!("it may arrive: {left}");
        };
        let seen = unknown.last_seen();
        assert_eq!(seen, (left.position == 0).then(|| Stored::item(&old)));
        assert_eq!(unknown.verb(), "import");
        let put = &puts(&stock)[1][left.position];
        let sent_last = put["PutRequest"]["Item"]["item_write_id"]["S"].as_str();
        assert_eq!(unknown.write_id(), sent_last);
    }
    // The caller decides to store the second one.
    let Error::OutcomeUnknown(unknown) = &unwritten.items[1].error else {
        unreachable!()
    };
    let stored = unknown.resend::<Stored<Part>>().await.unwrap();
    assert_eq!(*stored, unwritten.items[1].item);
    let stem = |id: Option<&str>| id.unwrap().split_at(16).0.to_owned();
    assert_eq!(stem(Stored::write_id(&stored)), stem(unknown.write_id()));
    stock.local.deliver();
    assert_eq!(held(&stock).await.len(), 3, "late, but it arrives");
}

#[tokio::test(start_paused = true)]
async fn without_a_write_id_nothing_tells_whether_a_lost_request_arrived() {
    let stock = stock().await;
    stock
        .local
        .on("BatchWriteItem")
        .always()
        .inject(Fault::LoseAnswer);
    let plain = [Plain { id: "1".into() }, Plain { id: "2".into() }];
    let import = impatient(&stock, 2).import(plain).overwriting();
    let unwritten = import.send().await.unwrap_err();
    let unknown = |error: &Error| error.is_outcome_unknown();
    assert_eq!(unwritten.items.len(), 2);
    assert!(unwritten.items.iter().all(|left| unknown(&left.error)));
    assert_eq!(
        stock.local.operations(),
        ["BatchWriteItem", "BatchWriteItem"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_definite_answer_after_a_lost_one_does_not_hide_it() {
    let stock = stock().await;
    stock.local.on("BatchWriteItem").inject(Fault::DeliverLate);
    let throttled = stock.local.on("BatchWriteItem");
    throttled.always().inject(Fault::Throttle);
    let import = impatient(&stock, 3).import(parts(2)).overwriting();
    let unwritten = import.send().await.unwrap_err();
    assert_eq!(unwritten.items.len(), 2);
    assert!(
        unwritten
            .items
            .iter()
            .all(|left| left.error.is_outcome_unknown())
    );
}

#[tokio::test(start_paused = true)]
async fn an_import_that_is_throttled_throughout_has_written_nothing() {
    let stock = stock().await;
    stock
        .local
        .on("BatchWriteItem")
        .always()
        .inject(Fault::Throttle);
    let import = impatient(&stock, 3).import(parts(30)).overwriting();
    let unwritten = import.send().await.unwrap_err();
    assert_eq!((unwritten.written, unwritten.items.len()), (0, 30));
    let positions = unwritten.items.iter().map(|left| left.position);
    assert!(positions.eq(0..30));
    for left in &unwritten.items {
        let Error::Throttled(error) = &left.error else {
            panic!("{left}");
        };
        let key = error.key().unwrap().to_string();
        assert!(key.contains(&left.item.id), "{key}");
    }
    assert_eq!(puts(&stock).len(), 6, "two requests, three times");
}

#[tokio::test(start_paused = true)]
async fn an_import_under_faults_tells_each_item_as_it_is() {
    let faults = || {
        [
            Fault::LoseRequest,
            Fault::LoseAnswer,
            Fault::DeliverAfter(2),
            Fault::Status500Before,
            Fault::Status500After,
            Fault::Throttle,
            Fault::Unprocessed(1),
            Fault::Unprocessed(9),
            Fault::Unprocessed(25),
        ]
    };
    let mut told = [0; 3];
    for seed in 0..60 {
        let stock = stock().await;
        stock.local.on_any().random(seed, 0.6, faults());
        let import = impatient(&stock, 3).import(parts(70)).overwriting();
        let outcome = import.send().await;
        stock.local.clear_faults();
        stock.local.deliver();
        let held: BTreeMap<_, _> = held(&stock)
            .await
            .into_iter()
            .map(|part| (part.id.clone(), part))
            .collect();
        let unwritten = outcome
            .err()
            .map(|unwritten| unwritten.items)
            .unwrap_or_default();
        let mut left: BTreeMap<_, _> = unwritten
            .into_iter()
            .map(|left| (left.position, left))
            .collect();
        for n in 0..70 {
            let is_held = held.contains_key(&format!("{n:04}"));
            match left.remove(&n).map(|left| left.error) {
                None => {
                    assert!(is_held, "seed {seed}: {n} was told as written");
                    told[0] += 1;
                }
                Some(Error::OutcomeUnknown(_)) => told[1] += 1,
                Some(error) => {
                    assert!(
                        !is_held,
                        "seed {seed}: {n} was told as not written: {error}"
                    );
                    told[2] += 1;
                }
            }
        }
    }
    assert!(told.iter().all(|told| *told > 0), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn an_import_that_ends_at_any_request_is_whole_when_it_is_sent_again() {
    for ends in 1..=6 {
        for fault in [Fault::HangBefore, Fault::HangAfter] {
            let stock = stock().await;
            let rule = stock.local.on("BatchWriteItem");
            rule.nth(ends).times(usize::MAX).inject(fault);
            let import = stock
                .store
                .import(parts(120))
                .overwriting()
                .concurrency(2)
                .send();
            let ended = tokio::time::timeout(Duration::from_secs(1), import).await;
            assert_eq!(ended.is_ok(), ends == 6, "{ends}");
            stock.local.clear_faults();
            let again = stock.store.import(parts(120)).overwriting().send().await;
            assert_eq!(again.unwrap(), 120);
            let held = held(&stock).await;
            assert!(held.iter().map(|part| &**part).eq(&parts(120)));
            assert!(held.iter().all(|part| Stored::version(part) == 1));
        }
    }
}

/// What the table is made for: an index of numbers.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "gauges",
    partition_key(name = "pk", value = "gauge#{id}"),
    index(ByKind, name = "by-kind", partition_key(kind))
)]
struct Gauge {
    id: String,
    kind: u64,
}

/// What is written: nothing says that the index takes numbers only.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "gauges", partition_key(name = "pk", value = "gauge#{id}"))]
struct Loose {
    id: String,
    kind: Kind,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Kind {
    Number(u64),
    Text(String),
}

#[tokio::test]
async fn an_item_that_dynamodb_refuses_does_not_keep_its_batch_from_being_written() {
    let local = Local::from_env().unwrap();
    let quiet = Store::new(local.quiet_client());
    dynacond_local::create_table::<Gauge>(&quiet).await.unwrap();
    let wrong = [3, 4, 19];
    let gauges = (0..25).map(|n| Loose {
        id: format!("{n:02}"),
        kind: match n {
            n if wrong.contains(&n) => Kind::Text("text".into()),
            n => Kind::Number(n),
        },
    });
    let store = Store::new(local.client());
    let unwritten = store.import(gauges).overwriting().send().await.unwrap_err();
    let told: Vec<_> = unwritten
        .items
        .iter()
        .map(|left| left.position as u64)
        .collect();
    assert_eq!((unwritten.written, told), (22, wrong.to_vec()));
    for left in &unwritten.items {
        let Error::Service(error) = &left.error else {
            panic!("{left}");
        };
        assert_eq!(error.code(), Some("ValidationException"));
    }
    let keys: Vec<_> = (0..25).map(|n| Loose::key(format!("{n:02}"))).collect();
    let held = quiet.get_all(keys).send().await.unwrap();
    assert_eq!(held.iter().flatten().count(), 22);
}

#[tokio::test(start_paused = true)]
async fn a_rate_counts_what_each_request_of_many_items_costs() {
    let stock = stock().await;
    let import = clocked(&stock.local).import(parts(200)).overwriting();
    let began = tokio::time::Instant::now();
    let mut seen = Vec::new();
    let import = import.units_per_second(100.0);
    let import = import.on_progress(|p| seen.push((p.elapsed, p.consumed.write_units, p.changed)));
    assert_eq!(import.send().await.unwrap(), 200);
    // Each item is one unit in the table and one in the index; the last request of 50 units waits for the 350 before it.
    let took = began.elapsed().as_secs_f64();
    assert!((3.3..=4.2).contains(&took), "{took}");
    for (elapsed, units, _) in &seen {
        let allowed = 100.0 * elapsed.as_secs_f64() + 50.0;
        assert!(*units <= allowed, "{units} after {elapsed:?}");
    }
    assert_eq!(seen.last().map(|(_, _, changed)| *changed), Some(200));
}
