//! Unknown outcomes: the answer to a write was lost, and no read showed what happened.
use std::fmt;
use std::sync::Arc;

use aws_sdk_dynamodb::error::BoxError;

use crate::error::service::ServiceError;
use crate::value::item::Item;
use crate::wire::actions::Actions;
use crate::wire::cause::{Cause, NoAnswer};
use crate::wire::connection::Connection;
use crate::write::target::{Target, targeted};
use crate::write::write::Write;

/// The error of a write whose answer was lost. The write was applied, or was not applied, or may still be applied, and dynacond could not
/// find out which.
pub struct OutcomeUnknown {
    pub(crate) target: Target,
    pub(crate) write_id: Option<String>,
    pub(crate) last_seen: Option<Item>,
    pub(crate) source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    pub(crate) pending: Pending,
}

/// The request whose answer was lost, kept for `resend`.
pub(crate) struct Pending {
    pub(crate) connection: Arc<Connection>,
    pub(crate) payload: Payload,
}

pub(crate) enum Payload {
    Single(Box<Write>),
    Transaction(Box<Actions>),
}

targeted!(OutcomeUnknown);

impl OutcomeUnknown {
    /// Returns the write id of the latest attempt. An item that has this id contains the write. If the write's guard does not name the id
    /// that it replaces, an item whose id begins with the same 16 digits contains the write, too: another attempt wrote it, or
    /// somebody saved the item after an attempt.
    #[must_use]
    pub fn write_id(&self) -> Option<&str> {
        self.write_id.as_deref()
    }

    /// Returns the item as it was read after the lost answer, or `None` if it was not read or does not exist.
    #[must_use]
    pub const fn last_seen(&self) -> Option<&Item> {
        self.last_seen.as_ref()
    }

    pub(crate) fn cause(&self) -> Option<&Cause> {
        let no_answer = self.source.as_deref()?.downcast_ref::<NoAnswer>()?;
        Some(&no_answer.cause)
    }

    /// The error if the lost request was not the write itself, but the one before it, which gives the item a version.
    pub(crate) fn into_not_sent(self) -> ServiceError {
        let message = "the answer to the request that gives the item a version was lost; the write itself was not sent";
        ServiceError {
            subject: self.target.into(),
            code: None,
            message: message.to_owned(),
            is_transient: true,
            source: self
                .source
                .unwrap_or_else(|| Arc::from(BoxError::from(message))),
        }
    }
}

impl fmt::Display for OutcomeUnknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let may = "the write may or may not have been applied";
        let target = &self.target;
        match self.cause() {
            Some(cause) if cause.is_answer() => {
                write!(
                    f,
                    "{target}: the answer ({cause}) does not say what happened: {may}"
                )
            }
            Some(cause) => {
                write!(f, "{target}: the answer was lost ({cause}), and {may}")
            }
            None => write!(f, "{target}: the answer was lost, and {may}"),
        }
    }
}

impl std::error::Error for OutcomeUnknown {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl fmt::Debug for OutcomeUnknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OutcomeUnknown({self})")
    }
}
