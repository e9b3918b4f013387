//! The SDK's own reads together with dynacond's writes: one error type, and the key is written once.
use dynacond::{Error, Item, Store, Stored, Versioned};
use dynacond_local::Fault;
use serde::{Deserialize, Serialize};

use super::support::{fresh_store, refused, s, watched};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "lists",
    partition_key(name = "pk", value = "list#{list}"),
    sort_key(name = "sk", value = "entry#{name}")
)]
struct Entry {
    list: String,
    name: String,
    done: bool,
}

fn entry(list: &str, name: &str) -> Entry {
    Entry {
        list: list.to_owned(),
        name: name.to_owned(),
        done: false,
    }
}

/// The names in the SDK's own Query by the keys of dynacond; errors of both by `?`.
async fn tick_off(store: &Store, list: &str, prefix: &str) -> dynacond::Result<Vec<String>> {
    let key = Entry::key((list, prefix));
    let (pk, partition) = key.raw().partition_key();
    let (sk, beginning) = key.raw().sort_key().expect("a sort key");
    let items = store
        .client()
        .query()
        .table_name(store.table_name::<Entry>())
        .key_condition_expression("#pk = :pk AND begins_with(#sk, :sk)")
        .expression_attribute_names("#pk", pk)
        .expression_attribute_names("#sk", sk)
        .expression_attribute_values(":pk", partition.clone())
        .expression_attribute_values(":sk", beginning.clone())
        .consistent_read(true)
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await?;
    let mut names = Vec::new();
    for item in items {
        let mut entry = Stored::<Entry>::from_item(item)?;
        entry.done = true;
        names.push(store.save(entry).send().await?.name.clone());
    }
    Ok(names)
}

#[tokio::test]
async fn a_key_gives_what_a_query_names() {
    let store = fresh_store::<Entry>().await;
    for (list, name) in [("g", "milk"), ("g", "mint"), ("g", "tea"), ("h", "milk")] {
        store.create(entry(list, name)).send().await.unwrap();
    }
    assert_eq!(tick_off(&store, "g", "mi").await.unwrap(), ["milk", "mint"]);
    let all = tick_off(&store, "g", "").await.unwrap();
    assert_eq!(all, ["milk", "mint", "tea"]);

    let key = Entry::key(("g", ""));
    assert_eq!(key.raw().partition_key(), ("pk", &s("list#g")));
    assert_eq!(key.raw().sort_key(), Some(("sk", &s("entry#"))));
}

#[tokio::test]
async fn an_error_of_the_sdks_query_is_one_of_dynacond() {
    let shop = watched::<Entry>().await;
    let elsewhere = Store::builder(shop.local.client()).prefix("no-").build();
    let error = refused(tick_off(&elsewhere, "g", "m").await);
    let Error::Service(service) = &error else {
        panic!("{error}")
    };
    assert_eq!(service.code(), Some("ResourceNotFoundException"));
    let text = error.to_string();
    assert!(
        text.starts_with("query: ResourceNotFoundException: "),
        "{text}"
    );
    assert_eq!((service.verb(), service.table()), ("query", ""));
    assert!(!error.is_retryable(), "the table is not there");

    shop.local.on("Query").always().inject(Fault::Throttle);
    let error = refused(tick_off(&shop.store, "g", "m").await);
    assert!(matches!(error, Error::Throttled(_)), "{error}");
    shop.local.clear_faults();

    shop.local.on("Query").always().inject(Fault::LoseAnswer);
    let error = refused(tick_off(&shop.store, "g", "m").await);
    assert!(matches!(error, Error::Service(_)), "{error}");
    assert!(!error.is_outcome_unknown(), "a read writes nothing");
    assert!(error.is_retryable());
}

/// DynamoDB says of a filter what it says of an update; nothing was to be updated.
#[tokio::test]
async fn a_filter_that_is_refused_is_no_rejected_update() {
    async fn scan(store: &Store) -> dynacond::Result<Vec<Item>> {
        let scan = store
            .client()
            .scan()
            .table_name(store.table_name::<Entry>());
        let page = scan
            .filter_expression("begins_with(pk, :n)")
            .expression_attribute_values(":n", dynacond::AttributeValue::N("1".into()))
            .send()
            .await?;
        Ok(page.items.unwrap_or_default())
    }
    let store = fresh_store::<Entry>().await;
    store.create(entry("g", "milk")).send().await.unwrap();
    let error = refused(scan(&store).await);
    assert!(matches!(error, Error::Service(_)), "{error:?}");
    assert!(
        error.to_string().contains("operator or function"),
        "{error}"
    );
}
