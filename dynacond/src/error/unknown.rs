//! Unknown outcomes: a write whose answer was lost, and whose fate could not be read.
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

/// The write may have been applied, may still be, or was not: its answer was lost, and what could be read does not say.
pub struct OutcomeUnknown {
    pub(crate) target: Target,
    pub(crate) write_id: Option<String>,
    pub(crate) last_seen: Option<Item>,
    pub(crate) source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    pub(crate) pending: Pending,
}

/// What was sent and lost its answer, kept to be sent again.
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
    /// The write id of the lost write, as it was sent last. An item that has this id holds the write. If the write names no
    /// id that it replaces, so does an item whose id begins with the same 16 digits: another send of the write, or a rival's
    /// save of what it left.
    #[must_use]
    pub fn write_id(&self) -> Option<&str> {
        self.write_id.as_deref()
    }

    /// The item as it was last read after the lost answer; `None` if it was not read, or not there.
    #[must_use]
    pub const fn last_seen(&self) -> Option<&Item> {
        self.last_seen.as_ref()
    }

    /// What was met instead of an answer.
    pub(crate) fn cause(&self) -> Option<&Cause> {
        let no_answer = self.source.as_deref()?.downcast_ref::<NoAnswer>()?;
        Some(&no_answer.cause)
    }

    /// Only a version was to be stamped before the write itself, which was not sent.
    pub(crate) fn into_not_sent(self) -> ServiceError {
        let message = "the answer to stamping a version was lost; the write itself was not sent";
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
                write!(f, "{target}: the answer ({cause}) does not tell: {may}")
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
