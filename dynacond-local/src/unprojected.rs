//! Refuses a projection of an attribute that a global index does not project. The engine would leave out the attribute.
//!
//! The service refuses it: a global secondary index can only return attributes that are projected into it.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html>

use serde_json::Value;

use crate::key_update::resolve;

/// Returns the top-level names in the `ProjectionExpression` of this Query or Scan that its global index does not project. `table`
/// is the description of the table. The result is empty for a local index, which reads other attributes from the table.
pub(crate) fn unprojected_attributes(request: &Value, table: &Value) -> Vec<String> {
    let Some(expression) = request.get("ProjectionExpression").and_then(Value::as_str) else {
        return Vec::new();
    };
    let indexes = table["GlobalSecondaryIndexes"].as_array();
    let mut indexes = indexes.into_iter().flatten();
    let Some(index) = indexes.find(|index| index["IndexName"] == request["IndexName"]) else {
        return Vec::new();
    };
    let projection = &index["Projection"];
    if projection["ProjectionType"] == "ALL" {
        return Vec::new();
    }
    let included = projection["NonKeyAttributes"].as_array();
    let keys = [&table["KeySchema"], &index["KeySchema"]];
    let keys = keys.into_iter().filter_map(Value::as_array).flatten();
    let projected: Vec<&str> = keys
        .map(|key| &key["AttributeName"])
        .chain(included.into_iter().flatten())
        .filter_map(Value::as_str)
        .collect();
    let names = request.get("ExpressionAttributeNames");
    let paths = expression.split(',').map(str::trim);
    paths
        .map(|path| {
            resolve(
                path.split(['.', '[']).next().unwrap_or(path).trim_end(),
                names,
            )
        })
        .filter(|name| !projected.contains(name))
        .map(str::to_owned)
        .collect()
}
