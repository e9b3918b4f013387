//! Indexes that the table does not have as they are declared: each a typed error, and none a wrong result.
use dynacond::{CursorError, Error, Projection, SchemaError, Store, Versioned};
use dynacond_local::Local;
use serde::{Deserialize, Serialize};

/// A model of the table `tickets` with these indexes.
macro_rules! ticket {
    ($name:ident, $n:ty $(, index($($index:tt)*))*) => {
        #[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
        #[dynacond(table = "tickets" $(, index($($index)*))*)]
        struct $name {
            #[dynacond(partition_key)]
            id: String,
            #[dynacond(sort_key)]
            part: String,
            state: String,
            n: $n,
            place: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            note: Option<String>,
        }
    };
}

// What the code under test declares.
ticket!(
    Ticket,
    u64,
    index(
        ByState,
        name = "by-state",
        partition_key(state),
        sort_key(n)
    ),
    index(ByPlace, name = "by-place", sort_key(place), local)
);
// What the table was made with, each with one difference.
ticket!(Bare, u64);
ticket!(
    OtherPartition,
    u64,
    index(A, name = "by-state", partition_key(place), sort_key(n))
);
ticket!(
    OtherSort,
    u64,
    index(B, name = "by-state", partition_key(state), sort_key(place))
);
ticket!(
    NoSort,
    u64,
    index(C, name = "by-state", partition_key(state))
);
ticket!(
    OtherType,
    String,
    index(D, name = "by-state", partition_key(state), sort_key(n))
);
ticket!(
    KeysAlone,
    u64,
    index(
        E,
        name = "by-state",
        partition_key(state),
        sort_key(n),
        keys_only
    )
);
ticket!(
    Global,
    u64,
    index(F, name = "by-place", partition_key(id), sort_key(place))
);

ticket!(
    TwoPartitionKeys,
    u64,
    index(
        G,
        name = "by-state",
        partition_key(state, place),
        sort_key(n)
    )
);
ticket!(
    TwoSortKeys,
    u64,
    index(
        H,
        name = "by-state",
        partition_key(state),
        sort_key(n, place)
    )
);

/// A part of each item.
#[derive(Debug, Deserialize, Projection)]
#[dynacond(of = Ticket)]
struct Line {
    part: String,
    #[serde(default)]
    note: Option<String>,
}

/// The table as `T` declares it, with three tickets whose places run against their numbers.
async fn made_as<T: Versioned>() -> (Local, Store) {
    let local = Local::from_env().unwrap();
    let store = Store::new(local.quiet_client());
    dynacond_local::create_table::<T>(&store).await.unwrap();
    (local, store)
}

async fn tickets<T: Versioned>() -> (Local, Store) {
    let (local, store) = made_as::<T>().await;
    for (n, place) in [(1, "c"), (2, "b"), (3, "a")] {
        let ticket = Ticket {
            id: "t1".into(),
            part: n.to_string(),
            state: "open".into(),
            n,
            place: place.into(),
            note: Some("kept".into()),
        };
        store.create(ticket).send().await.unwrap();
    }
    (local, store)
}

fn missing<T: std::fmt::Debug>(result: dynacond::Result<T>) -> Box<SchemaError> {
    match result {
        Err(Error::NoSuchIndex(error)) => error,
        other => panic!("the index is not there: {other:?}"),
    }
}

fn differs<T: std::fmt::Debug>(result: dynacond::Result<T>) -> Box<SchemaError> {
    match result {
        Err(Error::SchemaDiffers(error)) => error,
        other => panic!("the index is another one: {other:?}"),
    }
}

#[tokio::test]
async fn an_index_that_the_table_does_not_have() {
    let (_, store) = tickets::<Bare>().await;
    let query = || store.query(ByState::partition("open"));
    let error = missing(query().all().send().await);
    assert_eq!(
        (error.table(), error.item_type(), error.verb()),
        ("tickets", "Ticket", "query")
    );
    assert_eq!(error.index(), Some("by-state"));
    assert_eq!(error.declared_partition_key(), ["state"]);
    assert_eq!(error.declared_sort_key(), ["n"]);
    assert_eq!(
        error.to_string(),
        "query Ticket in table tickets, index by-state: the table has no such index; the model declares partition key `state` \
         (S), sort key `n` (N), a global index of all attributes"
    );
    let error = Error::NoSuchIndex(error);
    assert_eq!(
        (error.label(), error.is_retryable()),
        ("no_such_index", false)
    );
    missing(query().page(1).send().await);
    missing(query().first().send().await);
    missing(query().count().send().await);
    missing(query().values().all().send().await);
    missing(query().fetch().all().send().await);
    missing(query().project::<Line>().all().send().await);
    let local = || store.query(ByPlace::partition("t1"));
    let error = missing(local().all().send().await);
    assert_eq!(error.index(), Some("by-place"));
    missing(local().eventually_consistent().all().send().await);
    missing(store.scan_index::<ByPlace>().all().send().await);
}

