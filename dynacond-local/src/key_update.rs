//! Refuses an update of a key attribute in a transaction, which the engine would accept and which would corrupt its data.
//!
//! The service refuses it: "You cannot update primary key attributes using `UpdateItem`".
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Update.html>

use serde_json::Value;

/// Returns the name of the first key attribute that an `Update` action of this `TransactWriteItems` would change.
pub(crate) fn changed_key_attribute(request: &Value) -> Option<String> {
    let actions = request.get("TransactItems")?.as_array()?;
    actions
        .iter()
        .filter_map(|action| action.get("Update"))
        .find_map(|update| {
            let key = update.get("Key")?.as_object()?;
            let names = update.get("ExpressionAttributeNames");
            targets(update.get("UpdateExpression")?.as_str()?)
                .into_iter()
                .map(|name| resolve(name, names))
                .find(|name| key.contains_key(*name))
                .map(str::to_owned)
        })
}

/// Returns the attribute of a placeholder, or the name itself.
pub(crate) fn resolve<'a>(name: &'a str, names: Option<&'a Value>) -> &'a str {
    names
        .and_then(|names| names.get(name))
        .and_then(Value::as_str)
        .unwrap_or(name)
}

/// Returns the top-level attribute names, or their placeholders, that an update expression changes: the first word after SET,
/// REMOVE, ADD or DELETE, and after each comma outside parentheses.
fn targets(expression: &str) -> Vec<&str> {
    let mut targets = Vec::new();
    let mut expects_target = false;
    let mut depth = 0_usize;
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '#' | ':');
        let (token, after) = if is_word(first) {
            rest.split_at(rest.find(|c| !is_word(c)).unwrap_or(rest.len()))
        } else {
            rest.split_at(first.len_utf8())
        };
        rest = after;
        match token {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "," if depth == 0 => expects_target = true,
            // These four are reserved words, so an attribute with such a name needs a placeholder.
            _ if ["SET", "REMOVE", "ADD", "DELETE"]
                .iter()
                .any(|clause| token.eq_ignore_ascii_case(clause)) =>
            {
                expects_target = true;
            }
            _ if expects_target && is_word(first) => {
                targets.push(token);
                expects_target = false;
            }
            _ => {}
        }
    }
    targets
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn targets_are_the_changed_attributes() {
        let table: [(&str, &[&str]); 5] = [
            ("SET a = :a", &["a"]),
            (
                "set #a.b[0] = if_not_exists(#c, :d), e = f + :g",
                &["#a", "e"],
            ),
            (
                "REMOVE a, b.c ADD n :one DELETE s :m",
                &["a", "b", "n", "s"],
            ),
            ("SET a=list_append(a,:x)REMOVE b", &["a", "b"]),
            ("", &[]),
        ];
        for (expression, expected) in table {
            assert_eq!(targets(expression), expected, "{expression}");
        }
    }

    #[test]
    fn a_key_behind_a_placeholder_is_found() {
        let update = |expression: &str| {
            json!({ "TransactItems": [{ "Update": {
                "Key": { "pk": { "S": "1" } },
                "UpdateExpression": expression,
                "ExpressionAttributeNames": { "#k": "pk", "#s": "stock" },
            } }] })
        };
        assert_eq!(
            changed_key_attribute(&update("SET #s = :s, #k = :k")).as_deref(),
            Some("pk")
        );
        assert_eq!(changed_key_attribute(&update("SET #s = pk")), None);
    }
}
