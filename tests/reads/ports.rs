//! Queries of public projects, written with dynacond. The comment above each says what the project does by hand. Their items have
//! no versions.
use dynacond::{AttributeValue, ItemCollection, Projection, Seen, Store, Versioned};
use dynacond_local::{Fault, Local};
use serde::{Deserialize, Serialize};

async fn table<T: Versioned>() -> (Local, Store) {
    let local = Local::from_env().unwrap();
    let store = Store::new(local.client());
    dynacond_local::create_table::<T>(&Store::new(local.quiet_client()))
        .await
        .unwrap();
    (local, store)
}

/// A commit of a table in an object store: its version is the padded name of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "commits",
    version = false,
    write_id = false,
    partition_key(name = "tablePath", value = "{path}"),
    sort_key(name = "fileName", value = "{version:020}.json")
)]
struct Commit {
    #[dynacond(in_key)]
    path: String,
    #[dynacond(in_key)]
    version: u64,
    complete: bool,
}

/// By hand: `ScanIndexForward = false`, `Limit = 1`, a query text, and the number parsed out of the file's name.
#[tokio::test]
async fn the_newest_commit_is_the_last_of_its_partition() {
    let (local, store) = table::<Commit>().await;
    for version in [9, 10, 11] {
        let commit = Commit {
            path: "s3://lake/t".into(),
            version,
            complete: version < 11,
        };
        store.create(commit).send().await.unwrap();
    }
    local.clear_log();
    let commits = || store.query(Commit::partition("s3://lake/t")).descending();
    let newest = commits().first().send().await.unwrap().unwrap();
    assert_eq!(newest.version, 11);
    let sent = &local.log()[0].body;
    assert_eq!(
        (&sent["Limit"], &sent["ScanIndexForward"]),
        (&1.into(), &false.into())
    );
    // The newest that is complete: by hand, `Limit = 1` with a filter finds nothing here.
    let complete = commits().filter(|c| c.complete.eq(true)).first();
    assert_eq!(complete.send().await.unwrap().unwrap().version, 10);
}

/// An event of an aggregate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "events",
    version = false,
    write_id = false,
    partition_key(name = "AggregateTypeAndId", value = "{kind}:{id}")
)]
struct Event {
    #[dynacond(in_key)]
    kind: String,
    #[dynacond(in_key)]
    id: String,
    #[serde(rename = "AggregateIdSequence")]
    #[dynacond(sort_key)]
    sequence: u64,
    payload: String,
}

/// By hand: one `Query`, whose `LastEvaluatedKey` nobody looks at, so that events beyond 1 MB are lost.
#[tokio::test]
async fn events_are_replayed_to_their_end() {
    let (local, store) = table::<Event>().await;
    let event = |sequence| Event {
        kind: "order".into(),
        id: "o1".into(),
        sequence,
        payload: format!("event {sequence}"),
    };
    for sequence in 1..=12 {
        store.create(event(sequence)).send().await.unwrap();
    }
    local.on("Query").always().inject(Fault::ShortPage(5));
    let stream = store.query(Event::partition(("order", "o1"))).values();
    let all = stream.all().send().await.unwrap();
    assert_eq!(all, (1..=12).map(event).collect::<Vec<_>>());
    // Behind a snapshot.
    let rest = store.query(Event::partition(("order", "o1"))).values();
    let rest = rest.sort_key(|k| k.sequence.gt(9)).all().send().await;
    assert_eq!(rest.unwrap(), (10..=12).map(event).collect::<Vec<_>>());
}

/// A session of a user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "sessions",
    version = false,
    write_id = false,
    partition_key(name = "pk", value = "user#{user}"),
    sort_key(name = "sk", value = "session#{id}")
)]
struct Session {
    #[dynacond(in_key)]
    user: String,
    #[dynacond(in_key)]
    id: String,
    expires: u64,
}

