//! Reads that did not come to their end.
use std::fmt;

use crate::error::error::Error;
use crate::error::report::Report;
use crate::model::raw_key::RawKey;
use crate::read::cursor::Cursor;
use crate::value::item::Item;

/// A stream or a piece of bulk work was cut off.
#[derive(Debug)]
#[non_exhaustive]
pub struct Interrupted {
    /// Where a stream goes on, with `.after(..)` on the same query: nothing that was handed out comes again, and nothing is
    /// left out. `None`: at the beginning.
    pub cursor: Option<Cursor>,
    /// Of bulk work: what became of the items until then, and the checkpoint to resume from. `None` of a stream.
    pub report: Option<Box<Report>>,
    /// What happened.
    pub source: Error,
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.report {
            None => write!(f, "the results were cut off: {}", self.source),
            Some(report) => write!(f, "the work was cut off: {} ({report})", self.source),
        }
    }
}

impl std::error::Error for Interrupted {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Keys that stayed unread. `None` among the results of a batch means *read, and absent*, so they are told apart.
#[non_exhaustive]
pub struct Incomplete {
    /// The keys that were not read.
    pub unread: Vec<RawKey>,
    /// The items that were found.
    pub found: Vec<Item>,
    /// The last failure, if it was one; otherwise DynamoDB left the keys unprocessed.
    pub source: Option<Error>,
}

impl fmt::Debug for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values stay out of logs.
        write!(f, "Incomplete({self})")
    }
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} keys were not read until the retries ended",
            self.unread.len()
        )?;
        match &self.source {
            Some(source) => write!(f, "; the last: {source}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Incomplete {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
