//! Definite failures, by DynamoDB's error codes. Only this file reads the text of an error.
use std::sync::Arc;

use crate::error::error::Error;
use crate::error::schema::SchemaError;
use crate::error::service::ServiceError;
use crate::read::read::Read;
use crate::wire::failure::{Failure, is_conflict, is_throttling};
use crate::write::target::Subject;

/// The error of a definite failure, in which the write was not applied.
pub(crate) fn failed(subject: impl Into<Subject>, failure: Failure) -> Error {
    failed_each(failure)(subject.into())
}

/// The errors of a definite failure of a request about several items, one for each.
pub(crate) fn failed_each(failure: Failure) -> impl Fn(Subject) -> Error {
    let make = classify(failure.code.as_deref(), &failure.message);
    let Failure {
        code,
        message,
        is_transient,
        source,
        ..
    } = failure;
    let source: Arc<dyn std::error::Error + Send + Sync> = source.into();
    move |subject| {
        make(Box::new(ServiceError {
            subject,
            code: code.clone(),
            message: message.clone(),
            is_transient,
            source: Arc::clone(&source),
        }))
    }
}

/// The error of a definite failure of a query or a scan.
pub(crate) fn failed_read(read: &Read, failure: Failure) -> Error {
    let told = classify_read(failure.code.as_deref(), &failure.message);
    let Some((make, reason)) = told else {
        return failed(read.subject.clone(), failure);
    };
    make(Box::new(SchemaError {
        subject: read.subject.clone(),
        schema: read.schema,
        reason: reason.map_or_else(
            || format!("DynamoDB answers {:?}", failure.message),
            str::to_owned,
        ),
        source: Some(failure.source.into()),
    }))
}

/// The error if an answer shows that the table or the index differs from the declared one.
pub(crate) fn differs(read: &Read, reason: String) -> Error {
    Error::SchemaDiffers(Box::new(SchemaError {
        subject: read.subject.clone(),
        schema: read.schema,
        reason,
        source: None,
    }))
}

type OfSchema = fn(Box<SchemaError>) -> Error;

/// If an index is missing, or if keys and attributes of a request do not fit the table, DynamoDB returns only a
/// `ValidationException`. Requests follow the model, so the model differs from the table.
fn classify_read(code: Option<&str>, message: &str) -> Option<(OfSchema, Option<&'static str>)> {
    const MISSING: [(&str, &str); 2] = [
        (
            "does not have the specified index",
            "the table has no such index",
        ),
        (
            "backfilling global secondary index",
            "the index is still being built",
        ),
    ];
    const DIFFERS: [&str; 11] = [
        "missed key schema element",
        "key condition not supported",
        "exceeds the number of key attributes",
        "must have equality conditions specified in the query",
        "parameter type does not match schema type",
        "can only contain non-primary key attributes",
        "starting key is invalid",
        "Exclusive Start Key must have same size",
        "Consistent reads are not supported",
        "Select type ALL_ATTRIBUTES is not supported",
        "does not project",
    ];
    if code != Some("ValidationException") {
        return None;
    }
    if let Some((_, reason)) = MISSING.iter().find(|(text, _)| message.contains(text)) {
        return Some((Error::NoSuchIndex, Some(reason)));
    }
    let differs = DIFFERS.iter().any(|text| message.contains(text));
    differs.then_some((Error::SchemaDiffers as OfSchema, None))
}

/// The texts of a `ValidationException` that is about the stored item, and not about the request.
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
        Some(code) if is_throttling(code) => Error::Throttled,
        Some(code) if is_conflict(code) => Error::TransactionConflict,
        Some("ValidationException") if REJECTED.iter().any(|text| message.contains(text)) => {
            Error::UpdateRejected
        }
        _ => Error::Service,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::failure::failure_of;

    /// The embedded engine never answers with the second code, which only a global table has.
    #[test]
    fn a_conflict_with_a_transaction_or_with_a_replica_is_one_error_that_is_retryable() {
        for code in [
            "TransactionConflictException",
            "ReplicatedWriteConflictException",
        ] {
            let failure = Failure {
                code: Some(code.to_owned()),
                ..failure_of("told")
            };
            let error = failed(Subject::unnamed("save"), failure);
            assert!(matches!(error, Error::TransactionConflict(_)), "{code}");
            assert!(error.is_retryable(), "{code}");
        }
    }
}
