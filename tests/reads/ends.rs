//! Where a walk must not end, and where others do: at equal keys, at a limit, at a page of 1 MB, at deleted items, at a
//! thousand pages.
use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use dynacond::{Store, Versioned};
use dynacond_local::{Fault, Local};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "tasks",
    index(ByState, name = "by-state", partition_key(state), sort_key(due))
)]
struct Task {
    #[dynacond(partition_key)]
    list: String,
    #[dynacond(sort_key)]
    n: u64,
    state: String,
    due: u64,
    text: String,
}

/// A table with so many tasks of this size, each due when `due` says.
async fn tasks(count: u64, bytes: usize, due: fn(u64) -> u64) -> (Local, Store, Store) {
    let local = Local::from_env().unwrap();
    let (store, quiet) = (Store::new(local.client()), Store::new(local.quiet_client()));
    dynacond_local::create_table::<Task>(&quiet).await.unwrap();
    let numbers: Vec<u64> = (0..count).collect();
    for some in numbers.chunks(25) {
        let put = |n: &u64| {
            let text = |text: &str| AttributeValue::S(text.to_owned());
            let number = |number: u64| AttributeValue::N(number.to_string());
            let put = PutRequest::builder()
                .item("list", text("l1"))
                .item("n", number(*n))
                .item("state", text("open"))
                .item("due", number(due(*n)))
                .item("text", text(&"x".repeat(bytes)))
                .item("item_version", number(1))
                .item("item_write_id", text("0123456789abcdef0123456789abcdef"));
            let put = put.build().unwrap();
            WriteRequest::builder().put_request(put).build()
        };
        let batch = quiet.client().batch_write_item();
        let requests = HashMap::from([("tasks".to_owned(), some.iter().map(put).collect())]);
        let answer = batch.set_request_items(Some(requests)).send().await;
        assert!(
            answer
                .unwrap()
                .unprocessed_items
                .unwrap_or_default()
                .is_empty()
        );
    }
    (local, store, quiet)
}

#[tokio::test]
async fn items_with_equal_index_keys_come_once_each_by_pages_of_one() {
    let (_, store, _) = tasks(7, 10, |n| n / 3).await;
    for descending in [false, true] {
        let (mut seen, mut next) = (Vec::new(), None);
        loop {
            let query = store.query(ByState::partition("open")).after(next);
            let query = if descending {
                query.descending()
            } else {
                query
            };
            let page = query.page(1).send().await.unwrap();
            seen.extend(page.items.iter().map(|task| (task.due, task.n)));
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        let mut due: Vec<u64> = seen.iter().map(|(due, _)| *due).collect();
        if descending {
            due.reverse();
        }
        assert_eq!(due, [0, 0, 0, 1, 1, 1, 2], "descending: {descending}");
        seen.sort_unstable_by_key(|(_, n)| *n);
        let numbers: Vec<u64> = seen.iter().map(|(_, n)| *n).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6], "descending: {descending}");
    }
}

#[tokio::test]
async fn a_limit_that_is_reached_at_the_last_item_is_read_beyond() {
    // A page of one result behind a filter first examines eight items: all of them.
    let (local, store, _) = tasks(8, 10, |n| n).await;
    let query = store.query(Task::partition("l1"));
    let page = query.filter(|o| o.due.eq(3)).page(1).send().await.unwrap();
    assert_eq!(page.items.len(), 1);
    assert_eq!(local.log()[0].body["Limit"], 8);
    assert!(page.next.is_none(), "there is no second task");
}

#[tokio::test]
async fn what_is_deleted_behind_a_walk_does_not_disturb_it() {
    let (local, store, quiet) = tasks(10, 10, |n| n).await;
    local.on("Query").always().inject(Fault::ShortPage(3));
    let mut walk = store.query(Task::partition("l1")).stream();
    let mut seen = Vec::new();
    while let Some(task) = walk.next().await {
        let task = task.unwrap();
        seen.push(task.n);
        quiet.delete(task).send().await.unwrap();
    }
    assert_eq!(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    let left = quiet.query(Task::partition("l1")).count().send().await;
    assert_eq!(left.unwrap().matched, 0);
}

#[tokio::test]
async fn an_index_is_read_beyond_one_megabyte() {
    let (local, store, _) = tasks(30, 50_000, |n| n).await;
    let all = store.query(ByState::partition("open")).values().all();
    let found: Vec<u64> = all
        .send()
        .await
        .unwrap()
        .iter()
        .map(|task| task.n)
        .collect();
    assert_eq!(found, (0..30).collect::<Vec<u64>>());
    assert_eq!(local.operations(), ["Query", "Query"]);
}

#[tokio::test]
async fn a_partition_of_many_pages_is_deleted_to_its_end() {
    let (local, store, _) = tasks(40, 10, |n| n).await;
    local.on("Query").always().inject(Fault::ShortPage(1));
    let deleted = store.query(Task::partition("l1")).delete_each();
    let report = deleted.send().await.unwrap();
    assert_eq!((report.changed, report.failed.len()), (40, 0));
    let left = store.query(Task::partition("l1")).first().send().await;
    assert!(left.unwrap().is_none());
}

#[tokio::test]
async fn a_walk_has_no_greatest_number_of_pages() {
    let (local, store, _) = tasks(1_010, 10, |n| n).await;
    local.on("Query").always().inject(Fault::ShortPage(1));
    let count = store.query(Task::partition("l1")).count().send().await;
    let count = count.unwrap();
    assert_eq!(count.matched, 1_010);
    assert!(count.pages >= 1_010, "{}", count.pages);
}
