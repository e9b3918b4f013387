//! A writer that knows nothing of versions: it creates items that are missing, and claims those that nobody has versioned.
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

use super::model::{CLAIM, Ledger};

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

/// Creates an item without a version. No two contents are the same, as those of two real writers are not.
pub async fn create<T: Ledger>(client: &Client, id: &str, unique: &str) {
    let put = client
        .put_item()
        .table_name(T::MODEL.table)
        .item("id", s(id))
        .item("total", AttributeValue::N("0".to_owned()))
        .item("mark", s(&format!("raw {unique}")))
        .condition_expression("attribute_not_exists(id)");
    drop(put.send().await);
}

/// Claims an item that has neither a claim nor a version.
pub async fn claim<T: Ledger>(client: &Client, id: &str, unique: &str) {
    let update = client
        .update_item()
        .table_name(T::MODEL.table)
        .key("id", s(id))
        .update_expression("SET #c = :c")
        .condition_expression(
            "attribute_exists(id) AND attribute_not_exists(#c) AND attribute_not_exists(item_version)",
        )
        .expression_attribute_names("#c", CLAIM)
        .expression_attribute_values(":c", s(&format!("rival {unique}")));
    drop(update.send().await);
}
