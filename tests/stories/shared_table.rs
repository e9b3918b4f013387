//! Two models of one table, each with a different index. Both indexes exist, no matter which is created first.
use dynacond::{ItemCollection, Store, Stored, Versioned};
use dynacond_local::{CreateTableError, create_table};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shared",
    partition_key(name = "pk", value = "customer#{customer}"),
    sort_key(name = "sk", value = "order#{id}"),
    index(
        ByStatus,
        name = "by-status",
        partition_key(status, region),
        sort_key(total)
    )
)]
struct Order {
    customer: String,
    id: String,
    status: String,
    region: String,
    total: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shared",
    partition_key(name = "pk", value = "customer#{customer}"),
    sort_key(name = "sk", value = "note#{id}"),
    index(
        ByAuthor,
        name = "by-author",
        partition_key(author),
        sort_key(name = "written", value = "{day}#{id}")
    )
)]
struct Note {
    customer: String,
    id: String,
    author: String,
    day: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shared",
    partition_key(name = "pk", value = "customer#{customer}"),
    sort_key(name = "sk", value = "visit#{id}"),
    index(ByDay, name = "by-day", sort_key(day), local)
)]
struct Visit {
    customer: String,
    id: String,
    day: String,
}

/// All types of the table.
#[derive(Debug, ItemCollection)]
#[expect(dead_code, reason = "only its table is asserted")]
enum Entry {
    Order(Order),
    Note(Note),
    Visit(Visit),
}

fn store() -> Store {
    Store::new(dynacond_local::client_from_env().expect("an endpoint"))
}

async fn create_both(store: &Store) -> (Order, Note) {
    let order = Order {
        customer: "c1".to_owned(),
        id: "o1".to_owned(),
        status: "open".to_owned(),
        region: "eu".to_owned(),
        total: 7,
    };
    let note = Note {
        customer: "c1".to_owned(),
        id: "n1".to_owned(),
        author: "ana".to_owned(),
        day: "2026-11-29".to_owned(),
    };
    store.create(order.clone()).send().await.unwrap();
    store.create(note.clone()).send().await.unwrap();
    (order, note)
}

async fn assert_in_both_indexes(store: &Store, order: Order, note: Note) {
    let orders = store.query(ByStatus::partition(("open", "eu")));
    let orders = orders.sort_key(|k| k.total.ge(7)).all().send().await;
    let orders: Vec<_> = orders
        .unwrap()
        .into_iter()
        .map(Stored::into_inner)
        .collect();
    assert_eq!(orders, [order]);
    let notes = store.query(ByAuthor::partition("ana"));
    let notes = notes
        .sort_key(|k| k.day.eq("2026-11-29"))
        .all()
        .send()
        .await;
    let notes: Vec<_> = notes.unwrap().into_iter().map(Stored::into_inner).collect();
    assert_eq!(notes, [note]);
}

#[tokio::test]
async fn each_model_of_a_table_adds_its_indexes() {
    let store = store();
    create_table::<Order>(&store).await.unwrap();
    create_table::<Note>(&store).await.unwrap();
    // Again: nothing is to be added.
    create_table::<Order>(&store).await.unwrap();
    let (order, note) = create_both(&store).await;
    assert_in_both_indexes(&store, order, note).await;
}

#[tokio::test]
async fn an_index_that_is_added_has_the_items_that_were_there() {
    let store = store();
    create_table::<Note>(&store).await.unwrap();
    let (order, note) = create_both(&store).await;
    create_table::<Order>(&store).await.unwrap();
    assert_in_both_indexes(&store, order, note).await;
}

#[tokio::test]
async fn a_table_never_gets_another_local_index() {
    let store = store();
    create_table::<Note>(&store).await.unwrap();
    let error = create_table::<Visit>(&store).await.unwrap_err();
    let CreateTableError::NoIndex { table, index } = error else {
        panic!("{error}")
    };
    assert_eq!((table.as_str(), index.as_str()), ("shared", "by-day"));

    let store = self::store();
    create_table::<Visit>(&store).await.unwrap();
    create_table::<Note>(&store).await.unwrap();
    create_table::<Visit>(&store).await.unwrap();
}

#[tokio::test]
async fn a_collection_creates_the_table_with_the_indexes_of_all_its_types() {
    let store = store();
    create_table::<Entry>(&store).await.unwrap();
    let (order, note) = create_both(&store).await;
    assert_in_both_indexes(&store, order, note).await;
    let visit = Visit {
        customer: "c1".to_owned(),
        id: "v1".to_owned(),
        day: "2026-11-30".to_owned(),
    };
    store.create(visit).send().await.unwrap();
    let visits = store.query(ByDay::partition("c1"));
    let visits = visits.sort_key(|k| k.day.eq("2026-11-30"));
    assert_eq!(visits.count().send().await.unwrap().matched, 1);
    // The table is the one that each type asks for.
    create_table::<Entry>(&store).await.unwrap();
    create_table::<Order>(&store).await.unwrap();
    create_table::<Visit>(&store).await.unwrap();
}

#[tokio::test]
async fn a_collection_adds_the_global_indexes_that_a_table_lacks_and_has_the_name_of_its_types() {
    let client = dynacond_local::client_from_env().expect("an endpoint");
    let store = Store::builder(client)
        .rename("shared", "shared-test")
        .build();
    create_table::<Visit>(&store).await.unwrap();
    create_table::<Entry>(&store).await.unwrap();
    assert_eq!(store.table_name::<Entry>(), "shared-test");
    let (order, note) = create_both(&store).await;
    assert_in_both_indexes(&store, order, note).await;
}
