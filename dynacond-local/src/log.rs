//! What went over the wire.

use serde_json::Value;

/// A request that was sent. Each attempt of the SDK is a request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Request {
    /// DynamoDB's name of the operation, such as `UpdateItem`.
    pub operation: String,
    /// The body: DynamoDB JSON.
    pub body: Value,
    /// The fault that this request met, by its name, such as `LoseAnswer`.
    pub fault: Option<String>,
    /// The HTTP status with which the database answered; `None` if the request has not reached the database, or not yet.
    pub served: Option<u16>,
    /// How many requests the database had served before this one; `None` if it has not served it. Requests that overlap at an
    /// endpoint are counted in the order of their answers.
    pub turn: Option<u64>,
    /// The HTTP status that the client received; `None` if it received no answer, or not yet.
    pub answered: Option<u16>,
    pub(crate) id: u64,
}