#[tokio::test]
async fn a_stream_of_such_an_index_is_interrupted_by_the_same_error() {
    let (_, store) = tickets::<Bare>().await;
    let mut stream = store.query(ByState::partition("open")).stream();
    match stream.next().await {
        Some(Err(Error::Interrupted(interrupted))) => {
            assert!(matches!(interrupted.source, Error::NoSuchIndex(_)));
            assert!(interrupted.cursor.is_none());
        }
        other => panic!("{other:?}"),
    }
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn an_index_with_another_partition_key() {
    let (_, store) = tickets::<OtherPartition>().await;
    let query = || store.query(ByState::partition("open"));
    let error = differs(query().all().send().await);
    assert_eq!(error.index(), Some("by-state"));
    differs(query().count().send().await);
    assert_eq!(Error::SchemaDiffers(error).label(), "schema_differs");
}

#[tokio::test]
async fn an_index_with_another_sort_key() {
    let (_, store) = tickets::<OtherSort>().await;
    let query = || store.query(ByState::partition("open"));
    // Where the sort key is named, DynamoDB refuses the request.
    differs(query().sort_key(|k| k.n.ge(2)).all().send().await);
    // Where it is not, the answer shows it: by its position, or by the order of its items.
    differs(query().page(1).send().await);
    differs(query().first().send().await);
    differs(query().all().send().await);
    differs(query().descending().all().send().await);
}

#[tokio::test]
async fn a_filter_on_what_the_index_is_sorted_by_and_is_not_declared() {
    let (_, store) = tickets::<OtherSort>().await;
    let query = store.query(ByState::partition("open"));
    differs(query.filter(|o| o.place.eq("a")).all().send().await);
}

#[tokio::test]
async fn an_index_without_the_sort_key() {
    let (_, store) = tickets::<NoSort>().await;
    let query = || store.query(ByState::partition("open"));
    differs(query().sort_key(|k| k.n.ge(2)).all().send().await);
    differs(query().page(1).send().await);
}

#[tokio::test]
async fn an_index_whose_key_has_another_type() {
    let (_, store) = made_as::<OtherType>().await;
    let query = store.query(ByState::partition("open"));
    differs(query.sort_key(|k| k.n.ge(2)).all().send().await);
}

#[tokio::test]
async fn an_index_that_projects_less_than_is_declared() {
    let (_, store) = tickets::<KeysAlone>().await;
    let query = || store.query(ByState::partition("open"));
    // What the index does not have would be `None` where the item has it.
    differs(query().all().send().await);
    differs(query().values().first().send().await);
    // What is counted needs no attributes.
    let count = query().count().send().await.unwrap();
    assert_eq!(count.matched, 3);
}

#[tokio::test]
async fn a_projection_of_what_the_index_has_not() {
    let (_, store) = tickets::<KeysAlone>().await;
    let query = store.query(ByState::partition("open"));
    differs(query.project::<Line>().all().send().await);
}

#[tokio::test]
async fn a_local_index_that_is_a_global_one() {
    let (_, store) = tickets::<Global>().await;
    let query = store.query(ByPlace::partition("t1"));
    let error = differs(query.all().send().await);
    assert!(error.to_string().contains("a local index"), "{error}");
}

/// Keys of several attributes are the embedded database's.
async fn tickets_with_many_keys<T: Versioned>() -> Store {
    let store = Store::new(Local::new().client());
    dynacond_local::create_table::<T>(&store).await.unwrap();
    for n in [1, 2] {
        let ticket = Ticket {
            id: "t1".into(),
            part: n.to_string(),
            state: "open".into(),
            n,
            place: "a".into(),
            note: None,
        };
        store.create(ticket).send().await.unwrap();
    }
    store
}

#[tokio::test]
async fn an_index_with_more_or_fewer_key_attributes() {
    let one = tickets_with_many_keys::<Ticket>().await;
    let query = || one.query(G::partition(("open", "a")));
    differs(query().all().send().await);
    differs(query().count().send().await);
    let query = || one.query(H::partition("open"));
    let part = query().sort_key(|k| k.n.eq(1).place.ge("a"));
    differs(part.all().send().await);
    differs(query().page(1).send().await);
    let two = tickets_with_many_keys::<TwoPartitionKeys>().await;
    let query = || two.query(ByState::partition("open"));
    differs(query().all().send().await);
    differs(query().count().send().await);
    let long = tickets_with_many_keys::<TwoSortKeys>().await;
    let query = long.query(ByState::partition("open"));
    differs(query.page(1).send().await);
}

#[tokio::test]
async fn an_index_as_it_is_declared_is_read_in_every_way() {
    let (_, store) = tickets::<Ticket>().await;
    let numbers = |found: Vec<Ticket>| found.iter().map(|ticket| ticket.n).collect::<Vec<_>>();
    let query = || store.query(ByState::partition("open")).values();
    assert_eq!(numbers(query().all().send().await.unwrap()), [1, 2, 3]);
    let descending = query().descending().all().send().await.unwrap();
    assert_eq!(numbers(descending), [3, 2, 1]);
    let by_place = store.query(ByPlace::partition("t1")).values();
    assert_eq!(numbers(by_place.all().send().await.unwrap()), [3, 2, 1]);
    let lines = store
        .query(ByState::partition("open"))
        .project::<Line>()
        .page(1);
    let page = lines.send().await.unwrap();
    assert_eq!(
        (page.items[0].part.as_str(), page.items[0].note.as_deref()),
        ("1", Some("kept"))
    );
}

#[tokio::test]
async fn a_cursor_of_a_model_that_declared_another_sort_key_is_of_another_query() {
    let (_, store) = tickets::<OtherSort>().await;
    let page = store.query(B::partition("open")).page(1).send().await;
    let cursor = page.unwrap().next;
    let (_, store) = tickets::<Ticket>().await;
    let query = store.query(ByState::partition("open")).after(cursor);
    let refused = query.page(1).send().await;
    assert!(matches!(
        refused,
        Err(Error::Cursor(CursorError::OtherQuery))
    ));
}
