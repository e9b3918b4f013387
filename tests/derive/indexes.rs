//! Indexes in the derive: what is declared, and the table that has them.
use dynacond::aws_sdk_dynamodb::types::{KeySchemaElement, ProjectionType};
use dynacond::{AttributeType, ItemCollection, Versioned};
use serde::{Deserialize, Serialize};

use super::s;

#[derive(Clone, Copy, Debug, Serialize, Deserialize, AttributeType)]
enum Status {
    Pending,
}

#[expect(clippy::duplicated_attributes, reason = "two indexes share a sort key")]
#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shop",
    partition_key(name = "pk", value = "customer#{customer}"),
    sort_key(name = "sk", value = "order#{placed}#{id}"),
    index(
        ByStatus,
        name = "by-status",
        partition_key(status, region),
        sort_key(total, id)
    ),
    index(
        ByEmail,
        name = "gsi1",
        partition_key(name = "gsi1pk", value = "email#{email}"),
        keys_only
    ),
    index(
        ByTotal,
        name = "by-total",
        sort_key(total),
        local,
        include(email, region)
    ),
    index(
        Inverted,
        name = "inverted",
        partition_key(name = "sk", value = "order#{placed}#{id}"),
        sort_key(name = "pk", value = "customer#{customer}")
    )
)]
struct Order {
    customer: String,
    placed: String,
    id: String,
    status: Status,
    region: String,
    total: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
}

fn keys(schema: &[KeySchemaElement]) -> Vec<String> {
    let key = |key: &KeySchemaElement| format!("{} {}", key.attribute_name(), key.key_type());
    schema.iter().map(key).collect()
}

#[test]
fn a_partition_of_an_index_takes_values_and_references() {
    let partition = ByStatus::partition((Status::Pending, "eu"));
    let attributes: Vec<_> = partition.attributes().collect();
    assert_eq!(
        attributes,
        [("status", &s("Pending")), ("region", &s("eu"))]
    );
    assert_eq!(
        partition,
        ByStatus::partition((&Status::Pending, "eu".to_owned()))
    );
    assert_eq!(ByEmail::partition("a@b").to_string(), "{gsi1pk: email#a@b}");
    assert_eq!(ByTotal::partition("c1").to_string(), "{pk: customer#c1}");
    assert_eq!(
        Inverted::partition(("2026", "o1")).to_string(),
        "{sk: order#2026#o1}"
    );
}

#[test]
fn the_table_has_the_indexes_that_are_declared() {
    let table = Order::table_definition();
    assert_eq!(table.get_table_name().as_deref(), Some("shop"));
    let schema = table.get_key_schema().clone().unwrap();
    assert_eq!(keys(&schema), ["pk HASH", "sk RANGE"]);
    let definitions = table.get_attribute_definitions().clone().unwrap();
    let definitions: Vec<_> = definitions
        .iter()
        .map(|each| format!("{} {}", each.attribute_name(), each.attribute_type()))
        .collect();
    assert_eq!(
        definitions,
        [
            "pk S", "sk S", "status S", "region S", "total N", "id S", "gsi1pk S"
        ]
    );
    let global = table.get_global_secondary_indexes().clone().unwrap();
    let found: Vec<_> = global
        .iter()
        .map(|index| {
            let projection = index
                .projection()
                .and_then(|own| own.projection_type().cloned());
            (
                index.index_name(),
                keys(index.key_schema()).join(", "),
                projection,
            )
        })
        .collect();
    let expected = [
        (
            "by-status",
            "status HASH, region HASH, total RANGE, id RANGE",
            ProjectionType::All,
        ),
        ("gsi1", "gsi1pk HASH", ProjectionType::KeysOnly),
        ("inverted", "sk HASH, pk RANGE", ProjectionType::All),
    ];
    assert_eq!(
        found,
        expected.map(|(name, keys, projection)| (name, keys.to_owned(), Some(projection)))
    );
    let local = table.get_local_secondary_indexes().clone().unwrap();
    assert_eq!(local.len(), 1);
    assert_eq!(keys(local[0].key_schema()), ["pk HASH", "total RANGE"]);
    let projection = local[0].projection().unwrap();
    assert_eq!(projection.projection_type(), Some(&ProjectionType::Include));
    assert_eq!(projection.non_key_attributes(), ["email", "region"]);
}

/// It shares the table with orders. One index has the same name and keys as an index of orders, and projects more; another one
/// projects less.
#[expect(
    clippy::duplicated_attributes,
    reason = "two indexes share a sort key, and two an attribute"
)]
#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shop",
    partition_key(name = "pk", value = "customer#{id}"),
    sort_key(name = "sk", value = "profile"),
    index(
        ByName,
        name = "gsi1",
        partition_key(name = "gsi1pk", value = "name#{name}"),
        include(name, since)
    ),
    index(
        ByPoints,
        name = "by-status",
        partition_key(status, region),
        sort_key(total, id),
        keys_only
    ),
    index(
        SinceWhen,
        name = "by-total",
        sort_key(total),
        local,
        include(since, region)
    ),
    index(BySince, name = "by-since", partition_key(since))
)]
struct Customer {
    id: String,
    name: String,
    status: Status,
    region: String,
    total: u64,
    since: u64,
}

#[derive(ItemCollection)]
#[expect(dead_code, reason = "only its table is asserted")]
enum CustomerData {
    Order(Order),
    Customer(Customer),
}

#[test]
fn the_table_of_a_collection_has_each_index_once_with_what_any_type_projects() {
    let table = CustomerData::table_definition();
    assert_eq!(table.get_table_name().as_deref(), Some("shop"));
    let schema = table.get_key_schema().clone().unwrap();
    assert_eq!(keys(&schema), ["pk HASH", "sk RANGE"]);
    let definitions = table.get_attribute_definitions().clone().unwrap();
    let definitions: Vec<_> = definitions
        .iter()
        .map(|each| format!("{} {}", each.attribute_name(), each.attribute_type()))
        .collect();
    assert_eq!(
        definitions,
        [
            "pk S", "sk S", "status S", "region S", "total N", "id S", "gsi1pk S", "since N"
        ]
    );
    let global = table.get_global_secondary_indexes().clone().unwrap();
    let found: Vec<_> = global
        .iter()
        .map(|index| {
            let projection = index.projection().unwrap();
            let projected = projection.projection_type().unwrap().as_str();
            (
                index.index_name(),
                projected,
                projection.non_key_attributes().join(", "),
            )
        })
        .collect();
    let expected = [
        ("by-status", "ALL", ""),
        ("gsi1", "INCLUDE", "name, since"),
        ("inverted", "ALL", ""),
        ("by-since", "ALL", ""),
    ];
    assert_eq!(
        found,
        expected.map(|(index, projected, names)| (index, projected, names.to_owned()))
    );
    let local = table.get_local_secondary_indexes().clone().unwrap();
    assert_eq!(local.len(), 1);
    let projection = local[0].projection().unwrap();
    assert_eq!(
        projection.non_key_attributes(),
        ["email", "region", "since"]
    );
}
