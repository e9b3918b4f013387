//! Queries of public projects, written with dynacond. The comment above each says what the project does by hand. Their items have
//! no versions.
use dynacond::{AttributeValue, Projection, Seen, Store, Versioned};
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
