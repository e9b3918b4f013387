//! `#[dynacond(written_at = "…")]`: every write stamps its time, by the clock of the store's client.
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::Client;
use aws_smithy_async::time::TimeSource;
use dynacond::{Error, Item, Key, Rule, Store, Stored, Transaction, Versioned, attr};
use dynacond_local::{Fault, Local};
use serde::{Deserialize, Serialize};

use super::support::{Watched, n, put_raw, raw, refused, s};

/// The time is not shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "pages", written_at = "updated_at")]
struct Page {
    #[dynacond(partition_key)]
    id: String,
    text: String,
}

/// A field shows the time, and an index sorts by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "posts",
    written_at = "updated_at",
    index(Latest, name = "latest", partition_key(board), sort_key(updated_at))
)]
struct Post {
    #[dynacond(partition_key)]
    id: String,
    board: String,
    text: String,
    #[serde(default)]
    updated_at: u64,
}

/// Nothing but the time is stamped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "events",
    version = false,
    write_id = false,
    written_at = "seen"
)]
struct Event {
    #[dynacond(partition_key)]
    id: String,
    count: u32,
    #[serde(default, with = "dynacond::epoch_seconds")]
    seen: Option<SystemTime>,
}

/// A clock that is set.
#[derive(Clone, Debug, Default)]
struct Hands(Arc<AtomicU64>);

impl Hands {
    fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::Relaxed);
    }
}
impl TimeSource for Hands {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(self.0.load(Ordering::Relaxed) * 1000 + 999)
    }
}

struct Clocked {
    shop: Watched,
    clock: Hands,
}

async fn clocked<T: Versioned>() -> Clocked {
    let local = Local::from_env().unwrap();
    let clock = Hands::default();
    let config = local.config().time_source(clock.clone()).build();
    let store = Store::new(Client::from_conf(config));
    let quiet = Store::new(local.quiet_client());
    dynacond_local::create_table::<T>(&quiet).await.unwrap();
    let shop = Watched {
        local,
        store,
        quiet,
    };
    Clocked { shop, clock }
}

impl Clocked {
    /// The item's time, as any other client sees it.
    async fn time<T: Versioned>(&self, key: Key<T>) -> Option<String> {
        let name = T::MODEL.written_at.expect("it stamps the time");
        let item: Item = raw(&self.shop.quiet, key).await.expect("an item");
        item.get(name)
            .map(|time| time.as_n().expect("a number").clone())
    }
}

