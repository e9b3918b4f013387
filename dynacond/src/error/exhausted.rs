//! A retry loop that ended without success.
use std::fmt;

use crate::error::error::Error;
use crate::write::target::{Subject, targeted};

/// The error of a retry loop that ended without success, because every attempt was refused.
#[derive(Debug)]
pub struct Exhausted {
    pub(crate) subject: Subject,
    /// The number of times that the write was sent.
    pub attempts: u32,
    /// Why the last attempt was refused.
    pub last: Error,
}

targeted!(Exhausted with a subject);

/// The error of a loop that has sent so often. `subject`: what the loop is about; without one, what its last error is about.
pub(crate) fn exhausted(subject: Option<Subject>, attempts: u32, last: Error) -> Error {
    let subject = subject.or_else(|| last.named().map(Subject::from));
    Error::Exhausted(Box::new(Exhausted {
        subject: subject.unwrap_or(const { Subject::unnamed("transact") }),
        attempts,
        last,
    }))
}

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: gave up after {} attempts; the last error: {}",
            self.subject, self.attempts, self.last
        )
    }
}

impl std::error::Error for Exhausted {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.last)
    }
}
