//! Failures of the service or the network, and the signal by which a transaction function asks for an item.
use std::fmt;

use std::sync::Arc;

use crate::error::advice::advice;
use crate::write::target::{Subject, Target, targeted};

/// A failure of DynamoDB or of the network.
#[derive(Clone)]
pub struct ServiceError {
    pub(crate) subject: Subject,
    pub(crate) code: Option<String>,
    pub(crate) message: String,
    /// Whether the same request can succeed later.
    pub(crate) is_transient: bool,
    pub(crate) source: Arc<dyn std::error::Error + Send + Sync>,
}

targeted!(ServiceError with a subject);

impl ServiceError {
    /// Returns DynamoDB's error code, such as `ResourceNotFoundException`, or `None` if DynamoDB did not answer.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.subject)?;
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        f.write_str(&self.message)?;
        match advice(self.code(), &self.message) {
            Some(advice) => write!(f, " ({advice})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ServiceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}

impl fmt::Debug for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceError({self})")
    }
}

/// A transaction function asked for an item that has not been read yet.
#[doc(hidden)]
#[derive(Debug)]
pub struct Unread {
    pub(crate) target: Target,
}

targeted!(Unread);

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Target {
            table,
            item_type,
            key,
            ..
        } = &self.target;
        write!(
            f,
            "the transaction must read {item_type} {key} in table {table} first: return this error with `?`, or \
             `presume` the item in a test"
        )
    }
}

impl std::error::Error for Unread {}
