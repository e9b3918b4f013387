//! Copies one error for several callers.
use std::sync::Arc;

use crate::error::error::Error;
use crate::error::service::ServiceError;
use crate::error::unknown::{OutcomeUnknown, Payload, Pending};
use crate::write::target::Subject;

impl Error {
    /// Returns the same error for another caller who shares the request.
    pub(crate) fn shared(&self) -> Self {
        match self {
            Self::AlreadyExists(refusal) => Self::AlreadyExists(refusal.clone()),
            Self::NotFound(refusal) => Self::NotFound(refusal.clone()),
            Self::Conflict(refusal) => Self::Conflict(refusal.clone()),
            Self::ConditionFailed(refusal) => Self::ConditionFailed(refusal.clone()),
            Self::Unexplained(refusal) => Self::Unexplained(refusal.clone()),
            Self::UpdateRejected(error) => Self::UpdateRejected(error.clone()),
            Self::Throttled(error) => Self::Throttled(error.clone()),
            Self::TransactionConflict(error) => Self::TransactionConflict(error.clone()),
            Self::Service(error) => Self::Service(error.clone()),
            Self::Expression(error) => Self::Expression(error.clone()),
            Self::Invalid(error) => Self::Invalid(error.clone()),
            Self::Decode(error) => Self::Decode(error.clone()),
            Self::OutcomeUnknown(unknown) => unknown.shared(),
            // A read or a write of one item has no other errors.
            other => Self::Service(Box::new(ServiceError {
                subject: Subject::unnamed("modify"),
                code: None,
                message: other.to_string(),
                is_transient: other.is_retryable(),
                source: Arc::from(aws_sdk_dynamodb::error::BoxError::from(other.to_string())),
            })),
        }
    }
}

impl OutcomeUnknown {
    fn shared(&self) -> Error {
        let payload = match &self.pending.payload {
            Payload::Single(write) => Payload::Single(write.clone()),
            Payload::Transaction(actions) => Payload::Transaction(actions.clone()),
        };
        Error::OutcomeUnknown(Box::new(Self {
            target: self.target.clone(),
            write_id: self.write_id.clone(),
            last_seen: self.last_seen.clone(),
            source: self.source.clone(),
            pending: Pending {
                connection: Arc::clone(&self.pending.connection),
                payload,
            },
        }))
    }
}
