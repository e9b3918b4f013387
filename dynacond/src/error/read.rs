//! The errors of reads that ended early.
use std::fmt;

use crate::error::error::Error;
use crate::error::report::Report;
use crate::model::raw_key::RawKey;
use crate::read::cursor::Cursor;
use crate::value::item::Item;

/// The error of a stream or of bulk work that was interrupted, and of a page that begins with an item that does not decode.
#[derive(Debug)]
#[non_exhaustive]
pub struct Interrupted {
    /// The position from which you can continue, with `.after(..)` on the same query. `None` means the beginning. No item that was returned
    /// comes again. None is left out, except the item that does not decode: after a page, the position is behind this item, which
    /// [`source`](Self::source) names.
    pub cursor: Option<Cursor>,
    /// For bulk work, the outcomes so far and the checkpoint to resume from. `None` for a stream.
    pub report: Option<Box<Report>>,
    /// The failure.
    pub source: Error,
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.report {
            None => write!(f, "the read stopped before its end: {}", self.source),
            Some(report) => write!(
                f,
                "the work stopped before its end: {} ({report})",
                self.source
            ),
        }
    }
}

impl std::error::Error for Interrupted {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// The error of a batch in which some keys were not read. (`None` in the result of a batch means *read, and absent*.)
#[non_exhaustive]
pub struct Incomplete {
    /// The keys that were not read.
    pub unread: Vec<RawKey>,
    /// The items that were found.
    pub found: Vec<Item>,
    /// The last failure; `None` if DynamoDB answered, but left the keys unprocessed.
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
            "{} keys were still not read when the retries ended",
            self.unread.len()
        )?;
        match &self.source {
            Some(source) => write!(f, "; the last error: {source}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Incomplete {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
