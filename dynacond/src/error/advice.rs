//! Advice for errors of DynamoDB that come with a program's first requests. DynamoDB's own messages do not say where to look.

/// Returns what to check after this error of DynamoDB.
///
/// Codes and messages: [Error handling](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html).
pub(crate) fn advice(code: Option<&str>, message: &str) -> Option<&'static str> {
    const KEYS: [&str; 4] = [
        "key element does not match the schema",
        "number of conditions on the keys",
        "Missing the key",
        "Type mismatch for key",
    ];
    match code? {
        "ResourceNotFoundException" => Some(
            "the table does not exist, or is still being created: check its name, the Region and the endpoint",
        ),
        "ValidationException" if KEYS.iter().any(|text| message.contains(text)) => {
            Some("the key attributes of the table differ from those that the model declares")
        }
        "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "IncompleteSignatureException"
        | "MissingAuthenticationTokenException"
        | "ExpiredTokenException" => {
            Some("check the credentials, the Region and the clock of this machine")
        }
        _ => None,
    }
}
