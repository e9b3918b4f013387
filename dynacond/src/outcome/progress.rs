//! The progress of long work, for its watcher and its report.
use std::time::Duration;

use crate::error::error::Error;
use crate::error::report::{Failed, Report};
use crate::model::raw_key::RawKey;
use crate::read::checkpoint::{Checkpoint, Position};
use crate::wire::call::{Call, Consumed};

/// The progress of a scan, a query or bulk work. The closure of [`on_progress`](crate::Query::on_progress) gets it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Progress {
    /// How many segments there are; 1 for a query and for a list.
    pub segments: usize,
    /// How many segments are at their end.
    pub segments_done: usize,
    /// How many items DynamoDB has looked at so far, before the filter. For a list, how many items have their outcome.
    pub examined: usize,
    /// Items that were written or deleted so far. Of a list, also those whose request found nothing left to do.
    pub changed: usize,
    /// Items that were left as they were.
    pub unchanged: usize,
    /// Items that no longer existed.
    pub gone: usize,
    /// Items that failed.
    pub failed: usize,
    /// The capacity units that DynamoDB has reported so far.
    pub consumed: Consumed,
    /// How long the work has been running.
    pub elapsed: Duration,
    /// Capacity units for each second, reads and writes together, over the last five to ten seconds.
    pub units_per_second: f64,
    checkpoint: Checkpoint,
}

impl Progress {
    /// Returns what is done so far, for [`resume`](crate::Query::resume) in this process or in another one: a position for each segment, up
    /// to which every item has its outcome. With [`fetch`](crate::Query::fetch), whole pages count.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        self.checkpoint.clone()
    }
}

/// The outcome of one item.
#[derive(Debug)]
pub enum ItemOutcome {
    /// The item was written or deleted.
    Changed,
    /// The item was left as it was.
    Unchanged,
    /// The item no longer existed.
    Gone,
    /// The item failed.
    Failed(Box<Failed>),
    /// The service failed, and not the item. The work cannot continue, and the item has no outcome.
    Halted(Error),
}

/// Counts the outcomes of items of a list.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Told {
    pub(crate) changed: usize,
    pub(crate) unchanged: usize,
    pub(crate) failed: usize,
}

impl Told {
    /// Counts the outcome of one item, for which this many requests were sent.
    pub(crate) fn of<T, E>(outcome: &Result<T, E>, requests: u32) -> Self {
        Self {
            changed: usize::from(outcome.is_ok() && requests > 0),
            unchanged: usize::from(outcome.is_ok() && requests == 0),
            failed: usize::from(outcome.is_err()),
        }
    }
}

impl ItemOutcome {
    /// Returns the outcome of an item whose write has failed. An error about the item is the item's own. Throttling until the
    /// retries end, no access, a missing table or no answer would also affect every other item.
    pub(crate) fn of_error(key: RawKey, error: Error) -> Self {
        let of_item = |code: Option<&str>| {
            matches!(
                code,
                Some("ValidationException" | "ItemCollectionSizeLimitExceededException")
            )
        };
        match error {
            Error::NotFound(_) => Self::Gone,
            Error::Throttled(_) => Self::Halted(error),
            Error::Service(ref service) if !of_item(service.code.as_deref()) => Self::Halted(error),
            error => Self::Failed(Box::new(Failed::new(key, error))),
        }
    }
}

/// The time between two samples of the rate. Two samples are kept.
const SAMPLE: Duration = Duration::from_secs(5);
/// The longest time between two calls of the watcher while items get their outcomes.
const LOOK: Duration = Duration::from_secs(1);

/// The counters of long work.
pub(crate) struct Tally {
    pub(crate) examined: usize,
    changed: usize,
    unchanged: usize,
    gone: usize,
    failed: Vec<Failed>,
    /// Items of a list that failed. Their errors are among the outcomes.
    told: usize,
    /// The position of each segment, and the fingerprint of the read.
    pub(crate) done: Checkpoint,
    /// The time when the watcher was last called.
    looked: Duration,
    /// The units at two moments. The rate is computed from the earlier one.
    samples: [(Duration, f64); 2],
}

impl Tally {
    pub(crate) const fn new(begins: Checkpoint) -> Self {
        Self {
            examined: 0,
            changed: 0,
            unchanged: 0,
            gone: 0,
            failed: Vec::new(),
            told: 0,
            done: begins,
            looked: Duration::ZERO,
            samples: [(Duration::ZERO, 0.0); 2],
        }
    }

    /// Counts an item, and returns an error if it ends the work.
    pub(crate) fn note(&mut self, outcome: ItemOutcome) -> Result<(), Error> {
        match outcome {
            ItemOutcome::Changed => self.changed += 1,
            ItemOutcome::Unchanged => self.unchanged += 1,
            ItemOutcome::Gone => self.gone += 1,
            ItemOutcome::Failed(failed) => self.failed.push(*failed),
            ItemOutcome::Halted(error) => return Err(error),
        }
        Ok(())
    }

    /// Counts items that no longer existed when the work reached them.
    pub(crate) const fn note_gone(&mut self, items: usize) {
        self.gone += items;
    }

    /// Counts items of a list, each of which has its own outcome.
    pub(crate) const fn note_told(&mut self, told: Told) {
        self.examined += told.changed + told.unchanged + told.failed;
        self.changed += told.changed;
        self.unchanged += told.unchanged;
        self.told += told.failed;
    }

    /// Whether the watcher should be called again.
    pub(crate) fn is_due(&self, call: &Call) -> bool {
        call.clock.elapsed().saturating_sub(self.looked) >= LOOK
    }

    /// Returns the progress for the watcher.
    pub(crate) fn progress(&mut self, call: &Call) -> Progress {
        let (elapsed, consumed) = (call.clock.elapsed(), call.consumed());
        let units = consumed.read_units + consumed.write_units;
        self.looked = elapsed;
        if elapsed.saturating_sub(self.samples[1].0) >= SAMPLE {
            self.samples = [self.samples[1], (elapsed, units)];
        }
        let (since, before) = self.samples[0];
        let seconds = elapsed.saturating_sub(since).as_secs_f64();
        let ended = |position: &&Position| **position == Position::End;
        Progress {
            segments: self.done.segments.len(),
            segments_done: self.done.segments.iter().filter(ended).count(),
            examined: self.examined,
            changed: self.changed,
            unchanged: self.unchanged,
            gone: self.gone,
            failed: self.failed.len() + self.told,
            consumed,
            elapsed,
            units_per_second: if seconds > 0.0 {
                (units - before) / seconds
            } else {
                0.0
            },
            checkpoint: self.done.clone(),
        }
    }

    /// Returns the report.
    pub(crate) fn report(self, call: &Call) -> Report {
        Report {
            examined: self.examined,
            changed: self.changed,
            unchanged: self.unchanged,
            gone: self.gone,
            failed: self.failed,
            consumed: call.consumed(),
            checkpoint: Some(self.done).filter(|done| !done.is_done()),
        }
    }
}
