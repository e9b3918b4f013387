//! The result of bulk work: how many items were changed, which failed and why, and where to continue.
use std::fmt;

use crate::error::error::Error;
use crate::model::raw_key::RawKey;
use crate::read::checkpoint::Checkpoint;
use crate::wire::call::Consumed;

/// The result of bulk work.
///
/// Every item is counted once: as `changed`, `unchanged` or `gone`, or among the `failed`. After a scan or a query that reached its end,
/// the sum of these is `examined`, minus the items that the filter left out.
#[must_use = "items may have failed, and work may be left"]
#[non_exhaustive]
pub struct Report {
    /// How many items DynamoDB looked at, before the filter, which is what the reads cost. For work on a list, the number of its items.
    pub examined: usize,
    /// Items that were written, or deleted. An item whose deletion got no answer counts here if it is gone afterwards: this work
    /// deleted the item, or another writer did in the same moment.
    pub changed: usize,
    /// Items that the closure did not change, and items that another writer changed so that the filter leaves them out. Nothing was sent for
    /// them, or nothing was applied.
    pub unchanged: usize,
    /// Items that no longer existed when their turn came.
    pub gone: usize,
    /// The items that failed, in the order in which they did.
    pub failed: Vec<Failed>,
    /// The capacity units that DynamoDB reported for all requests together: a lower bound, as [`Consumed`] says.
    pub consumed: Consumed,
    /// Where to continue. It is `None` only if the end was seen, and for work on a list.
    pub checkpoint: Option<Checkpoint>,
}

/// An item that failed.
#[derive(Debug)]
#[non_exhaustive]
pub struct Failed {
    /// The item's key.
    pub key: RawKey,
    /// The error. After [`Error::OutcomeUnknown`] the item may have been written. If [`Error::Decode`] has
    /// [`applied`](crate::DecodeError::applied), the item was written. After every other error it was not.
    pub error: Error,
}

impl Failed {
    pub(crate) const fn new(key: RawKey, error: Error) -> Self {
        Self { key, error }
    }
}

/// One line: `1000 examined, 10 changed, 990 unchanged, 0 gone, 0 failed; 250 read units, 10 write units`.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            examined,
            changed,
            unchanged,
            gone,
            failed,
            consumed,
            checkpoint,
        } = self;
        write!(
            f,
            "{examined} examined, {changed} changed, {unchanged} unchanged, {gone} gone, {} failed; {} read units, {} write units",
            failed.len(),
            consumed.read_units,
            consumed.write_units
        )?;
        if checkpoint.is_some() {
            f.write_str("; not at the end")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Report({self})")
    }
}