/// By hand: a filter on the expiry, and a page that it empties is taken for a user without sessions.
#[tokio::test]
async fn a_live_session_is_found_behind_pages_of_expired_ones() {
    let (local, store) = table::<Session>().await;
    for n in 0..10 {
        let session = Session {
            user: "u1".into(),
            id: format!("{n:02}"),
            expires: if n < 9 { 100 } else { 300 },
        };
        store.create(session).send().await.unwrap();
    }
    local.on("Query").always().inject(Fault::ShortPage(2));
    let sessions = store.query(Session::partition("u1")).values();
    let live = sessions.filter(|s| s.expires.gt(200)).all().send().await;
    let ids: Vec<String> = live.unwrap().into_iter().map(|s| s.id).collect();
    assert_eq!(ids, ["09"]);
}

/// A value of a key-value store whose keys are bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "chain", version = false, write_id = false)]
struct Cell {
    #[serde(with = "serde_bytes")]
    #[dynacond(partition_key)]
    root: Vec<u8>,
    #[serde(with = "serde_bytes")]
    #[dynacond(sort_key)]
    key: Vec<u8>,
    #[serde(with = "serde_bytes")]
    value: Vec<u8>,
}

/// By hand: `begins_with` on binary values, the prefix cut off each key, and a loop over pages.
#[tokio::test]
async fn keys_of_bytes_are_found_by_their_prefix() {
    let (_, store) = table::<Cell>().await;
    for key in [&[1][..], &[1, 0], &[1, 255], &[1, 255, 7], &[2]] {
        let cell = Cell {
            root: b"root".to_vec(),
            key: key.to_vec(),
            value: vec![0],
        };
        store.create(cell).send().await.unwrap();
    }
    let cells = store.query(Cell::partition(b"root")).values();
    let cells = cells.sort_key(|k| k.key.begins_with([1, 255])).all();
    let keys: Vec<Vec<u8>> = cells
        .send()
        .await
        .unwrap()
        .into_iter()
        .map(|cell| cell.key)
        .collect();
    assert_eq!(keys, [vec![1, 255], vec![1, 255, 7]]);
}

/// A call that runs on a server of a region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "rooms",
    version = false,
    write_id = false,
    partition_key(name = "roomId", value = "{room}"),
    sort_key(name = "recordType", value = "ActiveCall"),
    index(
        ByRegion,
        name = "region-index",
        partition_key(region),
        include(backend)
    )
)]
struct Call {
    #[dynacond(in_key)]
    room: String,
    region: String,
    backend: String,
    creator: String,
}

#[derive(Debug, PartialEq, Deserialize, Projection)]
#[dynacond(of = Call)]
struct Place {
    room: String,
    backend: String,
}

/// By hand: a struct for the index alone, whose fields nobody holds against what the index projects.
#[tokio::test]
async fn the_calls_of_a_region_are_what_its_index_has_of_them() {
    let (_, store) = table::<Call>().await;
    for (room, region) in [("r1", "eu"), ("r2", "us"), ("r3", "eu")] {
        let call = Call {
            room: room.into(),
            region: region.into(),
            backend: format!("10.0.0.{}", &room[1..]),
            creator: "ada".into(),
        };
        store.create(call).send().await.unwrap();
    }
    // Another record of a room, without a region.
    let link = store.client().put_item().table_name("rooms");
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let link = link
        .item("roomId", text("r1"))
        .item("recordType", text("CallLink"));
    link.send().await.unwrap();
    let calls = store.query(ByRegion::partition("eu")).project::<Place>();
    let calls = calls.all().send().await.unwrap();
    let mut places: Vec<Place> = calls.into_iter().map(Seen::into_inner).collect();
    places.sort_by(|a, b| a.room.cmp(&b.room));
    let place = |room: &str, backend: &str| Place {
        room: room.into(),
        backend: backend.into(),
    };
    assert_eq!(places, [place("r1", "10.0.0.1"), place("r3", "10.0.0.3")]);
}

/// A message for a browser: its sort key is a topic, or a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "messages",
    version = false,
    write_id = false,
    partition_key(name = "uaid", value = "{user}"),
    sort_key(name = "chidmessageid", value = "02:{sent:020}:{channel}")
)]
struct Message {
    #[dynacond(in_key)]
    user: String,
    #[dynacond(in_key)]
    sent: u64,
    #[dynacond(in_key)]
    channel: String,
    data: String,
}

