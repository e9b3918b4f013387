//! Separate tables at an endpoint that others use as well. Table names get a unique prefix before a request is signed, and the
//! prefix is removed from answers.

use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use serde_json::{Map, Value};

use crate::forward::set_body;

/// The prefix of all table names of one database at the endpoint.
#[derive(Clone, Debug)]
pub(crate) struct OwnTables(String);

impl OwnTables {
    pub(crate) fn new() -> Self {
        Self(format!("dynacond-{:016x}-", fastrand::u64(..)))
    }

    pub(crate) fn name(&self, table: &str) -> String {
        format!("{}{table}", self.0)
    }

    /// Returns the text without the prefixes.
    pub(crate) fn hide(&self, text: &str) -> String {
        text.replace(&self.0, "")
    }

    /// Adds the prefix to the table names of a request.
    pub(crate) fn rename(&self, request: &mut Value) {
        for member in ["TableName", "ExclusiveStartTableName"] {
            if let Some(Value::String(name)) = request.get_mut(member) {
                *name = self.name(name);
            }
        }
        if let Some(Value::Object(tables)) = request.get_mut("RequestItems") {
            let renamed: Map<_, _> = std::mem::take(tables)
                .into_iter()
                .map(|(table, asked)| (self.name(&table), asked))
                .collect();
            *tables = renamed;
        }
        let actions = request
            .get_mut("TransactItems")
            .and_then(Value::as_array_mut);
        for action in actions.into_iter().flatten() {
            for kind in action
                .as_object_mut()
                .into_iter()
                .flat_map(|kinds| kinds.values_mut())
            {
                self.rename(kind);
            }
        }
    }

    /// Removes the tables of others from a list.
    pub(crate) fn keep_own(&self, answer: &mut Value) {
        let names = answer.get_mut("TableNames").and_then(Value::as_array_mut);
        if let Some(names) = names {
            names.retain(|name| name.as_str().is_some_and(|name| name.starts_with(&self.0)));
        }
    }
}

impl Intercept for OwnTables {
    fn name(&self) -> &'static str {
        "OwnTables"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let Some(bytes) = request.body().bytes() else {
            return Ok(());
        };
        let mut body = serde_json::from_slice(bytes)?;
        self.rename(&mut body);
        Ok(set_body(request, &body)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_table_of_a_request_is_renamed_and_nothing_else() {
        let own = OwnTables("x-".to_owned());
        let key = json!({ "TableName": { "S": "shop" } });
        for (mut request, expected) in [
            (
                json!({ "TableName": "shop", "Key": key }),
                json!({ "TableName": "x-shop", "Key": key }),
            ),
            (
                json!({ "RequestItems": { "shop": { "Keys": [key] }, "users": [] } }),
                json!({ "RequestItems": { "x-shop": { "Keys": [key] }, "x-users": [] } }),
            ),
            (
                json!({ "TransactItems": [{ "Put": { "TableName": "shop", "Item": key } }] }),
                json!({ "TransactItems": [{ "Put": { "TableName": "x-shop", "Item": key } }] }),
            ),
            (json!({}), json!({})),
        ] {
            own.rename(&mut request);
            assert_eq!(request, expected);
        }
    }

    #[test]
    fn two_databases_have_no_table_in_common() {
        assert_ne!(OwnTables::new().name("shop"), OwnTables::new().name("shop"));
    }

    #[test]
    fn other_peoples_tables_are_not_listed() {
        let own = OwnTables("x-".to_owned());
        let mut answer = json!({ "TableNames": ["shop", "x-shop", "y-shop"] });
        own.keep_own(&mut answer);
        assert_eq!(own.hide(&answer.to_string()), r#"{"TableNames":["shop"]}"#);
    }
}
