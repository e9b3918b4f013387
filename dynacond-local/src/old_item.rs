//! Corrects the engine's answer to an `UpdateItem` with ALL_OLD that creates its item. The engine returns the key, as if there had
//! been an item.
//!
//! The service returns no attributes then: "`ALL_OLD` - Returns all of the attributes of the item, as they appeared before the
//! `UpdateItem` operation", and there were none.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html>

use serde_json::{Value, json};

/// Returns the GetItem that shows whether this UpdateItem creates its item, if the UpdateItem requests the old item.
pub(crate) fn look_first(request: &Value) -> Option<Value> {
    (request["ReturnValues"] == "ALL_OLD").then(|| {
        json!({ "TableName": request["TableName"], "Key": request["Key"], "ConsistentRead": true })
    })
}

/// Whether this answer to a GetItem shows that there is no item.
pub(crate) fn is_absent(answer: &str) -> bool {
    serde_json::from_str(answer).is_ok_and(|answer: Value| answer.get("Item").is_none())
}

/// Removes the key from the answer to an UpdateItem that created its item.
pub(crate) fn without_key(request: &Value, answer: String) -> String {
    match serde_json::from_str::<Value>(&answer) {
        Ok(Value::Object(mut fields)) if fields.get("Attributes") == request.get("Key") => {
            fields.remove("Attributes");
            Value::Object(fields).to_string()
        }
        _ => answer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_key_that_stands_for_an_old_item_is_left_out() {
        let request = json!({ "Key": { "pk": { "S": "1" } } });
        for (answer, expected) in [
            (json!({ "Attributes": { "pk": { "S": "1" } } }), json!({})),
            (
                json!({ "Attributes": { "pk": { "S": "1" }, "n": { "N": "1" } } }),
                json!({ "Attributes": { "pk": { "S": "1" }, "n": { "N": "1" } } }),
            ),
            (json!({}), json!({})),
        ] {
            let left: Value =
                serde_json::from_str(&without_key(&request, answer.to_string())).unwrap();
            assert_eq!(left, expected);
        }
    }

    #[test]
    fn only_an_update_that_asks_for_the_old_item_looks_first() {
        assert!(look_first(&json!({ "ReturnValues": "ALL_NEW" })).is_none());
        let look = look_first(&json!({ "ReturnValues": "ALL_OLD", "Key": 1, "TableName": "t" }));
        assert_eq!(look.unwrap()["Key"], 1);
        assert!(is_absent("{}") && !is_absent(r#"{"Item":{}}"#));
    }
}