/// A message of a topic, of which a channel has one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "messages",
    version = false,
    write_id = false,
    partition_key(name = "uaid", value = "{user}"),
    sort_key(name = "chidmessageid", value = "01:{channel}:{topic}")
)]
struct TopicMessage {
    #[dynacond(in_key)]
    user: String,
    #[dynacond(in_key)]
    channel: String,
    #[dynacond(in_key)]
    topic: String,
    data: String,
}

/// By hand: `chidmessageid > :last` with the text of the time put together, and `chidmessageid < "02"` for the topics; a `Limit`; the
/// time of the last message parsed out of its key, as the place where the next query begins.
#[tokio::test]
async fn messages_are_read_from_the_time_of_the_last_one_that_was_seen() {
    let (_, store) = table::<Message>().await;
    let user = || "u1".to_owned();
    for sent in [9, 10, 11, 12] {
        let message = Message {
            user: user(),
            sent,
            channel: "c1".into(),
            data: format!("at {sent}"),
        };
        store.create(message).send().await.unwrap();
    }
    let topic = TopicMessage {
        user: user(),
        channel: "c1".into(),
        topic: "mail".into(),
        data: "one".into(),
    };
    store.create(topic.clone()).send().await.unwrap();
    let after = |sent: u64| {
        let query = store.query(Message::partition("u1")).values();
        query.sort_key(move |k| k.sent.gt(sent)).page(2)
    };
    let page = after(9).send().await.unwrap();
    let sent = |messages: &[Message]| messages.iter().map(|m| m.sent).collect::<Vec<_>>();
    assert_eq!(sent(&page.items), [10, 11]);
    let page = after(11).send().await.unwrap();
    assert_eq!(sent(&page.items), [12]);
    assert!(page.next.is_none());
    let topics = store.query(TopicMessage::partition("u1")).values().all();
    assert_eq!(topics.send().await.unwrap(), [topic]);
}

/// What belongs to an account: the rows of one enum, told apart by their keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "account-data",
    version = false,
    write_id = false,
    partition_key(name = "pk", value = "account#{account}"),
    sort_key(name = "sk", value = "relationship#{trusted}"),
    index(Trusting, name = "trusted-index", partition_key(trusted), keys_only)
)]
struct Relationship {
    #[dynacond(in_key)]
    account: String,
    trusted: String,
    alias: String,
}
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "account-data",
    version = false,
    write_id = false,
    partition_key(name = "pk", value = "account#{account}"),
    sort_key(name = "sk", value = "challenge#{id}")
)]
struct Challenge {
    #[dynacond(in_key)]
    account: String,
    #[dynacond(in_key)]
    id: String,
}

#[derive(Debug, PartialEq, ItemCollection)]
enum AccountRow {
    Relationship(Relationship),
    Challenge(Challenge),
}

/// By hand: an enum under `#[serde(untagged)]`, tried in order, and `from_items` that fails as a whole; of the index, the keys, and a
/// batch of gets by them that forgets what was left unprocessed.
#[tokio::test]
async fn the_rows_of_an_account_are_their_types_and_those_that_trust_it_are_found_by_the_index() {
    let (local, store) = table::<Relationship>().await;
    for account in ["a1", "a2", "a3"] {
        let relationship = Relationship {
            account: account.into(),
            trusted: "friend".into(),
            alias: format!("of {account}"),
        };
        store.create(relationship).send().await.unwrap();
    }
    let challenge = Challenge {
        account: "a1".into(),
        id: "x".into(),
    };
    store.create(challenge.clone()).send().await.unwrap();
    let rows = store.query(AccountRow::partition("a1")).all().send().await;
    let rows = rows.unwrap();
    assert_eq!(rows[0], AccountRow::Challenge(challenge));
    assert!(matches!(&rows[1], AccountRow::Relationship(own) if own.alias == "of a1"));
    assert_eq!(rows.len(), 2);
    local.on("BatchGetItem").inject(Fault::Unprocessed(1));
    let trusting = store.query(Trusting::partition("friend")).fetch().all();
    let trusting = trusting.send().await.unwrap();
    let mut aliases: Vec<_> = trusting.items.iter().map(|own| &*own.alias).collect();
    aliases.sort_unstable();
    assert_eq!(aliases, ["of a1", "of a2", "of a3"]);
}
