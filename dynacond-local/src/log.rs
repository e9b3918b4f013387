//! The log of requests.

use serde_json::Value;

/// A request that was sent. Each attempt of the SDK is a request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Request {
    /// DynamoDB's name of the operation, such as `UpdateItem`.
    pub operation: String,
    /// The body, in DynamoDB's JSON format.
    pub body: Value,
    /// The fault that this request met, by its name, such as `LoseAnswer`.
    pub fault: Option<String>,
    /// The HTTP status with which the database answered; `None` if the request has not reached the database.
    pub served: Option<u16>,
    /// How many requests the database had served before this one; `None` if it has not served this one. Overlapping requests at an
    /// endpoint are counted in the order of their answers.
    pub turn: Option<u64>,
    /// The HTTP status that the client received; `None` if it has received no answer.
    pub answered: Option<u16>,
    pub(crate) id: u64,
}
