//! Definite failures, told apart by DynamoDB's codes.
use crate::error::error::Error;
use crate::error::service::ServiceError;
use crate::wire::failure::Failure;
use crate::write::target::Subject;

/// A definite failure: the write was not applied.
pub(crate) fn failed(subject: impl Into<Subject>, failure: Failure) -> Error {
    let make = classify(failure.code.as_deref(), &failure.message);
    make(Box::new(ServiceError {
        subject: subject.into(),
        code: failure.code,
        message: failure.message,
        is_transient: failure.is_transient,
        source: failure.source.into(),
    }))
}

/// The one place that reads an error's text: DynamoDB tells what an update meets at run time by `ValidationException` alone.
///
/// Codes: [Error handling](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html).
fn classify(code: Option<&str>, message: &str) -> fn(Box<ServiceError>) -> Error {
    const REJECTED: [&str; 9] = [
        "refers to an attribute that does not exist in the item",
        "document path provided in the update expression is invalid",
        "operator or function: ",
        "incorrect data type",
        "Item size to update has exceeded the maximum allowed size",
        "Nesting Levels have exceeded supported limits",
        "Number overflow",
        "Number underflow",
        "more than 38 significant digits",
    ];
    match code {
        Some(
            "ProvisionedThroughputExceededException"
            | "ThrottlingException"
            | "RequestLimitExceeded"
            | "Throttling",
        ) => Error::Throttled,
        Some("TransactionConflictException" | "ReplicatedWriteConflictException") => {
            Error::TransactionConflict
        }
        Some("ValidationException") if REJECTED.iter().any(|text| message.contains(text)) => {
            Error::UpdateRejected
        }
        _ => Error::Service,
    }
}
