//! The writes in their order. To get an earlier state of the database, all writes except the last one are applied to a new
//! database.

use serde_json::Value;

/// The requests that may have changed the database.
#[derive(Debug, Default)]
pub(crate) struct Journal(Vec<(String, Value)>);

/// Returns whether a request of this operation may change the database, and whether it changes items.
fn writes(operation: &str) -> (bool, bool) {
    let items = matches!(
        operation,
        "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "TransactWriteItems"
    );
    let tables = matches!(
        operation,
        "CreateTable" | "DeleteTable" | "UpdateTable" | "UpdateTimeToLive"
    );
    (items || tables, items)
}

impl Journal {
    pub(crate) fn keeps(operation: &str) -> bool {
        writes(operation).0
    }

    pub(crate) fn push(&mut self, operation: &str, body: &Value) {
        self.0.push((operation.to_owned(), body.clone()));
    }

    /// Returns all requests except the last one that wrote items of this table.
    pub(crate) fn before_the_last_write_to(
        &self,
        table: &str,
    ) -> impl Iterator<Item = &(String, Value)> {
        let last = self
            .0
            .iter()
            .rposition(|(operation, body)| writes(operation).1 && names(body, table));
        self.0
            .iter()
            .enumerate()
            .filter(move |(i, _)| Some(*i) != last)
            .map(|(_, request)| request)
    }
}

fn names(body: &Value, table: &str) -> bool {
    let is_it = |request: &Value| request.get("TableName").and_then(Value::as_str) == Some(table);
    let actions = body.get("TransactItems").and_then(Value::as_array);
    is_it(body)
        || body
            .get("RequestItems")
            .and_then(|tables| tables.get(table))
            .is_some()
        || actions.into_iter().flatten().any(|action| {
            let mut kinds = action
                .as_object()
                .into_iter()
                .flat_map(|action| action.values());
            kinds.any(is_it)
        })
}
