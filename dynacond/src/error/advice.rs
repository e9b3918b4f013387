//! Where to look when DynamoDB refuses every request: its own messages name neither the account nor the model.

/// What a definite error of the service means when it comes with a program's first requests.
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
            "the table is not there, or is still being created: check its name, the Region and the endpoint",
        ),
        "ValidationException" if KEYS.iter().any(|text| message.contains(text)) => {
            Some("the table has other key attributes than the model declares")
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
