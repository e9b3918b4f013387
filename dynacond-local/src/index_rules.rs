//! Tests of DynamoDB's rules for indexes. Rules that the engine does not have are checked before it, and each of them has
//! a test here.

use serde_json::{Value, json};

use crate::engine::Engine;

fn attribute(name: &str, data_type: &str) -> Value {
    json!({ "AttributeName": name, "AttributeType": data_type })
}

fn schema(hash: &[&str], range: &[&str]) -> Value {
    let element =
        |role: &'static str| move |name: &&str| json!({ "AttributeName": name, "KeyType": role });
    let keys = hash
        .iter()
        .map(element("HASH"))
        .chain(range.iter().map(element("RANGE")));
    Value::Array(keys.collect())
}

/// A table `shop` (`pk`, `sk`) with a global index on four attributes, one on `status` alone that projects keys only, and a
/// local one by `total`.
pub(crate) fn shop() -> Engine {
    let engine = Engine::new();
    let all = json!({ "ProjectionType": "ALL" });
    let table = json!({
        "TableName": "shop",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": schema(&["pk"], &["sk"]),
        "AttributeDefinitions": [
            attribute("pk", "S"), attribute("sk", "S"), attribute("status", "S"), attribute("region", "S"),
            attribute("total", "N"), attribute("id", "S"),
        ],
        "GlobalSecondaryIndexes": [
            { "IndexName": "by-place", "KeySchema": schema(&["status", "region"], &["total", "id"]), "Projection": all },
            { "IndexName": "by-status", "KeySchema": schema(&["status"], &[]), "Projection": { "ProjectionType": "KEYS_ONLY" } },
        ],
        "LocalSecondaryIndexes": [
            { "IndexName": "by-total", "KeySchema": schema(&["pk"], &["total"]), "Projection": all },
        ],
    });
    applied(&engine, "CreateTable", &table);
    engine
}

