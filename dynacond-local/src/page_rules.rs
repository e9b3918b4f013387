//! Pages of queries and scans: where they end, and where the next one begins.
use serde_json::{Value, json};

use crate::index_rules::{applied, order, put, query, refused, shop, sort_keys};

#[test]
fn an_end_exactly_at_the_limit_has_a_start_key() {
    let engine = shop();
    for sk in ["a", "b"] {
        put(&engine, &order(sk, "open", 1));
    }
    let pk = json!({ ":p": { "S": "c1" } });
    for (operation, mut body) in [
        ("Query", query(None, "pk = :p", &pk)),
        ("Query", query(Some("by-total"), "pk = :p", &pk)),
        (
            "Query",
            query(
                Some("by-status"),
                "#s = :s",
                &json!({ ":s": { "S": "open" } }),
            ),
        ),
        ("Scan", json!({ "TableName": "shop" })),
        (
            "Scan",
            json!({ "TableName": "shop", "IndexName": "by-place" }),
        ),
    ] {
        body["Limit"] = json!(2);
        let page = applied(&engine, operation, &body);
        assert_eq!(page["Count"], 2, "{body}");
        let position = page["LastEvaluatedKey"].clone();
        assert!(position.is_object(), "{body}: {page}");
        body["ExclusiveStartKey"] = position;
        let page = applied(&engine, operation, &body);
        assert_eq!(page["Count"], 0);
        assert!(page["LastEvaluatedKey"].is_null(), "{body}: {page}");
        body["Limit"] = json!(3);
        body.as_object_mut().unwrap().remove("ExclusiveStartKey");
        let page = applied(&engine, operation, &body);
        assert!(page["LastEvaluatedKey"].is_null(), "{body}: {page}");
    }
}

#[test]
fn ties_of_an_index_key_are_seen_once_each_by_pages_of_one_item() {
    let engine = shop();
    for sk in ["a", "b", "c", "d"] {
        put(&engine, &order(sk, "open", 7));
    }
    for (index, condition, values) in [
        ("by-status", "#s = :s", json!({ ":s": { "S": "open" } })),
        (
            "by-total",
            "pk = :p AND #t = :t",
            json!({ ":p": { "S": "c1" }, ":t": { "N": "7" } }),
        ),
        (
            "by-place",
            "#s = :s AND #r = :r",
            json!({ ":s": { "S": "open" }, ":r": { "S": "eu" } }),
        ),
    ] {
        for forward in [true, false] {
            let mut body = query(Some(index), condition, &values);
            body["Limit"] = json!(1);
            body["ScanIndexForward"] = json!(forward);
            let mut seen = Vec::new();
            loop {
                let page = applied(&engine, "Query", &body);
                seen.extend(sort_keys(&page).into_iter().map(str::to_owned));
                let Value::Object(position) = &page["LastEvaluatedKey"] else {
                    break;
                };
                body["ExclusiveStartKey"] = Value::Object(position.clone());
            }
            seen.sort();
            assert_eq!(seen, ["a", "b", "c", "d"], "{index} forward {forward}");
        }
    }
}

#[test]
fn a_page_ends_at_one_megabyte_of_examined_items() {
    let engine = shop();
    for sk in ["a", "b", "c", "d"] {
        let mut item = order(sk, "open", 1);
        item["note"] = json!({ "S": "x".repeat(300_000) });
        put(&engine, &item);
    }
    let mut body = query(
        None,
        "pk = :p",
        &json!({ ":p": { "S": "c1" }, ":none": { "S": "none" } }),
    );
    body["FilterExpression"] = json!("note = :none");
    let page = applied(&engine, "Query", &body);
    // The page ends with the item that passes 1 MB, or before it.
    let examined = page["ScannedCount"].as_u64().unwrap();
    assert!((3..=4).contains(&examined) && page["Count"] == 0, "{page}");
    assert!(page["LastEvaluatedKey"].is_object(), "{page}");
}

#[test]
fn a_start_key_outside_of_the_query_is_refused() {
    let engine = shop();
    put(&engine, &order("a", "open", 1));
    let pk = json!({ ":p": { "S": "c1" } });
    let key = |pk: &str, sk: &str| json!({ "pk": { "S": pk }, "sk": { "S": sk } });
    let above = query(
        None,
        "pk = :p AND sk > :b",
        &json!({ ":p": { "S": "c1" }, ":b": { "S": "b" } }),
    );
    for (mut body, start) in [
        (query(None, "pk = :p", &pk), key("c2", "a")),
        (query(None, "pk = :p", &pk), json!({ "pk": { "S": "c1" } })),
        (
            query(None, "pk = :p", &pk),
            json!({ "pk": { "S": "c1" }, "sk": { "N": "1" } }),
        ),
        (
            query(None, "pk = :p", &pk),
            json!({ "pk": { "S": "c1" }, "sk": { "S": "a" }, "total": { "N": "1" } }),
        ),
        (query(Some("by-total"), "pk = :p", &pk), key("c1", "a")),
        (above, key("c1", "a")),
    ] {
        body["ExclusiveStartKey"] = start;
        refused(&engine, "Query", &body);
    }
    // The item need not exist.
    let mut body = query(None, "pk = :p", &pk);
    body["ExclusiveStartKey"] = key("c1", "0");
    assert_eq!(sort_keys(&applied(&engine, "Query", &body)), ["a"]);
}

#[test]
fn deleting_what_a_page_returned_does_not_disturb_the_scan() {
    let engine = shop();
    for sk in ["a", "b", "c", "d", "e"] {
        put(&engine, &order(sk, "open", 1));
    }
    let mut body = json!({ "TableName": "shop", "Limit": 2 });
    let mut seen = Vec::new();
    loop {
        let page = applied(&engine, "Scan", &body);
        for sk in sort_keys(&page) {
            applied(
                &engine,
                "DeleteItem",
                &json!({ "TableName": "shop", "Key": { "pk": { "S": "c1" }, "sk": { "S": sk } } }),
            );
            seen.push(sk.to_owned());
        }
        let Value::Object(position) = &page["LastEvaluatedKey"] else {
            break;
        };
        body["ExclusiveStartKey"] = Value::Object(position.clone());
    }
    assert_eq!(seen, ["a", "b", "c", "d", "e"]);
}
