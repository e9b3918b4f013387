//! Converts errors of the SDK's own reads into dynacond's error, for functions that read with the SDK and write with dynacond.
//!
//! Only reads are converted, because the error says that nothing was written. For a write of the SDK, only its caller knows what a
//! lost answer or a failed condition means.
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemError;
use aws_sdk_dynamodb::operation::get_item::GetItemError;
use aws_sdk_dynamodb::operation::query::QueryError;
use aws_sdk_dynamodb::operation::scan::ScanError;

use crate::error::error::Error;
use crate::outcome::failed::failed;
use crate::wire::failure::failure;
use crate::write::target::Subject;

/// The error of a read that the SDK sends.
#[diagnostic::on_unimplemented(
    message = "`?` turns errors of the SDK's own reads into dynacond's errors, and `{Self}` is not one of them",
    label = "only errors of the SDK's own reads become dynacond's: match on those of its writes",
    note = "only the caller of a write knows what a lost answer or a false condition means: match on its error"
)]
pub trait SdkRead: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static {
    /// The name of the operation in errors.
    #[doc(hidden)]
    const OPERATION: &'static str;
}

macro_rules! reads {
    ($($error:ident: $operation:literal),+) => { $(
        #[diagnostic::do_not_recommend]
        impl SdkRead for $error { const OPERATION: &'static str = $operation; }
    )+ };
}
reads! { QueryError: "query", ScanError: "scan", GetItemError: "get_item", BatchGetItemError: "batch_get_item" }

/// Becomes [`Error::Throttled`] or [`Error::Service`], with the operation, the code and the message, but without table and key.
impl<E: SdkRead> From<SdkError<E>> for Error {
    fn from(error: SdkError<E>) -> Self {
        of_read(E::OPERATION, error)
    }
}

fn of_read<E: SdkRead>(operation: &'static str, error: SdkError<E>) -> Error {
    match failed(Subject::unnamed(operation), failure(error)) {
        // DynamoDB uses the same words for a refused expression of a read and for a rejected update.
        Error::UpdateRejected(error) => Error::Service(error),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::config::http::HttpResponse;

    use super::*;

    #[test]
    fn a_page_that_cannot_be_read_is_not_printed() {
        let page = r#"{"Items":[{"ssn":{"S":"4711"}}"#.into();
        let status = 200.try_into().expect("a status");
        let raw = HttpResponse::new(status, page);
        let error = SdkError::<QueryError>::response_error("the page is cut off", raw);
        assert!(format!("{error:?}").contains("4711"), "the SDK's own does");
        let error = Error::from(error);
        let first: Option<&dyn std::error::Error> = Some(&error);
        let causes = std::iter::successors(first, |error| error.source());
        let said: Vec<_> = causes.map(|cause| format!("{cause} {cause:?}")).collect();
        let said = said.join(" ");
        assert!(said.contains("cut off"), "{said}");
        assert!(!said.contains("4711"), "{said}");
    }
}
