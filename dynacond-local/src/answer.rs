//! An answer in DynamoDB's wire format: HTTP status and JSON body.

use serde_json::{Value, json};

/// One answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    /// An answer of the embedded engine, or one that replaces the answer of a database.
    pub(crate) fn of_engine(status: u16, body: String) -> Self {
        let content_type = (
            "content-type".to_owned(),
            "application/x-amz-json-1.0".to_owned(),
        );
        Self {
            status,
            headers: vec![content_type],
            body,
        }
    }

    /// Changes the body of a success. Any other answer stays as it is.
    #[must_use]
    pub(crate) fn changed(mut self, change: impl FnOnce(&mut Value)) -> Self {
        if self.status == 200
            && let Ok(mut body) = serde_json::from_str(&self.body)
        {
            change(&mut body);
            self.body = body.to_string();
        }
        self
    }

    /// A 400 with one of DynamoDB's errors.
    pub(crate) fn refusal(code: &str, message: &str) -> Self {
        Self::error(
            400,
            &format!("com.amazonaws.dynamodb.v20120810#{code}"),
            message,
        )
    }

    /// A 400 for a request that is wrong for every item.
    pub(crate) fn validation(message: &str) -> Self {
        Self::error(
            400,
            "com.amazon.coral.validate#ValidationException",
            message,
        )
    }

    /// A 400 for an operation that the engine does not know.
    pub(crate) fn unknown_operation() -> Self {
        let body =
            json!({ "__type": "com.amazon.coral.service#UnknownOperationException" }).to_string();
        Self::of_engine(400, body)
    }

    /// A 500, which says nothing about whether the request was applied.
    pub(crate) fn internal_server_error() -> Self {
        Self::error(
            500,
            "com.amazonaws.dynamodb.v20120810#InternalServerError",
            "Internal server error",
        )
    }

    /// A cancelled transaction with one reason for each action. The reason `"None"` is for an action that did not fail.
    pub(crate) fn cancelled<'a>(codes: impl IntoIterator<Item = &'a str>) -> Self {
        let codes: Vec<&str> = codes.into_iter().collect();
        let reasons: Vec<Value> = codes
            .iter()
            .map(|&code| match code {
                "None" => json!({ "Code": code }),
                "TransactionConflict" => {
                    json!({ "Code": code, "Message": "Transaction is ongoing for the item" })
                }
                _ => json!({ "Code": code, "Message": code }),
            })
            .collect();
        let message = format!(
            "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
            codes.join(", ")
        );
        let body = json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": message,
            "CancellationReasons": reasons,
        });
        Self::of_engine(400, body.to_string())
    }

    /// The same answer from an endpoint that ignores `ReturnValuesOnConditionCheckFailure`.
    #[must_use]
    pub(crate) fn without_refused_items(self) -> Self {
        // Only a refusal has an item next to `__type`. The answer to a GetItem stays as it is.
        if self.status != 400 {
            return self;
        }
        let Ok(mut body) = serde_json::from_str::<Value>(&self.body) else {
            return self;
        };
        if let Some(refusal) = body.as_object_mut() {
            refusal.remove("Item");
        }
        let reasons = body
            .get_mut("CancellationReasons")
            .and_then(Value::as_array_mut);
        for reason in reasons.into_iter().flatten() {
            if let Some(reason) = reason.as_object_mut() {
                reason.remove("Item");
            }
        }
        Self {
            body: body.to_string(),
            ..self
        }
    }

    fn error(status: u16, code: &str, message: &str) -> Self {
        let body = json!({ "__type": code, "message": message }).to_string();
        Self::of_engine(status, body)
    }
}
