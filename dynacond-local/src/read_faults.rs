//! Tests of short pages, unprocessed keys and stale indexes, with the SDK's client.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement,
    KeyType, KeysAndAttributes, Projection, ProjectionType, PutRequest, ScalarAttributeType,
    WriteRequest,
};

use crate::{Fault, Local};

type Item = HashMap<String, AttributeValue>;

fn schema(keys: &[(&str, KeyType)]) -> Vec<KeySchemaElement> {
    let element = |(name, role): &(&str, KeyType)| {
        let element = KeySchemaElement::builder().attribute_name(*name);
        element.key_type(role.clone()).build().unwrap()
    };
    keys.iter().map(element).collect()
}

/// Five orders of the customer `c1`, all `open` in the region `eu`, and an index by status and region, total and id.
async fn shop() -> Local {
    let local = Local::new();
    let client = local.quiet_client();
    let index = GlobalSecondaryIndex::builder()
        .index_name("by-place")
        .set_key_schema(Some(schema(&[
            ("status", KeyType::Hash),
            ("region", KeyType::Hash),
            ("total", KeyType::Range),
            ("sk", KeyType::Range),
        ])))
        .projection(
            Projection::builder()
                .projection_type(ProjectionType::All)
                .build(),
        );
    let definitions = ["pk", "sk", "status", "region", "total"].map(|name| {
        let data_type = if name == "total" {
            ScalarAttributeType::N
        } else {
            ScalarAttributeType::S
        };
        let definition = AttributeDefinition::builder().attribute_name(name);
        definition.attribute_type(data_type).build().unwrap()
    });
    client
        .create_table()
        .table_name("shop")
        .billing_mode(BillingMode::PayPerRequest)
        .set_key_schema(Some(schema(&[
            ("pk", KeyType::Hash),
            ("sk", KeyType::Range),
        ])))
        .set_attribute_definitions(Some(definitions.into()))
        .global_secondary_indexes(index.build().unwrap())
        .send()
        .await
        .unwrap();
    for sk in ["a", "b", "c", "d", "e"] {
        put(&client, sk, "open").await;
    }
    local
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn key(sk: &str) -> Item {
    [("pk".to_owned(), s("c1")), ("sk".to_owned(), s(sk))].into()
}

fn order(sk: &str, status: &str) -> Item {
    let mut order = key(sk);
    order.insert("status".to_owned(), s(status));
    order.insert("region".to_owned(), s("eu"));
    order.insert("total".to_owned(), AttributeValue::N("7".to_owned()));
    order
}

async fn put(client: &Client, sk: &str, status: &str) {
    let put = client.put_item().table_name("shop");
    put.set_item(Some(order(sk, status))).send().await.unwrap();
}

async fn page(client: &Client, start: Option<Item>) -> QueryOutput {
    let query = client
        .query()
        .table_name("shop")
        .key_condition_expression("pk = :p")
        .expression_attribute_values(":p", s("c1"));
    query.set_exclusive_start_key(start).send().await.unwrap()
}

fn sort_keys(items: &[Item]) -> Vec<&str> {
    items
        .iter()
        .map(|item| item["sk"].as_s().unwrap().as_str())
        .collect()
}

/// The open orders in the index.
async fn open(client: &Client) -> Vec<String> {
    let query = client
        .query()
        .table_name("shop")
        .index_name("by-place")
        .key_condition_expression("#s = :s AND #r = :r")
        .expression_attribute_names("#s", "status")
        .expression_attribute_names("#r", "region")
        .expression_attribute_values(":s", s("open"))
        .expression_attribute_values(":r", s("eu"));
    let answer = query.send().await.unwrap();
    sort_keys(answer.items())
        .into_iter()
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn a_short_page_ends_after_its_items_with_a_start_key() {
    let local = shop().await;
    local.on("Query").inject(Fault::ShortPage(2));
    let first = page(&local.client(), None).await;
    assert_eq!(sort_keys(first.items()), ["a", "b"]);
    assert_eq!((first.count(), first.scanned_count()), (2, 2));
    assert_eq!(first.last_evaluated_key(), Some(&key("b")));
    let rest = page(&local.client(), first.last_evaluated_key).await;
    assert_eq!(sort_keys(rest.items()), ["c", "d", "e"]);
    assert_eq!(rest.last_evaluated_key(), None);
    assert_eq!(
        local.log()[0].body.get("Limit"),
        None,
        "the caller's request is logged"
    );
}

#[tokio::test]
async fn a_short_page_without_items_ends_where_it_began() {
    let local = shop().await;
    local.on("Query").times(2).inject(Fault::ShortPage(0));
    let first = page(&local.client(), None).await;
    assert_eq!(
        sort_keys(first.items()),
        ["a"],
        "the beginning has no key to go on from"
    );
    let empty = page(&local.client(), first.last_evaluated_key).await;
    assert_eq!(
        (empty.items(), empty.count(), empty.scanned_count()),
        (&[][..], 0, 0)
    );
    assert_eq!(empty.last_evaluated_key(), Some(&key("a")));
    let rest = page(&local.client(), empty.last_evaluated_key).await;
    assert_eq!(sort_keys(rest.items()), ["b", "c", "d", "e"]);
}

#[tokio::test]
async fn a_filter_empties_short_pages_in_the_middle() {
    let local = shop().await;
    put(&local.quiet_client(), "d", "shut").await;
    local.on("Scan").always().inject(Fault::ShortPage(1));
    let mut start = None;
    let mut matched = Vec::new();
    loop {
        let scan = local.client().scan().table_name("shop");
        let page = scan
            .filter_expression("#s = :s")
            .expression_attribute_names("#s", "status")
            .expression_attribute_values(":s", s("shut"))
            .set_exclusive_start_key(start)
            .send()
            .await
            .unwrap();
        matched.push(page.count());
        start = page.last_evaluated_key;
        if start.is_none() {
            break;
        }
    }
    // One page for each item, and the empty one that shows the end.
    assert_eq!(matched, [0, 0, 0, 1, 0, 0]);
}

#[tokio::test]
async fn keys_of_a_batch_are_left_unread() {
    let local = shop().await;
    let keys = KeysAndAttributes::builder()
        .set_keys(Some(["a", "b", "c"].map(key).into()))
        .consistent_read(true)
        .build()
        .unwrap();
    let get = || {
        local
            .client()
            .batch_get_item()
            .request_items("shop", keys.clone())
            .send()
    };
    local.on("BatchGetItem").inject(Fault::Unprocessed(2));
    let answer = get().await.unwrap();
    assert_eq!(sort_keys(&answer.responses.unwrap()["shop"]), ["a"]);
    let unprocessed = &answer.unprocessed_keys.unwrap()["shop"];
    assert_eq!(unprocessed.keys(), [key("b"), key("c")]);
    assert_eq!(unprocessed.consistent_read(), Some(true));

    local.on("BatchGetItem").inject(Fault::Unprocessed(9));
    let answer = get().await.unwrap();
    assert!(answer.responses.unwrap().is_empty());
    assert_eq!(answer.unprocessed_keys.unwrap()["shop"], keys);
}

#[tokio::test]
async fn writes_of_a_batch_are_left_undone() {
    let local = shop().await;
    let put = |sk| {
        let put = PutRequest::builder()
            .set_item(Some(order(sk, "open")))
            .build()
            .unwrap();
        WriteRequest::builder().put_request(put).build()
    };
    local.on("BatchWriteItem").inject(Fault::Unprocessed(1));
    let writes = vec![put("f"), put("g")];
    let batch = local
        .client()
        .batch_write_item()
        .request_items("shop", writes);
    let answer = batch.send().await.unwrap();
    assert_eq!(answer.unprocessed_items.unwrap()["shop"], [put("g")]);
    let stored = page(&local.quiet_client(), None).await;
    assert_eq!(sort_keys(stored.items()), ["a", "b", "c", "d", "e", "f"]);
}

#[tokio::test]
async fn a_stale_index_does_not_show_the_last_write() {
    let local = shop().await;
    let client = local.client();
    put(&client, "a", "shut").await;
    let stale = || local.on("Query").inject(Fault::StaleIndex);
    // The index still contains the order that is no longer open.
    stale();
    assert_eq!(open(&client).await, ["a", "b", "c", "d", "e"]);
    assert_eq!(open(&client).await, ["b", "c", "d", "e"]);
    // The index does not contain the new order yet.
    put(&client, "z", "open").await;
    stale();
    assert_eq!(open(&client).await, ["b", "c", "d", "e"]);
    // A read of the table does not meet the fault, which waits for a read of an index.
    stale();
    assert_eq!(page(&client, None).await.count(), 6);
    let gone = client
        .delete_item()
        .table_name("shop")
        .set_key(Some(key("b")));
    gone.send().await.unwrap();
    assert_eq!(open(&client).await, ["b", "c", "d", "e", "z"]);
    assert_eq!(open(&client).await, ["c", "d", "e", "z"]);
}
