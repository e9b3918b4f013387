//! Failures: the SDK's errors without the raw answers in them.
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{BoxError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::CancellationReason;

use crate::wire::cause::{Cause, NoAnswer, text_of};

/// An error of the service or the network.
pub(crate) struct Failure {
    pub(crate) code: Option<String>,
    pub(crate) message: String,
    /// Whether the same request can succeed later.
    pub(crate) is_transient: bool,
    /// What happened, in a few words without values.
    pub(crate) cause: Cause,
    pub(crate) source: BoxError,
}

impl Failure {
    /// Whether a loop should try again after this number of attempts. If a host is not found, that may be a temporary error of the
    /// resolver, but rarely a long one.
    pub(crate) fn is_worth_retrying(&self, attempts: u32) -> bool {
        const LOOK_UPS: u32 = 3;
        self.is_transient && (self.cause != Cause::NoSuchHost || attempts < LOOK_UPS)
    }

    /// Whether DynamoDB throttled the request.
    pub(crate) fn is_throttling(&self) -> bool {
        self.code.as_deref().is_some_and(is_throttling)
    }

    /// A failure after which it is not known whether the request was applied.
    pub(crate) fn into_no_answer(self) -> Self {
        let source = Box::new(NoAnswer {
            cause: self.cause.clone(),
            source: self.source,
        });
        Self { source, ..self }
    }
}

pub(crate) fn failure<E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static>(
    error: SdkError<E, HttpResponse>,
) -> Failure {
    let metadata = error.as_service_error().map(ProvideErrorMetadata::meta);
    let code = metadata.and_then(|meta| meta.code()).map(str::to_owned);
    let cause = match &error {
        SdkError::TimeoutError(_) => Cause::Timeout,
        _ => Cause::of(error.raw_response(), code.as_deref(), &error),
    };
    let message = match metadata.and_then(|meta| meta.message()) {
        Some(message) => message.to_owned(),
        None => cause.told(&text_of(&error)),
    };
    let is_transient = match &error {
        SdkError::TimeoutError(_) | SdkError::ResponseError(_) => true,
        SdkError::DispatchFailure(failure) => {
            failure.is_io() || failure.is_timeout() || failure.as_other().is_some()
        }
        SdkError::ServiceError(answer) => {
            answer.raw().status().is_server_error()
                || code.as_deref().is_some_and(is_transient_code)
        }
        _ => false,
    };
    Failure {
        code,
        message,
        is_transient,
        cause,
        // The raw response is dropped, because its `Debug` prints items.
        source: error.into_source().unwrap_or_else(Into::into),
    }
}

/// Returns a cancellation reason that is not a false condition, with the code of the same error for a single request. It is `None`
/// for an action that did not fail.
///
/// [TransactionCanceledException](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html)
pub(crate) fn failure_of_reason(reason: CancellationReason) -> Option<Failure> {
    let code = match reason.code.unwrap_or_default().as_str() {
        // The code is the string "None", and not absent.
        "None" | "" => return None,
        "TransactionConflict" => "TransactionConflictException",
        "ThrottlingError" => "ThrottlingException",
        "ProvisionedThroughputExceeded" => "ProvisionedThroughputExceededException",
        "ItemCollectionSizeLimitExceeded" => "ItemCollectionSizeLimitExceededException",
        "ValidationError" => "ValidationException",
        other => other,
    }
    .to_owned();
    let message = reason.message.unwrap_or_default();
    let source = format!("{code}: {message}").into();
    Some(Failure {
        is_transient: is_transient_code(&code),
        cause: Cause::Answer {
            status: 400,
            code: Some(code.clone()),
        },
        code: Some(code),
        message,
        source,
    })
}

pub(crate) fn failure_of(error: impl Into<BoxError>) -> Failure {
    let source = error.into();
    Failure {
        code: None,
        message: source.to_string(),
        is_transient: false,
        cause: Cause::Other,
        source,
    }
}

/// The codes of throttling.
///
/// [Error handling](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html)
pub(crate) fn is_throttling(code: &str) -> bool {
    const CODES: [&str; 4] = [
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "Throttling",
        "RequestLimitExceeded",
    ];
    CODES.contains(&code)
}

/// The codes of conflicts: another transaction is writing the item, or a write of a replica was faster. Nothing was written, and the
/// same request can succeed when the other write has ended.
pub(crate) fn is_conflict(code: &str) -> bool {
    const CODES: [&str; 2] = [
        "TransactionConflictException",
        "ReplicatedWriteConflictException",
    ];
    CODES.contains(&code)
}

/// The codes of temporary errors: throttling, a conflict, or a request that came too slowly.
fn is_transient_code(code: &str) -> bool {
    const CODES: [&str; 2] = ["RequestTimeout", "RequestTimeoutException"];
    is_throttling(code) || is_conflict(code) || CODES.contains(&code)
}
