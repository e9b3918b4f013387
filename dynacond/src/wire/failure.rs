//! Failures: what the SDK's errors come to, without the raw answers in them.
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{BoxError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::CancellationReason;

/// An error of the service or the network.
pub(crate) struct Failure {
    pub(crate) code: Option<String>,
    pub(crate) message: String,
    /// Whether the same request can succeed later.
    pub(crate) is_transient: bool,
    pub(crate) source: BoxError,
}

pub(crate) fn failure<E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static>(
    error: SdkError<E, HttpResponse>,
) -> Failure {
    let metadata = error.as_service_error().map(ProvideErrorMetadata::meta);
    let code = metadata.and_then(|meta| meta.code()).map(str::to_owned);
    let message = match metadata.and_then(|meta| meta.message()) {
        Some(message) => message.to_owned(),
        None => text_of(&error),
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
        // Not the raw response, whose `Debug` prints the items in it.
        source: error.into_source().unwrap_or_else(Into::into),
    }
}

/// An error and its causes, the first first.
fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

/// The SDK's own text says no more than "dispatch failure".
pub(crate) fn text_of(error: &(dyn std::error::Error + 'static)) -> String {
    let texts: Vec<_> = causes(error).map(ToString::to_string).collect();
    texts.join(": ")
}

/// What kinds of I/O errors are behind an error.
pub(crate) fn io_kinds(
    error: &(dyn std::error::Error + 'static),
) -> impl Iterator<Item = std::io::ErrorKind> {
    causes(error)
        .filter_map(|error| error.downcast_ref::<std::io::Error>())
        .map(std::io::Error::kind)
}

/// A cancellation reason that is no refused condition, under the name that a single request's error has; `None` for an
/// innocent action.
///
/// [TransactionCanceledException](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html)
pub(crate) fn failure_of_reason(reason: CancellationReason) -> Option<Failure> {
    let code = match reason.code.unwrap_or_default().as_str() {
        // The string, not an absent code.
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
        source,
    }
}

/// Codes of what is over in a while: load, or what stood in the way.
fn is_transient_code(code: &str) -> bool {
    const CODES: [&str; 8] = [
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "Throttling",
        "RequestLimitExceeded",
        "TransactionConflictException",
        "ReplicatedWriteConflictException",
        "RequestTimeout",
        "RequestTimeoutException",
    ];
    CODES.contains(&code)
}
