//! `modify_each` and `delete_each`: each item under its own guard, with its own outcome.
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dynacond::{
    AttributeValue, Checkpoint, Error, InvalidInput, Item, RetryPolicy, Store, Stored, Versioned,
};
use dynacond_local::{Fault, Local};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::recorder::Recording;
use super::support::{Note, Order, Watched, order, shop_of};

/// An account of a ledger, whose items other writers change, too.
#[expect(
    clippy::duplicated_attributes,
    reason = "two indexes have the same partition key"
)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "ledger",
    index(ByOwner, name = "by-owner", partition_key(owner), sort_key(id)),
    index(Owners, name = "owners", partition_key(owner), keys_only)
)]
pub struct Account {
    #[dynacond(partition_key)]
    pub id: String,
    pub owner: String,
    pub hits: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

pub fn account(n: u64) -> Account {
    Account {
        id: format!("a{n:03}"),
        owner: if n.is_multiple_of(2) { "even" } else { "odd" }.into(),
        hits: 0,
        currency: None,
    }
}

/// What a migration does once and as often as it runs.
pub fn in_euro(account: &mut Account) {
    account.currency.get_or_insert_with(|| "EUR".into());
}

/// An empty ledger that is watched.
pub async fn empty_ledger() -> Watched {
    let local = Local::from_env().unwrap();
    let (store, quiet) = (Store::new(local.client()), Store::new(local.quiet_client()));
    dynacond_local::create_table::<Account>(&quiet)
        .await
        .unwrap();
    Watched {
        local,
        store,
        quiet,
    }
}

/// A ledger with accounts from 1 to this one.
pub async fn ledger_of(accounts: u64) -> Watched {
    let ledger = empty_ledger().await;
    for n in 1..=accounts {
        ledger.quiet.create(account(n)).send().await.unwrap();
    }
    ledger
}

/// Every account by its id.
pub async fn accounts(ledger: &Watched) -> BTreeMap<String, Stored<Account>> {
    let all = ledger.quiet.scan::<Account>().all().send().await.unwrap();
    all.into_iter()
        .map(|account| (account.id.clone(), account))
        .collect()
}

/// A rival that hits an account right before the next request, which raises its version.
fn rival_hits(id: &'static str) -> Fault {
    Fault::rival(move |client| async move {
        let rival = Store::new(client);
        let hit = rival.modify(Account::key(id), |account| account.hits += 1);
        hit.send().await.unwrap();
    })
}

/// Counts of a report: changed, unchanged, gone, failed.
fn counts(report: &dynacond::Report) -> (usize, usize, usize, usize) {
    let failed = report.failed.len();
    (report.changed, report.unchanged, report.gone, failed)
}

#[tokio::test]
async fn an_item_that_is_changed_is_one_write_and_one_that_is_not_is_none() {
    let ledger = ledger_of(9).await;
    let migration = ledger.store.scan::<Account>().modify_each(|account| {
        if account.owner == "odd" {
            in_euro(account);
        }
    });
    let report = migration.send().await.unwrap();
    assert_eq!(counts(&report), (5, 4, 0, 0));
    assert_eq!(report.examined, 9);
    assert!(report.checkpoint.is_none(), "the end was seen");
    let mut operations = ledger.local.operations();
    operations.sort();
    assert_eq!(operations, [vec!["Scan"], vec!["UpdateItem"; 5]].concat());
    for account in accounts(&ledger).await.values() {
        let odd = account.owner == "odd";
        assert_eq!(account.currency.as_deref(), odd.then_some("EUR"));
        assert_eq!(Stored::version(account), if odd { 2 } else { 1 });
    }
}

#[tokio::test]
async fn a_conflict_brings_the_item_and_the_closure_runs_again() {
    let ledger = ledger_of(3).await;
    ledger.local.on("UpdateItem").inject(rival_hits("a002"));
    let runs = AtomicUsize::new(0);
    let migration = ledger.store.scan::<Account>().modify_each(|account| {
        runs.fetch_add(1, Ordering::Relaxed);
        in_euro(account);
    });
    // One at a time, and the rival meets whatever comes first: the second item is stale by then, or is the first one.
    let report = migration.concurrency(1).send().await.unwrap();
    assert_eq!(counts(&report), (3, 0, 0, 0));
    assert_eq!(runs.into_inner(), 4);
    let operations = ledger.local.operations();
    assert_eq!(operations, [vec!["Scan"], vec!["UpdateItem"; 4]].concat());
    let accounts = accounts(&ledger).await;
    let hit = &accounts["a002"];
    assert_eq!((hit.hits, hit.currency.as_deref()), (1, Some("EUR")));
    assert_eq!(Stored::version(hit), 3);
}

#[tokio::test]
async fn what_a_rival_changed_so_that_the_filter_leaves_it_out_is_left_alone() {
    for delete in [false, true] {
        let ledger = ledger_of(1).await;
        let fault = || rival_hits("a001");
        ledger.local.on("UpdateItem").inject(fault());
        ledger.local.on("DeleteItem").inject(fault());
        let idle = ledger.store.scan::<Account>().filter(|a| a.hits.eq(0));
        let report = if delete {
            idle.delete_each().send().await.unwrap()
        } else {
            idle.modify_each(in_euro).send().await.unwrap()
        };
        assert_eq!(counts(&report), (0, 1, 0, 0));
        let accounts = accounts(&ledger).await;
        let hit = &accounts["a001"];
        assert_eq!((hit.hits, &hit.currency), (1, &None));
    }
}

#[tokio::test]
async fn what_a_rival_deleted_is_gone() {
    for delete in [false, true] {
        let ledger = ledger_of(2).await;
        let gone = || {
            Fault::rival(|client| async move {
                let rival = Store::new(client);
                for id in ["a001", "a002"] {
                    let delete = rival.delete(Account::key(id)).unconditional();
                    delete.send().await.unwrap();
                }
            })
        };
        ledger.local.on("UpdateItem").inject(gone());
        ledger.local.on("DeleteItem").inject(gone());
        let scan = ledger.store.scan::<Account>();
        let report = if delete {
            scan.delete_each().concurrency(1).send().await.unwrap()
        } else {
            let work = scan.modify_each(in_euro).concurrency(1);
            work.send().await.unwrap()
        };
        assert_eq!(counts(&report), (0, 0, 2, 0));
        assert!(
            accounts(&ledger).await.is_empty(),
            "nothing was created again"
        );
    }
}

#[tokio::test]
async fn an_items_own_error_does_not_keep_the_others() {
    let ledger = ledger_of(6).await;
    let broken = Item::from([
        ("id".into(), AttributeValue::S("a999".into())),
        ("owner".into(), AttributeValue::S("nobody".into())),
        ("hits".into(), AttributeValue::S("many".into())),
    ]);
    let put = ledger.quiet.client().put_item().set_item(Some(broken));
    let table = ledger.quiet.table_name::<Account>();
    put.table_name(table).send().await.unwrap();
    let migration = ledger.store.scan::<Account>().modify_each(|account| {
        match account.id.as_str() {
            "a001" => return Err("not this one".into()),
            "a002" => account.id = "a777".into(),
            "a003" => account.currency = Some("x".repeat(410_000)),
            "a004" => return Err(Box::from(Error::from(InvalidInput::EmptyPage))),
            _ => in_euro(account),
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    });
    let report = migration.send().await.unwrap();
    assert_eq!(counts(&report), (2, 0, 0, 5));
    assert!(
        report.checkpoint.is_none(),
        "they were looked at, and the end was seen"
    );
    let mut failed: Vec<_> = report
        .failed
        .iter()
        .map(|failed| {
            let (_, key) = failed.key.partition_key();
            (key.as_s().unwrap().as_str(), failed.error.label())
        })
        .collect();
    failed.sort_unstable();
    let expected = [
        ("a001", "own"),
        ("a002", "invalid"),
        ("a003", "invalid"),
        ("a004", "invalid"),
        ("a999", "decode"),
    ];
    assert_eq!(failed, expected);
    let key_changed = |failed: &&dynacond::Failed| {
        matches!(
            failed.error,
            Error::Invalid(InvalidInput::KeyChanged { .. })
        )
    };
    assert_eq!(report.failed.iter().filter(key_changed).count(), 1);
    let too_large = |failed: &&dynacond::Failed| {
        matches!(
            failed.error,
            Error::Invalid(InvalidInput::TooLarge { .. }) | Error::Expression(_)
        )
    };
    assert_eq!(report.failed.iter().filter(too_large).count(), 1);
}

#[tokio::test]
async fn an_unknown_outcome_is_reported_with_its_key() {
    let ledger = ledger_of(1).await;
    // The item has no version, so its guard names no write id that would prove the outcome of the write.
    let key = Account::key("a001").raw().to_item();
    let strip = ledger.quiet.client().update_item().set_key(Some(key));
    let strip = strip.table_name(ledger.quiet.table_name::<Account>());
    let strip = strip.update_expression("REMOVE item_version, item_write_id");
    strip.send().await.unwrap();
    ledger.local.on("UpdateItem").inject(Fault::LoseRequest);
    let migration = ledger.store.scan::<Account>().modify_each(in_euro);
    let report = migration.send().await.unwrap();
    assert_eq!(counts(&report), (0, 0, 0, 1));
    assert!(report.failed[0].error.is_outcome_unknown());
    assert_eq!(report.failed[0].key, *Account::key("a001").raw());
}

#[tokio::test]
async fn a_lost_answer_is_found_out_and_counted_once() {
    for fault in [
        Fault::LoseAnswer,
        Fault::LoseRequest,
        Fault::Status500After,
        Fault::Throttle,
    ] {
        let ledger = ledger_of(3).await;
        ledger.local.on("UpdateItem").inject(fault);
        let migration = ledger.store.scan::<Account>().modify_each(in_euro);
        let report = migration.send().await.unwrap();
        assert_eq!(counts(&report), (3, 0, 0, 0));
        for account in accounts(&ledger).await.values() {
            assert_eq!(Stored::version(account), 2);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn so_many_items_as_were_said_are_written_at_a_time() {
    for (concurrency, rounds) in [(None, 3), (Some(1), 40), (Some(13), 4), (Some(99), 1)] {
        let ledger = ledger_of(40).await;
        let second = Duration::from_secs(1);
        ledger
            .local
            .on("UpdateItem")
            .always()
            .inject(Fault::Delay(second));
        let mut migration = ledger.store.scan::<Account>().modify_each(in_euro);
        if let Some(items) = concurrency {
            migration = migration.concurrency(items);
        }
        let began = Instant::now();
        let report = migration.send().await.unwrap();
        assert_eq!(report.changed, 40);
        assert_eq!(
            began.elapsed().as_secs(),
            rounds,
            "{concurrency:?} at a time"
        );
    }
}

/// Takes version and write id from every account, as if dynacond had never written it.
async fn unversion(ledger: &Watched) {
    let table = ledger.quiet.table_name::<Account>();
    for id in accounts(ledger).await.keys() {
        let strip = ledger.quiet.client().update_item().table_name(&table);
        let strip = strip.set_key(Some(Account::key(id).raw().to_item()));
        let strip = strip.update_expression("REMOVE item_version, item_write_id");
        strip.send().await.unwrap();
    }
}

#[tokio::test]
async fn an_unversioned_item_is_adopted_and_changed_by_one_write() {
    let ledger = ledger_of(4).await;
    unversion(&ledger).await;
    let migration = ledger.store.scan::<Account>().modify_each(in_euro);
    let report = migration.send().await.unwrap();
    assert_eq!(counts(&report), (4, 0, 0, 0));
    let operations = ledger.local.operations();
    assert_eq!(operations, [vec!["Scan"], vec!["UpdateItem"; 4]].concat());
    for account in accounts(&ledger).await.values() {
        assert_eq!(Stored::version(account), 1);
        assert_eq!(account.currency.as_deref(), Some("EUR"));
    }
}

#[tokio::test]
async fn adopting_gives_every_item_a_version_by_one_write_and_versioned_ones_none() {
    let ledger = ledger_of(4).await;
    unversion(&ledger).await;
    ledger.quiet.create(account(5)).send().await.unwrap();
    let adoption = ledger
        .store
        .scan::<Account>()
        .modify_each(|_| ())
        .adopting();
    let report = adoption.send().await.unwrap();
    assert_eq!(counts(&report), (4, 1, 0, 0));
    let operations = ledger.local.operations();
    assert_eq!(operations, [vec!["Scan"], vec!["UpdateItem"; 4]].concat());
    for account in accounts(&ledger).await.values() {
        assert_eq!(Stored::version(account), 1);
        assert!(Stored::write_id(account).is_some());
    }
    let again = ledger
        .store
        .scan::<Account>()
        .modify_each(|_| ())
        .adopting();
    assert_eq!(counts(&again.send().await.unwrap()), (0, 5, 0, 0));
}

#[tokio::test]
async fn the_items_of_a_partition_are_deleted_and_no_others() {
    let shop = shop_of(9).await;
    let elsewhere = Order {
        customer: "c2".into(),
        ..order("2026-10-01", "a", 1)
    };
    shop.quiet.create(elsewhere).send().await.unwrap();
    let query = shop.store.query(Order::partition("c1"));
    let query = query.filter(|o| o.total.gt(3));
    let report = query.delete_each().send().await.unwrap();
    assert_eq!(counts(&report), (6, 0, 0, 0));
    assert_eq!(
        report.examined, 9,
        "the note is in another range of the partition"
    );
    let mut operations = shop.local.operations();
    operations.sort();
    assert_eq!(operations, [vec!["DeleteItem"; 6], vec!["Query"]].concat());
    let left = shop.quiet.scan::<Order>().count().send().await.unwrap();
    assert_eq!(left.matched, 4);
    let notes = shop.quiet.scan::<Note>().count().send().await.unwrap();
    assert_eq!(notes.matched, 1);
}

#[tokio::test]
async fn unversioned_items_are_deleted_as_they_were_read() {
    let ledger = ledger_of(2).await;
    unversion(&ledger).await;
    let report = ledger
        .store
        .scan::<Account>()
        .delete_each()
        .send()
        .await
        .unwrap();
    assert_eq!(counts(&report), (2, 0, 0, 0));
    assert!(accounts(&ledger).await.is_empty());
}

#[tokio::test]
async fn a_deletion_whose_answer_was_lost_is_counted_as_a_change() {
    for fault in [Fault::LoseAnswer, Fault::LoseRequest, Fault::Status500After] {
        let ledger = ledger_of(3).await;
        ledger.local.on("DeleteItem").inject(fault);
        let report = ledger
            .store
            .scan::<Account>()
            .delete_each()
            .send()
            .await
            .unwrap();
        assert_eq!(counts(&report), (3, 0, 0, 0));
        assert!(accounts(&ledger).await.is_empty());
    }
}

#[tokio::test]
async fn the_items_of_an_index_are_modified() {
    let ledger = ledger_of(9).await;
    let query = ledger.store.query(ByOwner::partition("odd"));
    let report = query.modify_each(in_euro).send().await.unwrap();
    assert_eq!(counts(&report), (5, 0, 0, 0));
    // One that projects keys alone gives items by reading them again.
    let scan = ledger.store.scan_index::<Owners>().fetch();
    let report = scan.modify_each(in_euro).send().await.unwrap();
    assert_eq!(counts(&report), (4, 5, 0, 0));
    let euro = |account: &Stored<Account>| account.currency.as_deref() == Some("EUR");
    assert!(accounts(&ledger).await.values().all(euro));
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_the_service_ends_the_work_with_what_became_of_it() {
    let ledger = ledger_of(9).await;
    let policy = RetryPolicy::default().with_attempts(3);
    let store = Store::builder(ledger.local.client()).retry(policy).build();
    ledger
        .local
        .on("UpdateItem")
        .nth(4)
        .times(usize::MAX)
        .inject(Fault::Throttle);
    let migration = || store.scan::<Account>().modify_each(in_euro).concurrency(1);
    let Err(Error::Interrupted(interrupted)) = migration().send().await else {
        panic!("every write is throttled");
    };
    assert!(
        matches!(interrupted.source, Error::Throttled(_)),
        "{interrupted}"
    );
    let report = interrupted.report.unwrap();
    assert_eq!(counts(&report), (3, 0, 0, 0));
    ledger.local.clear_faults();
    let rest = migration().resume(report.checkpoint).send().await.unwrap();
    assert_eq!(counts(&rest), (6, 0, 0, 0), "the three are not seen again");
    // A page that cannot be read is the same.
    ledger
        .local
        .on("Scan")
        .always()
        .inject(Fault::Status500Before);
    let Err(Error::Interrupted(interrupted)) = migration().send().await else {
        panic!("no page comes");
    };
    let report = interrupted.report.unwrap();
    assert_eq!((report.examined, counts(&report)), (0, (0, 0, 0, 0)));
    assert!(report.checkpoint.is_some());
}

#[tokio::test]
async fn a_table_that_is_missing_ends_the_work_at_once() {
    let ledger = empty_ledger().await;
    let store = Store::builder(ledger.local.client()).prefix("no-").build();
    let migration = store.scan::<Account>().modify_each(in_euro);
    let Err(Error::Interrupted(interrupted)) = migration.send().await else {
        panic!("there is no such table");
    };
    assert!(!interrupted.source.is_retryable());
    assert_eq!(ledger.local.operations(), ["Scan"]);
}

/// A work that may run for a moment only comes to its end, too, however large its pages are.
#[tokio::test]
async fn a_budget_of_a_few_items_is_spent_exactly_and_goes_on_where_it_ended() {
    for segments in [1, 3] {
        for budget in [1, 3, 7] {
            let ledger = ledger_of(30).await;
            let closure_runs = AtomicUsize::new(0);
            let closure = |account: &mut Account| {
                closure_runs.fetch_add(1, Ordering::Relaxed);
                in_euro(account);
            };
            let (mut checkpoint, mut runs) = (None, 0);
            loop {
                let began = closure_runs.load(Ordering::Relaxed);
                let spent = || closure_runs.load(Ordering::Relaxed) - began;
                let work = ledger.store.scan::<Account>().modify_each(closure);
                let work = work.segments(segments).concurrency(1);
                let work = work.resume(checkpoint).stop_when(|| spent() >= budget);
                let report = work.send().await.unwrap();
                runs += 1;
                checkpoint = report.checkpoint;
                if checkpoint.is_none() {
                    break;
                }
                assert!(report.changed == budget || report.changed + began == 30);
            }
            assert_eq!(closure_runs.into_inner(), 30, "each item once");
            // The end of a segment may take one more page.
            let least = 30_usize.div_ceil(budget);
            assert!((least..=least + 1).contains(&runs), "{runs} of {least}");
        }
    }
}

#[tokio::test]
async fn stop_when_is_asked_once_before_each_page_and_each_item() {
    let ledger = ledger_of(30).await;
    ledger.local.on("Scan").always().inject(Fault::ShortPage(7));
    let asked = AtomicUsize::new(0);
    let work = ledger.store.scan::<Account>().modify_each(in_euro);
    let work = work.stop_when(|| {
        asked.fetch_add(1, Ordering::Relaxed);
        false
    });
    drop(work.send().await.unwrap());
    let pages = ledger.local.operations();
    let pages = pages.iter().filter(|name| *name == "Scan").count();
    // And once after the last page.
    assert_eq!(asked.into_inner(), 30 + pages + 1);
}

#[tokio::test]
async fn work_that_is_stopped_waits_for_what_is_in_flight_and_is_resumed() {
    for stop_after in 0..30 {
        let ledger = ledger_of(30).await;
        ledger.local.on("Scan").always().inject(Fault::ShortPage(7));
        let runs = AtomicUsize::new(0);
        let closure = |account: &mut Account| {
            runs.fetch_add(1, Ordering::Relaxed);
            in_euro(account);
        };
        let migration = || {
            ledger
                .store
                .scan::<Account>()
                .modify_each(closure)
                .segments(2)
                .concurrency(3)
        };
        let stopped = migration().stop_when(|| runs.load(Ordering::Relaxed) >= stop_after);
        let report = stopped.send().await.unwrap();
        let changed = report.changed;
        assert_eq!(counts(&report), (changed, 0, 0, 0));
        assert!(
            (stop_after..=stop_after + 3).contains(&changed),
            "{changed} of {stop_after}"
        );
        let written = accounts(&ledger)
            .await
            .values()
            .filter(|account| account.currency.is_some())
            .count();
        assert_eq!(written, changed, "what was in flight was waited for");
        let rest = migration().resume(report.checkpoint).send().await.unwrap();
        assert_eq!(rest.changed + changed, 30);
        assert!(rest.checkpoint.is_none());
        for account in accounts(&ledger).await.values() {
            assert_eq!(Stored::version(account), 2, "once each");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn progress_is_told_page_by_page_and_once_a_second_between() {
    let ledger = ledger_of(20).await;
    let store = super::rate::paused_store(&ledger);
    ledger
        .local
        .on("Scan")
        .always()
        .inject(Fault::ShortPage(10));
    ledger
        .local
        .on("UpdateItem")
        .always()
        .inject(Fault::Delay(Duration::from_millis(500)));
    let mut told: Vec<(u64, usize, usize, Checkpoint)> = Vec::new();
    let migration = store.scan::<Account>().modify_each(in_euro).concurrency(1);
    let migration = migration.on_progress(|progress| {
        told.push((
            progress.elapsed.as_secs(),
            progress.examined,
            progress.changed,
            progress.checkpoint(),
        ));
    });
    let report = migration.send().await.unwrap();
    assert_eq!(report.changed, 20);
    // 20 items take 10 s. Both pages are told as well, and one of them may be examined while no second is over.
    assert!((10..=14).contains(&told.len()), "{told:?}");
    for second in 1..=10 {
        assert!(told.iter().any(|told| told.0 == second), "{told:?}");
    }
    assert!(told.is_sorted_by_key(|(_, _, changed, _)| *changed));
    let (_, examined, changed, last) = told.last().unwrap();
    assert_eq!((*examined, *changed, last.is_done()), (20, 20, true));
    // The checkpoint moves when all of a page is done, and not before.
    for (_, _, changed, checkpoint) in &told {
        let same = told.iter().filter(|other| other.3 == *checkpoint);
        let pages: Vec<_> = same.map(|other| other.2 / 10).collect();
        assert!(pages.iter().all(|page| *page == changed / 10), "{told:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_worked_on_is_refused_before_anything_is_sent() {
    let ledger = empty_ledger().await;
    let migration = || ledger.store.scan::<Account>().modify_each(in_euro);
    let invalid = |error: Option<Error>| match error {
        Some(Error::Invalid(invalid)) => invalid,
        other => panic!("{other:?}"),
    };
    let none = migration().concurrency(0).send().await.err();
    assert_eq!(invalid(none), InvalidInput::Concurrency);
    let segments = migration().segments(0).send().await.err();
    assert!(matches!(invalid(segments), InvalidInput::Segments { .. }));
    let rate = migration().units_per_second(0.0).send_metered().await;
    assert_eq!(invalid(rate.outcome.err()), InvalidInput::UnitsPerSecond);
    let bounded = migration().examine_at_most(3).send().await.err();
    assert_eq!(invalid(bounded), InvalidInput::ExamineAtMost);
    assert_eq!(ledger.local.operations(), [""; 0]);
}

#[tokio::test]
async fn bulk_work_may_be_spawned_and_its_closures_may_borrow() {
    let ledger = ledger_of(3).await;
    let store = ledger.store.clone();
    let work = async move {
        let currency = String::from("EUR");
        let mut seen = 0;
        let migration = store
            .scan::<Account>()
            .modify_each(|account| account.currency = Some(currency.clone()));
        let report = migration
            .segments(2)
            .on_progress(|_| seen += 1)
            .send()
            .await?;
        let deleted = store.scan::<Account>().delete_each().send().await?;
        Ok::<_, Error>((report.changed, deleted.changed, seen))
    };
    let (changed, deleted, seen) = tokio::spawn(work).await.unwrap().unwrap();
    assert_eq!((changed, deleted), (3, 3));
    assert!(seen > 0);
}

#[tokio::test]
async fn the_work_is_one_span_and_each_item_that_is_written_has_its_own() {
    let ledger = ledger_of(3).await;
    let recording = Recording::start();
    let migration = ledger.store.scan::<Account>().modify_each(|account| {
        if account.owner == "odd" {
            in_euro(account);
        }
    });
    let report = migration.send().await.unwrap();
    let spans = recording.spans();
    let [whole, items @ ..] = &spans[..] else {
        panic!("there is no span");
    };
    let told = ["verb", "pages", "examined", "returned", "outcome"].map(|field| whole.get(field));
    let expected = ["modify_each", "1", "3", "3", "read"].map(Some);
    assert_eq!(told, expected);
    let units = whole.get("write_units").unwrap();
    assert_eq!(units, format!("{:?}", report.consumed.write_units));
    assert_eq!(items.len(), 2, "what is not changed is not sent");
    for item in items {
        assert_eq!(item.get("verb"), Some("modify_each"));
        assert_eq!(item.get("outcome"), Some("applied"));
        assert_eq!(
            item.get("attempts"),
            Some("1"),
            "its own, and not its neighbours'"
        );
    }
}
