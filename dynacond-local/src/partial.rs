//! Answers that are incomplete: short pages, and batches with unprocessed keys or items.

use serde_json::{Map, Value, json};

/// Returns the request for a page that ends after `n` examined items, or at the caller's own limit if that is lower.
pub(crate) fn short_page(request: &Value, n: usize) -> Value {
    let mut short = request.clone();
    // DynamoDB does not accept a limit of 0. So one item is examined, and `without_examined` removes it.
    let n = n.max(1) as u64;
    let limit = request.get("Limit").and_then(Value::as_u64).unwrap_or(n);
    if let Some(members) = short.as_object_mut() {
        members.insert("Limit".to_owned(), json!(limit.min(n)));
    }
    short
}

/// Returns a page without items that ends at the start key of the request. Without a start key, the page stays as it is.
pub(crate) fn without_examined(page: &mut Value, request: &Value) {
    let Some(start) = request
        .get("ExclusiveStartKey")
        .filter(|key| key.is_object())
    else {
        return;
    };
    let Some(members) = page.as_object_mut() else {
        return;
    };
    if let Some(items) = members.get_mut("Items") {
        *items = json!([]);
    }
    members.insert("Count".to_owned(), json!(0));
    members.insert("ScannedCount".to_owned(), json!(0));
    members.insert("LastEvaluatedKey".to_owned(), start.clone());
}

/// Returns the batch without its last `n` keys or items, or `None` if nothing remains, and the `RequestItems` of the removed ones.
pub(crate) fn split_batch(request: &Value, n: usize) -> (Option<Value>, Value) {
    let mut rest = request.clone();
    let mut withheld = Map::new();
    let mut left = n;
    let tables = rest.get_mut("RequestItems").and_then(Value::as_object_mut);
    let Some(tables) = tables else {
        return (Some(rest), Value::Object(withheld));
    };
    let names: Vec<String> = tables.keys().rev().cloned().collect();
    for name in names {
        let Some(asked) = tables.get_mut(&name) else {
            continue;
        };
        let mut unprocessed = asked.clone();
        let (Some(kept), Some(taken)) = (entries(asked), entries(&mut unprocessed)) else {
            continue;
        };
        let split = kept.len().saturating_sub(left);
        left -= kept.len() - split;
        kept.truncate(split);
        taken.drain(..split);
        let (nothing_kept, nothing_taken) = (kept.is_empty(), taken.is_empty());
        if nothing_kept {
            tables.remove(&name);
        }
        if !nothing_taken {
            withheld.insert(name, unprocessed);
        }
    }
    let rest = (!tables.is_empty()).then_some(rest);
    (rest, Value::Object(withheld))
}

/// Returns the keys (BatchGetItem) or the writes (BatchWriteItem) of one table.
fn entries(asked: &mut Value) -> Option<&mut Vec<Value>> {
    match asked {
        Value::Array(writes) => Some(writes),
        keys => keys.get_mut("Keys").and_then(Value::as_array_mut),
    }
}

/// Adds the removed keys or items to the answer, as unprocessed.
pub(crate) fn add_unprocessed(answer: &mut Value, operation: &str, withheld: Value) {
    let (Some(answer), Value::Object(withheld)) = (answer.as_object_mut(), withheld) else {
        return;
    };
    let member = if operation == "BatchGetItem" {
        answer.entry("Responses").or_insert_with(|| json!({}));
        "UnprocessedKeys"
    } else {
        "UnprocessedItems"
    };
    let unprocessed = answer.entry(member).or_insert_with(|| json!({}));
    let Some(unprocessed) = unprocessed.as_object_mut() else {
        return;
    };
    for (table, mut asked) in withheld {
        match unprocessed.get_mut(&table).and_then(entries) {
            // Those that the database itself left unprocessed.
            Some(present) => present.append(entries(&mut asked).unwrap_or(&mut Vec::new())),
            None => {
                unprocessed.insert(table, asked);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: u8) -> Value {
        json!({ "id": { "N": id.to_string() } })
    }

    #[test]
    fn a_batch_loses_its_last_keys_across_tables() {
        let request = json!({ "RequestItems": {
            "a": { "Keys": [key(1), key(2)], "ConsistentRead": true }, "b": { "Keys": [key(3)] },
        } });
        let (rest, withheld) = split_batch(&request, 2);
        let first = json!({ "a": { "Keys": [key(1)], "ConsistentRead": true } });
        let second =
            json!({ "a": { "Keys": [key(2)], "ConsistentRead": true }, "b": { "Keys": [key(3)] } });
        assert_eq!(rest, Some(json!({ "RequestItems": first })));
        assert_eq!(withheld, second);
        assert_eq!(
            split_batch(&request, 9),
            (None, request["RequestItems"].clone())
        );
        assert_eq!(split_batch(&request, 0), (Some(request), json!({})));
    }

    #[test]
    fn what_is_unprocessed_joins_what_the_database_left() {
        let mut answer = json!({ "UnprocessedItems": { "a": [1] } });
        add_unprocessed(&mut answer, "BatchWriteItem", json!({ "a": [2], "b": [3] }));
        assert_eq!(
            answer,
            json!({ "UnprocessedItems": { "a": [1, 2], "b": [3] } })
        );
    }

    #[test]
    fn a_short_page_is_never_longer_than_the_limit() {
        assert_eq!(short_page(&json!({ "Limit": 2 }), 3)["Limit"], 2);
        assert_eq!(short_page(&json!({ "Limit": 2 }), 1)["Limit"], 1);
        assert_eq!(short_page(&json!({}), 0)["Limit"], 1);
    }
}