fn page(text: &str) -> Page {
    Page {
        id: "p1".into(),
        text: text.into(),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as the time is told")]
fn at(seconds: u64) -> Option<SystemTime> {
    Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

#[tokio::test]
async fn every_verb_stamps_the_second_of_its_write() {
    let clocked = clocked::<Page>().await;
    let (store, key) = (&clocked.shop.store, || Page::key("p1"));
    let mut now = 1_700_000_000;
    let mut tick = || {
        now += 7;
        clocked.clock.set(now);
        now
    };
    let mut expected = tick();
    let mut stored = store.create(page("new")).send().await.unwrap();
    assert_eq!(Stored::written_at(&stored), at(expected));
    for verb in [
        "save",
        "touch",
        "update",
        "or_create",
        "put",
        "replace",
        "replace any",
        "modify",
        "grouped",
        "alter",
        "transact put",
        "transact update",
        "transact_write",
        "import",
    ] {
        assert_eq!(
            clocked.time(key()).await,
            Some(expected.to_string()),
            "before {verb}"
        );
        expected = tick();
        stored.text = verb.to_owned();
        let text = move |p: <Page as Versioned>::Attributes| p.text.to(verb);
        let edit = |page: &mut Page| page.text = verb.to_owned();
        let left = match verb {
            "save" => store.save(stored).send().await.unwrap(),
            "touch" => {
                let read = store.get(key()).send().await.unwrap().unwrap();
                store.touch(read).send().await.unwrap()
            }
            "update" => store.update(key()).set(text).send().await.unwrap(),
            "or_create" => {
                let update = store.update(key()).set(text);
                update.or_create(page("")).send().await.unwrap()
            }
            "put" => store.put(page(verb)).unconditional().send().await.unwrap(),
            "replace" => store.replace(stored).send().await.unwrap(),
            "replace any" => store
                .replace(page(verb))
                .unconditional()
                .send()
                .await
                .unwrap(),
            "modify" => store.modify(key(), edit).send().await.unwrap(),
            "grouped" => store.modify(key(), edit).grouped().send().await.unwrap(),
            "alter" => {
                let alter = store.alter(key(), |_| Some(page(verb)));
                alter.send().await.unwrap().unwrap()
            }
            "transact put" => {
                let put = |tx: &mut Transaction| -> dynacond::Result<_> {
                    let mut page = tx.require(key())?;
                    edit(&mut page);
                    tx.put(page)
                };
                store.transact(put).send().await.unwrap()
            }
            "transact update" => {
                let update = |tx: &mut Transaction| tx.update(key(), text);
                store.transact(update).send().await.unwrap();
                store.get(key()).send().await.unwrap().unwrap()
            }
            "transact_write" => {
                let (put,) = store
                    .transact_write((store.save(stored),))
                    .send()
                    .await
                    .unwrap();
                put
            }
            _ => {
                let import = store.import([page(verb)]).overwriting();
                import.send().await.unwrap();
                store.get(key()).send().await.unwrap().unwrap()
            }
        };
        assert_eq!(Stored::written_at(&left), at(expected), "{verb}");
        stored = left;
    }
    assert_eq!(clocked.time(key()).await, Some(expected.to_string()));
}

#[tokio::test]
async fn nothing_is_written_for_the_time_alone() {
    let clocked = clocked::<Page>().await;
    let store = &clocked.shop.store;
    clocked.clock.set(100);
    let page = store.create(page("new")).send().await.unwrap();
    clocked.clock.set(200);
    clocked.shop.local.clear_log();
    let page = store.save(page).send().await.unwrap();
    store.modify(Page::key("p1"), |_| ()).send().await.unwrap();
    assert_eq!(clocked.shop.local.operations(), ["GetItem"]);
    assert_eq!(Stored::written_at(&page), at(100));
}

#[tokio::test]
async fn a_resend_is_of_the_time_of_the_first_attempt() {
    let clocked = clocked::<Page>().await;
    let store = &clocked.shop.store;
    clocked.clock.set(100);
    let mut page = store.create(page("new")).send().await.unwrap();
    page.text = "changed".into();
    // The clock goes on between the two attempts.
    let clock = clocked.clock.clone();
    let fault = Fault::rival(move |_| {
        let clock = clock.clone();
        async move { clock.set(300) }
    });
    let lost = fault.then(Fault::LoseRequest);
    clocked.shop.local.on("UpdateItem").inject(lost);
    clocked.clock.set(200);
    let saved = store.save(page).send().await.unwrap();
    assert_eq!(Stored::written_at(&saved), at(200));
    let requests = clocked.shop.local.operations();
    assert_eq!(requests, ["PutItem", "UpdateItem", "UpdateItem"]);
}

#[tokio::test]
async fn under_a_callers_token_a_repeated_call_is_the_same_request() {
    let clocked = clocked::<Page>().await;
    let store = &clocked.shop.store;
    let write = async || {
        let put = store.put(page("mine")).unconditional();
        store.transact_write((put,)).token("order-7").send().await
    };
    // The beginning of the ten minutes in which the token was used.
    clocked.clock.set(1_700_000_400);
    write().await.unwrap();
    assert_eq!(
        clocked.time(Page::key("p1")).await,
        Some("1700000400".into())
    );
    clocked.clock.set(1_700_000_700);
    write().await.unwrap();
    let page = store.get(Page::key("p1")).send().await.unwrap().unwrap();
    assert_eq!(Stored::version(&page), 1, "applied once");
    assert_eq!(Stored::written_at(&page), at(1_700_000_400));
}

#[tokio::test]
async fn a_field_shows_the_time_and_an_index_sorts_by_it() {
    let clocked = clocked::<Post>().await;
    let store = &clocked.shop.store;
    let post = |id: &str| Post {
        id: id.into(),
        board: "b".into(),
        text: "new".into(),
        // Never believed.
        updated_at: 1,
    };
    clocked.clock.set(100);
    let first = store.create(post("p1")).send().await.unwrap();
    clocked.clock.set(200);
    store.create(post("p2")).send().await.unwrap();
    assert_eq!(first.updated_at, 100);
    clocked.clock.set(300);
    let mut first = store
        .save(first)
        .when(|p| p.updated_at.eq(100))
        .send()
        .await
        .unwrap();
    assert_eq!(first.updated_at, 300);
    clocked.clock.set(400);
    first.text = "changed".into();
    first.updated_at = 9;
    let first = store.save(first).send().await.unwrap();
    assert_eq!(
        (first.updated_at, Stored::written_at(&first)),
        (400, at(400))
    );
    clocked.clock.set(500);
    let put = |tx: &mut Transaction| -> dynacond::Result<_> {
        let mut post = tx.require(Post::key("p2"))?;
        post.text = "changed".into();
        tx.put(post)
    };
    assert_eq!(store.transact(put).send().await.unwrap().updated_at, 500);
    let latest = store
        .query(Latest::partition("b"))
        .descending()
        .all()
        .send()
        .await
        .unwrap();
    let times: Vec<_> = latest
        .iter()
        .map(|post| (&*post.id, post.updated_at))
        .collect();
    assert_eq!(times, [("p2", 500), ("p1", 400)]);
    clocked.clock.set(600);
    store
        .save(first)
        .when(|p| p.updated_at.eq(400))
        .send()
        .await
        .unwrap();
    let query = store.query(Latest::partition("b")).descending();
    let latest = query.first().send().await.unwrap().unwrap();
    assert_eq!((&*latest.id, latest.updated_at), ("p1", 600));
}

#[tokio::test]
async fn a_type_without_a_guard_stamps_the_time_alone() {
    let clocked = clocked::<Event>().await;
    let store = &clocked.shop.store;
    let event = Event {
        id: "e1".into(),
        count: 1,
        seen: None,
    };
    clocked.clock.set(100);
    let created = store.create(event.clone()).send().await.unwrap();
    assert_eq!(created.seen, at(100));
    clocked.clock.set(200);
    let updated = store.update(Event::key("e1")).set(|e| e.count.add(1));
    assert_eq!(updated.send().await.unwrap().seen, at(200));
    clocked.clock.set(300);
    let put = store.put(event).unconditional().send().await.unwrap();
    assert_eq!((put.seen, put.count), (at(300), 1));
}

#[tokio::test]
async fn adopting_an_item_stamps_the_time_and_an_item_without_one_has_none() {
    let clocked = clocked::<Page>().await;
    let (store, key) = (&clocked.shop.store, || Page::key("p1"));
    put_raw::<Page>(
        &clocked.shop.quiet,
        super::support::item([("id", s("p1")), ("text", s("old")), ("updated_at", n(5))]),
    )
    .await;
    let mut page = store.get(key()).send().await.unwrap().unwrap();
    assert_eq!(Stored::written_at(&page), at(5));
    clocked.clock.set(100);
    page.text = "adopted".into();
    let page = store.save(page).send().await.unwrap();
    assert_eq!(
        (Stored::version(&page), Stored::written_at(&page)),
        (1, at(100))
    );

    let old = super::support::item([("id", s("p1")), ("text", s("old"))]);
    put_raw::<Page>(&clocked.shop.quiet, old).await;
    let page = store.get(key()).send().await.unwrap().unwrap();
    assert_eq!(Stored::written_at(&page), None);
    clocked.clock.set(200);
    let replaced = store.replace(page).send().await.unwrap();
    assert_eq!(Stored::written_at(&replaced), at(200));
}

#[tokio::test]
async fn no_update_sets_the_time() {
    let clocked = clocked::<Page>().await;
    let update = clocked.shop.store.update(Page::key("p1"));
    let error = refused(update.set(|_| attr("updated_at").to(1)).send().await);
    let Error::Expression(error) = &error else {
        panic!("{error:?}");
    };
    assert_eq!(error.rule, Rule::UpdatesVersion);
    assert!(clocked.shop.local.operations().is_empty());
}
