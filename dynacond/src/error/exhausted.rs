//! A retry loop that gave up.
use std::fmt;

use crate::error::error::Error;
use crate::write::target::{Subject, targeted};

/// A retry loop that gave up.
#[derive(Debug)]
pub struct Exhausted {
    pub(crate) subject: Subject,
    /// How often the write was sent.
    pub attempts: u32,
    /// Why the last attempt was refused.
    pub last: Error,
}

targeted!(Exhausted with a subject);

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: gave up after {} attempts; the last: {}",
            self.subject, self.attempts, self.last
        )
    }
}

impl std::error::Error for Exhausted {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.last)
    }
}
