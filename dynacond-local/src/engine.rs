//! The embedded engine, which answers requests in DynamoDB's JSON format.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use dynoxide::{Database, DynoxideError};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::answer::Answer;
use crate::journal::Journal;
use crate::key_update::changed_key_attribute;
use crate::old_item::{is_absent, look_first, without_key};
use crate::unprojected::unprojected_attributes;

/// A database in memory.
pub(crate) struct Engine {
    /// SQLite fails to open a database in memory only if there is not enough memory. Then every answer is this error.
    database: Result<Database, DynoxideError>,
    journal: Mutex<Journal>,
    /// How often `forget_tokens` was called.
    forgotten: AtomicU64,
}

impl Engine {
    pub(crate) fn new() -> Self {
        Self {
            database: Database::memory(),
            journal: Mutex::default(),
            forgotten: AtomicU64::new(0),
        }
    }

    /// Forgets the client request tokens that were used so far.
    pub(crate) fn forget_tokens(&self) {
        self.forgotten.fetch_add(1, Ordering::Relaxed);
    }

    /// Changes the client request token, if tokens were forgotten. The database itself remembers tokens for ten minutes of real
    /// time.
    fn with_fresh_token(&self, body: &Value) -> Option<Value> {
        let token = body.get("ClientRequestToken")?;
        let forgotten = self.forgotten.load(Ordering::Relaxed);
        if forgotten == 0 {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        (forgotten, token).hash(&mut hasher);
        let mut renamed = body.clone();
        renamed["ClientRequestToken"] = format!("{:016x}", hasher.finish()).into();
        Some(renamed)
    }

    /// Applies one request completely before it returns.
    pub(crate) fn apply(&self, operation: &str, body: &Value) -> Answer {
        let renamed = self.with_fresh_token(body);
        let body = renamed.as_ref().unwrap_or(body);
        if !Journal::keeps(operation) {
            return self.serve(operation, body);
        }
        // The lock is held while the request is applied, so that the journal has the same order as the database.
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = self.serve(operation, body);
        if answer.status == 200 {
            journal.push(operation, body);
        }
        answer
    }

    /// Answers a read as if the last write to an item of its table had not happened.
    pub(crate) fn apply_stale(&self, operation: &str, body: &Value) -> Answer {
        let table = body.get("TableName").and_then(Value::as_str);
        let earlier = Self::new();
        {
            let journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
            for (operation, body) in journal.before_the_last_write_to(table.unwrap_or_default()) {
                earlier.serve(operation, body);
            }
        }
        earlier.serve(operation, body)
    }

    fn serve(&self, operation: &str, body: &Value) -> Answer {
        let database = match &self.database {
            Ok(database) => database,
            Err(error) => return error_answer(error),
        };
        if operation == "TransactWriteItems"
            && let Some(name) = changed_key_attribute(body)
        {
            return Answer::validation(&format!(
                "One or more parameter values were invalid: Cannot update attribute {name}. This attribute is part of the key"
            ));
        }
        if matches!(operation, "Query" | "Scan")
            && let Some(message) = unprojected(database, body)
        {
            return Answer::validation(&message);
        }
        let d = database;
        let answer = match operation {
            "CreateTable" => serve(body, |r| d.create_table(r)),
            "DeleteTable" => serve(body, |r| d.delete_table(r)),
            "DescribeTable" => serve(body, |r| d.describe_table(r)),
            "ListTables" => serve(body, |r| d.list_tables(r)),
            "UpdateTable" => serve(body, |r| d.update_table(r)),
            "PutItem" => serve(body, |r| d.put_item(r)).map_err(enveloped),
            "GetItem" => serve(body, |r| d.get_item(r)),
            "UpdateItem" => {
                let look = look_first(body);
                let look = look.and_then(|look| serve(&look, |r| d.get_item(r)).ok());
                let creates = look.is_some_and(|answer| is_absent(&answer));
                let updated = serve(body, |r| d.update_item(r)).map_err(enveloped);
                updated.map(|answer| {
                    if creates {
                        without_key(body, answer)
                    } else {
                        answer
                    }
                })
            }
            "DeleteItem" => serve(body, |r| d.delete_item(r)).map_err(enveloped),
            "Query" => read_index(body, |body| serve(body, |r| d.query(r))),
            "Scan" => read_index(body, |body| serve(body, |r| d.scan(r))),
            "BatchGetItem" => serve(body, |r| d.batch_get_item(r)),
            "BatchWriteItem" => serve(body, |r| d.batch_write_item(r)),
            "TransactWriteItems" => serve(body, |r| d.transact_write_items(r)),
            "TransactGetItems" => serve(body, |r| d.transact_get_items(r)),
            "UpdateTimeToLive" => serve(body, |r| d.update_time_to_live(r)),
            "DescribeTimeToLive" => serve(body, |r| d.describe_time_to_live(r)),
            _ => return Answer::unknown_operation(),
        };
        match answer {
            Ok(body) => Answer::of_engine(200, body),
            Err(error) => error_answer(&error),
        }
    }
}

/// Returns why the service refuses the projection of this Query or Scan of a global index, if it does.
fn unprojected(database: &Database, body: &Value) -> Option<String> {
    let index = body.get("IndexName")?;
    body.get("ProjectionExpression")?;
    let request = serde_json::json!({ "TableName": body.get("TableName")? });
    // The engine itself refuses a table that does not exist.
    let answer = serve(&request, |r| database.describe_table(r)).ok()?;
    let answer: Value = serde_json::from_str(&answer).ok()?;
    let names = unprojected_attributes(body, answer.get("Table")?);
    (!names.is_empty()).then(|| {
        format!(
            "One or more parameter values were invalid: Global secondary index {} does not project [{}]",
            index.as_str().unwrap_or_default(),
            names.join(", ")
        )
    })
}

/// Answers a Query or a Scan. The engine takes an index that it does not know for a global one, and refuses a consistent read of
/// it for that reason. The service says that the table does not have the index, as the engine says without the consistency.
fn read_index(
    body: &Value,
    read: impl Fn(&Value) -> dynoxide::Result<String>,
) -> dynoxide::Result<String> {
    let answer = read(body);
    if answer.is_ok()
        || body.get("IndexName").is_none()
        || body.get("ConsistentRead") != Some(&Value::Bool(true))
    {
        return answer;
    }
    let mut eventual = body.clone();
    eventual["ConsistentRead"] = Value::Bool(false);
    match read(&eventual) {
        Err(missing)
            if missing
                .to_string()
                .contains("does not have the specified index") =>
        {
            Err(missing)
        }
        _ => answer,
    }
}

fn serve<Q: DeserializeOwned, A: Serialize>(
    body: &Value,
    run: impl FnOnce(Q) -> dynoxide::Result<A>,
) -> dynoxide::Result<String> {
    let request = Q::deserialize(body).map_err(|error| classify(&error.to_string()))?;
    let answer = run(request)?;
    serde_json::to_string(&answer)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

fn error_answer(error: &DynoxideError) -> Answer {
    Answer::of_engine(error.status_code(), error.to_json())
}

/// The engine's request types report an error as text of the deserialiser, with a marker for the kind of error at its beginning. A
/// text without a marker is treated as in the engine's own HTTP server.
fn classify(text: &str) -> DynoxideError {
    let marked = |marker| text.strip_prefix(marker).map(str::to_owned);
    if let Some(message) = marked("VALIDATION_REQUEST:") {
        DynoxideError::EnvelopedValidation(message)
    } else if let Some(message) = marked("VALIDATION:").or_else(|| marked("VALIDATION_AS_READ:")) {
        DynoxideError::ValidationException(message)
    } else if let Some(message) =
        marked("SERIALIZATION:").or_else(|| marked("SERIALIZATION_AS_READ:"))
    {
        DynoxideError::SerializationException(message)
    } else if [
        "missing field",
        "unknown variant",
        "invalid type: null",
        "AttributeValue",
    ]
    .iter()
    .any(|part| text.contains(part))
    {
        DynoxideError::ValidationException(text.to_owned())
    } else {
        DynoxideError::SerializationException(text.to_owned())
    }
}

/// For a single write, the service puts these messages into another sentence.
fn enveloped(error: DynoxideError) -> DynoxideError {
    match error {
        DynoxideError::EnvelopedValidation(message) => {
            DynoxideError::ValidationException(format!("1 validation error detected: {message}"))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shop() -> Engine {
        let engine = Engine::new();
        let answer = engine.apply(
            "CreateTable",
            &json!({
                "TableName": "shop",
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }],
                "AttributeDefinitions": [{ "AttributeName": "pk", "AttributeType": "S" }],
            }),
        );
        assert_eq!(answer.status, 200, "{}", answer.body);
        engine
    }

    fn apply(engine: &Engine, operation: &str, body: &Value) -> (u16, Value) {
        let answer = engine.apply(operation, body);
        (answer.status, serde_json::from_str(&answer.body).unwrap())
    }

    fn put(n: &str) -> Value {
        json!({ "TableName": "shop", "Item": { "pk": { "S": "1" }, "n": { "N": n } } })
    }

    #[test]
    fn numbers_keep_38_digits() {
        let engine = shop();
        let get = json!({ "TableName": "shop", "Key": { "pk": { "S": "1" } } });
        for n in [
            "12345678901234567890123456789012345678",
            "-0.12345678901234567890123456789012345678",
        ] {
            assert_eq!(apply(&engine, "PutItem", &put(n)).0, 200);
            assert_eq!(apply(&engine, "GetItem", &get).1["Item"]["n"]["N"], n);
        }
        let increment = json!({
            "TableName": "shop", "Key": { "pk": { "S": "1" } },
            "UpdateExpression": "SET n = :a + :b",
            "ExpressionAttributeValues": {
                ":a": { "N": "12345678901234567890123456789012345678" }, ":b": { "N": "1" },
            },
        });
        assert_eq!(apply(&engine, "UpdateItem", &increment).0, 200);
        assert_eq!(
            apply(&engine, "GetItem", &get).1["Item"]["n"]["N"],
            "12345678901234567890123456789012345679"
        );
    }

    #[test]
    fn a_refusal_carries_the_item_if_asked() {
        let engine = shop();
        apply(&engine, "PutItem", &put("1"));
        let mut again = put("2");
        again["ConditionExpression"] = json!("attribute_not_exists(pk)");
        assert_eq!(apply(&engine, "PutItem", &again).1.get("Item"), None);
        again["ReturnValuesOnConditionCheckFailure"] = json!("ALL_OLD");
        let (status, refusal) = apply(&engine, "PutItem", &again);
        assert_eq!(status, 400);
        assert_eq!(refusal["Item"], put("1")["Item"]);

        let transaction = json!({ "TransactItems": [{ "Put": again }] });
        let (status, refusal) = apply(&engine, "TransactWriteItems", &transaction);
        assert_eq!(status, 400);
        assert_eq!(refusal["CancellationReasons"][0]["Item"], put("1")["Item"]);
    }

    #[test]
    fn a_transaction_cannot_change_a_key() {
        let engine = shop();
        let update = json!({
            "TableName": "shop", "Key": { "pk": { "S": "1" } },
            "UpdateExpression": "SET pk = :v",
            "ExpressionAttributeValues": { ":v": { "S": "2" } },
        });
        let single = apply(&engine, "UpdateItem", &update);
        let transaction = json!({ "TransactItems": [{ "Update": update }] });
        let transacted = apply(&engine, "TransactWriteItems", &transaction);
        assert_eq!(single.0, 400);
        assert_eq!(single, transacted);
    }

    #[test]
    fn what_cannot_be_read_is_the_requests_fault() {
        let engine = shop();
        let table = [
            ("PutItem", json!({}), "ValidationException"),
            (
                "PutItem",
                json!({ "TableName": 5 }),
                "SerializationException",
            ),
            ("PutItem", put("x"), "ValidationException"),
            ("GetItem", json!("x"), "SerializationException"),
            ("FlyToTheMoon", json!({}), "UnknownOperationException"),
        ];
        for (operation, body, expected) in table {
            let (status, answer) = apply(&engine, operation, &body);
            assert_eq!(status, 400, "{answer}");
            let code = answer["__type"].as_str().unwrap();
            assert!(code.ends_with(expected), "{operation} {body}: {answer}");
            let text = answer.to_string();
            assert!(
                !text.contains("VALIDATION:") && !text.contains("_AS_READ"),
                "{text}"
            );
        }
    }
}