pub(crate) fn applied(engine: &Engine, operation: &str, body: &Value) -> Value {
    let answer = engine.apply(operation, body);
    assert_eq!(answer.status, 200, "{operation} {body}: {}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

#[track_caller]
pub(crate) fn refused(engine: &Engine, operation: &str, body: &Value) -> String {
    let answer = engine.apply(operation, body);
    assert_eq!(answer.status, 400, "{operation} {body}: {}", answer.body);
    assert!(
        answer.body.contains("ValidationException"),
        "{}",
        answer.body
    );
    answer.body
}

pub(crate) fn order(sk: &str, status: &str, total: u32) -> Value {
    json!({
        "pk": { "S": "c1" }, "sk": { "S": sk }, "status": { "S": status }, "region": { "S": "eu" },
        "total": { "N": total.to_string() }, "id": { "S": sk }, "note": { "S": "n" },
    })
}

pub(crate) fn put(engine: &Engine, item: &Value) {
    applied(
        engine,
        "PutItem",
        &json!({ "TableName": "shop", "Item": item }),
    );
}

pub(crate) fn query(index: Option<&str>, condition: &str, values: &Value) -> Value {
    let mut body = json!({
        "TableName": "shop", "KeyConditionExpression": condition, "ExpressionAttributeValues": values,
        "ExpressionAttributeNames": { "#s": "status", "#r": "region", "#t": "total" },
    });
    let names = body["ExpressionAttributeNames"].as_object_mut().unwrap();
    names.retain(|name, _| condition.contains(name.as_str()));
    if names.is_empty() {
        body.as_object_mut()
            .unwrap()
            .remove("ExpressionAttributeNames");
    }
    if let Some(index) = index {
        body["IndexName"] = json!(index);
    }
    body
}

pub(crate) fn sort_keys(answer: &Value) -> Vec<&str> {
    let items = answer["Items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["sk"]["S"].as_str().unwrap())
        .collect()
}

#[test]
fn an_index_of_four_attributes_is_queried_by_all_of_its_partition_and_the_beginning_of_its_sort_key()
 {
    let engine = shop();
    for (sk, total) in [("a", 9), ("b", 100), ("c", 20)] {
        put(&engine, &order(sk, "open", total));
    }
    put(&engine, &order("d", "shut", 1));
    let partition = json!({ ":s": { "S": "open" }, ":r": { "S": "eu" } });
    let whole = query(Some("by-place"), "#s = :s AND #r = :r", &partition);
    // The order is that of the numbers, not that of their texts.
    assert_eq!(
        sort_keys(&applied(&engine, "Query", &whole)),
        ["a", "c", "b"]
    );
    let mut values = partition.clone();
    values[":t"] = json!({ "N": "20" });
    let from = query(
        Some("by-place"),
        "#s = :s AND #r = :r AND #t >= :t",
        &values,
    );
    assert_eq!(sort_keys(&applied(&engine, "Query", &from)), ["c", "b"]);
    values[":i"] = json!({ "S": "b" });
    let both = query(
        Some("by-place"),
        "#s = :s AND #r = :r AND #t = :t AND id < :i",
        &values,
    );
    assert!(sort_keys(&applied(&engine, "Query", &both)).is_empty());
}

#[test]
fn a_key_condition_that_the_service_does_not_know_is_refused() {
    let engine = shop();
    let (s, r, t) = (
        json!({ "S": "open" }),
        json!({ "S": "eu" }),
        json!({ "N": "1" }),
    );
    let place = Some("by-place");
    let table = [
        // The partition key is incomplete.
        (place, "#s = :s", json!({ ":s": s })),
        // A part of the sort key is skipped, or something follows a range.
        (
            place,
            "#s = :s AND #r = :r AND id = :i",
            json!({ ":s": s, ":r": r, ":i": s }),
        ),
        (
            place,
            "#s = :s AND #r = :r AND #t > :t AND id = :i",
            json!({ ":s": s, ":r": r, ":t": t, ":i": s }),
        ),
        (place, "#s > :s AND #r = :r", json!({ ":s": s, ":r": r })),
        (
            None,
            "pk = :p AND sk >= :a AND sk <= :b",
            json!({ ":p": s, ":a": r, ":b": s }),
        ),
        (None, "pk = :p AND sk <> :a", json!({ ":p": s, ":a": r })),
        (None, "pk = :p AND sk IN (:a)", json!({ ":p": s, ":a": r })),
        (None, "pk = :p OR sk = :a", json!({ ":p": s, ":a": r })),
        (None, "pk = :p AND NOT sk = :a", json!({ ":p": s, ":a": r })),
        (
            None,
            "pk = :p AND size(sk) = :t",
            json!({ ":p": s, ":t": t }),
        ),
        (None, "pk = :p AND sk = :t", json!({ ":p": s, ":t": t })),
        (None, "pk = :p AND sk = pk", json!({ ":p": s })),
        (
            None,
            "pk = :p AND sk BETWEEN :b AND :a",
            json!({ ":p": s, ":a": { "S": "a" }, ":b": { "S": "b" } }),
        ),
        (None, "pk = :p AND note = :a", json!({ ":p": s, ":a": r })),
        (
            Some("by-total"),
            "pk = :p AND begins_with(#t, :t)",
            json!({ ":p": s, ":t": t }),
        ),
        // Unused and undefined placeholders.
        (None, "pk = :p", json!({ ":p": s, ":unused": r })),
        (None, "pk = :missing", json!({ ":p": s })),
        (Some("no-such-index"), "pk = :p", json!({ ":p": s })),
    ];
    for (index, condition, values) in table {
        refused(&engine, "Query", &query(index, condition, &values));
    }
}

#[test]
fn an_unused_name_is_refused() {
    let engine = shop();
    let mut body = query(None, "pk = :p", &json!({ ":p": { "S": "c1" } }));
    body["ExpressionAttributeNames"] = json!({ "#unused": "note" });
    refused(&engine, "Query", &body);
    refused(
        &engine,
        "Scan",
        &json!({ "TableName": "shop", "ExpressionAttributeNames": { "#unused": "note" } }),
    );
}

#[test]
fn a_filter_of_a_query_names_no_key_attribute_of_what_is_queried() {
    let engine = shop();
    let pk = json!({ ":p": { "S": "c1" } });
    for (index, filter) in [
        (None, "sk <> :p"),
        (None, "note = sk"),
        (None, "attribute_exists(pk)"),
        (Some("by-total"), "#t <> :p"),
        (Some("by-total"), "size(pk) > :p"),
    ] {
        let mut body = query(index, "pk = :p", &pk);
        body["FilterExpression"] = json!(filter);
        if filter.contains("#t") {
            body["ExpressionAttributeNames"] = json!({ "#t": "total" });
        }
        let message = refused(&engine, "Query", &body);
        assert!(
            message.contains("primary key attribute"),
            "{filter}: {message}"
        );
    }
    // The table's own keys are not keys of a local index, and a scan may name all keys.
    let mut body = query(Some("by-total"), "pk = :p", &pk);
    body["FilterExpression"] = json!("sk <> :p");
    applied(&engine, "Query", &body);
    let scan = json!({ "TableName": "shop", "FilterExpression": "sk <> :p", "ExpressionAttributeValues": pk });
    applied(&engine, "Scan", &scan);
}

#[test]
fn a_consistent_read_of_a_global_index_is_refused_and_of_a_local_one_is_not() {
    let engine = shop();
    let mut body = query(
        Some("by-status"),
        "#s = :s",
        &json!({ ":s": { "S": "open" } }),
    );
    body["ConsistentRead"] = json!(true);
    let scan = json!({ "TableName": "shop", "IndexName": "by-status", "ConsistentRead": true });
    for message in [
        refused(&engine, "Query", &body),
        refused(&engine, "Scan", &scan),
    ] {
        assert!(
            message.contains("Consistent reads are not supported on global secondary indexes"),
            "{message}"
        );
    }
    let mut body = query(Some("by-total"), "pk = :p", &json!({ ":p": { "S": "c1" } }));
    body["ConsistentRead"] = json!(true);
    applied(&engine, "Query", &body);
}

#[test]
fn an_index_that_the_table_does_not_have_is_missing_for_a_consistent_read_as_well() {
    let engine = shop();
    for consistent in [false, true] {
        let mut query = query(Some("by-note"), "pk = :p", &json!({ ":p": { "S": "c1" } }));
        query["ConsistentRead"] = json!(consistent);
        let scan =
            json!({ "TableName": "shop", "IndexName": "by-note", "ConsistentRead": consistent });
        for message in [
            refused(&engine, "Query", &query),
            refused(&engine, "Scan", &scan),
        ] {
            let expected = "The table does not have the specified index: by-note";
            assert!(message.contains(expected), "{message}");
        }
    }
}

#[test]
fn a_write_that_an_index_could_not_hold_is_refused_whole() {
    let engine = shop();
    put(&engine, &order("kept", "open", 1));
    for (name, value) in [
        ("status", json!({ "NULL": true })),
        ("status", json!({ "S": "" })),
        ("status", json!({ "N": "1" })),
        ("region", json!({ "NULL": true })),
        ("region", json!({ "S": "" })),
        ("total", json!({ "S": "1" })),
        ("total", json!({ "NULL": true })),
        ("id", json!({ "S": "" })),
        ("id", json!({ "L": [] })),
    ] {
        let mut item = order("x", "open", 1);
        item[name] = value.clone();
        let put = json!({ "TableName": "shop", "Item": item });
        refused(&engine, "PutItem", &put);
        let batch = json!({ "RequestItems": { "shop": [
            { "PutRequest": { "Item": order("y", "open", 1) } }, { "PutRequest": { "Item": item } },
        ] } });
        refused(&engine, "BatchWriteItem", &batch);
        let update = json!({
            "TableName": "shop", "Key": { "pk": { "S": "c1" }, "sk": { "S": "kept" } },
            "UpdateExpression": "SET #a = :v", "ExpressionAttributeNames": { "#a": name }, "ExpressionAttributeValues": { ":v": value },
        });
        refused(&engine, "UpdateItem", &update);
        for action in [json!({ "Put": put }), json!({ "Update": update })] {
            let answer = engine.apply("TransactWriteItems", &json!({ "TransactItems": [action] }));
            assert_eq!(answer.status, 400, "{name} {value}: {}", answer.body);
        }
    }
    let all = applied(&engine, "Scan", &json!({ "TableName": "shop" }));
    assert_eq!(sort_keys(&all), ["kept"]);
    assert_eq!(all["Items"][0], order("kept", "open", 1));
}

#[test]
fn an_item_without_a_key_attribute_of_an_index_is_not_in_it() {
    let engine = shop();
    for name in ["status", "region", "total", "id"] {
        let mut item = order(name, "open", 1);
        item.as_object_mut().unwrap().remove(name);
        put(&engine, &item);
    }
    let index = |name: &str| {
        applied(
            &engine,
            "Scan",
            &json!({ "TableName": "shop", "IndexName": name }),
        )["Count"]
            .clone()
    };
    assert_eq!(
        [index("by-place"), index("by-status"), index("by-total")],
        [0, 3, 3]
    );
}

#[test]
fn an_index_that_does_not_project_an_attribute_does_not_give_it() {
    let engine = shop();
    put(&engine, &order("a", "open", 1));
    let body = query(
        Some("by-status"),
        "#s = :s",
        &json!({ ":s": { "S": "open" } }),
    );
    let page = applied(&engine, "Query", &body);
    assert_eq!(
        page["Items"][0],
        json!({ "pk": { "S": "c1" }, "sk": { "S": "a" }, "status": { "S": "open" } })
    );
    for (member, value) in [
        ("ProjectionExpression", json!("sk, note.text[0]")),
        ("Select", json!("ALL_ATTRIBUTES")),
    ] {
        let mut body = body.clone();
        body[member] = value;
        refused(&engine, "Query", &body);
    }
    let mut projected = body.clone();
    projected["ProjectionExpression"] = json!("sk, #s");
    let page = applied(&engine, "Query", &projected);
    assert_eq!(
        page["Items"][0],
        json!({ "sk": { "S": "a" }, "status": { "S": "open" } })
    );
    // A local index reads the rest from the table.
    let mut local = query(Some("by-total"), "pk = :p", &json!({ ":p": { "S": "c1" } }));
    local["ProjectionExpression"] = json!("note");
    applied(&engine, "Query", &local);
}
