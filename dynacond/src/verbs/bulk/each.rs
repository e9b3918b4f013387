//! `modify_each` and `delete_each`: write every item that a query or a scan finds, each under its own guard.
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::Instrument as _;

use crate::error::error::{Error, Result};
use crate::error::read::Interrupted;
use crate::error::report::{Failed, Report};
use crate::model::conversion::DecodeError;
use crate::model::invalid::InvalidInput;
use crate::model::item::Guarded;
use crate::model::raw_key::RawKey;
use crate::model::stored::Stored;
use crate::outcome::each::each;
use crate::outcome::execute::unless_gone;
use crate::outcome::progress::{ItemOutcome, Tally};
use crate::outcome::read_trace::ReadTrace;
use crate::outcome::walk::How;
use crate::outcome::watch::{Failing, Stopping, Watch};
use crate::read::read::Read;
use crate::value::item::Item;
use crate::verbs::query::Query;
use crate::verbs::query::amount::{Amount, Said, Unsaid};
use crate::verbs::query::sending::Sending;
use crate::verbs::query::shape::Savable;
use crate::verbs::query::source::Source;
use crate::verbs::rewrite::{Next, Rewrite};
use crate::wire::call::Call;

/// The default number of items that are written at the same time.
const CONCURRENCY: usize = 16;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What a `modify_each` closure returns: nothing, or a result with your own error, which becomes the error of the item.
#[diagnostic::on_unimplemented(
    message = "a `modify_each` closure returns `()`, or `Result<(), E>` where `E` is an error, not `{Self}`",
    label = "wrong return type of the closure",
    note = "the closure is not `async`: it changes the item, and dynacond sends the write; to wait for something for each item, read the items by `.page(..)` or `.stream()`, and `save` them"
)]
pub trait OwnError {
    #[doc(hidden)]
    fn own(self) -> std::result::Result<(), BoxError>;
}
#[diagnostic::do_not_recommend]
impl OwnError for () {
    fn own(self) -> std::result::Result<(), BoxError> {
        Ok(())
    }
}
#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> OwnError for std::result::Result<(), E> {
    fn own(self) -> std::result::Result<(), BoxError> {
        self.map_err(Into::into)
    }
}

/// Each item that is found is written.
#[derive(Clone, Copy)]
pub struct Each<C> {
    change: C,
    concurrency: usize,
}

/// Each item is changed by a closure, and saved.
#[derive(Clone, Copy)]
pub struct Modified<F> {
    change: F,
    adopts: bool,
}

/// Each item is deleted.
#[derive(Clone, Copy, Debug)]
pub struct Deleted;

impl<C> fmt::Debug for Each<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Each({} at a time)", self.concurrency)
    }
}
impl<F> fmt::Debug for Modified<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Modified")
    }
}
impl<Q, S, R, W> Query<Q, Unsaid, S, R, W> {
    /// Changes every item that is found, and saves each as it was read. An item that the closure changes costs one write. An item that the
    /// closure leaves as it is costs nothing beyond its read. If another writer was faster, the closure runs again on the item as it is
    /// now, unless the item no longer matches the query.
    ///
    /// The closure gets `&mut` of the item, and returns `()` or a `Result` with an error of yours, which becomes the error of that item. The
    /// closure must be idempotent: applied twice, it must leave what it leaves when it is applied once. After a conflict it runs again on
    /// the current item, and after a crash it runs again on items that were saved already. If it changes a key, that is the item's error.
    ///
    /// `send` returns a [`Report`], which counts the outcomes and names the key of each failure. An item's error does not end the work:
    /// the item may not decode, the closure may return an error, DynamoDB may refuse the item, or the outcome may be unknown. A failure
    /// that every item would meet does end it, with [`Error::Interrupted`], which carries the report so far.
    ///
    /// The work misses items that are created before its position, so first deploy the writers that write items in the new form. If
    /// the closure changes a key of the index that is read, an item may be found twice or missed.
    ///
    /// If you drop the future, the work stops. The outcome of the writes in flight is unknown, and you can resume from the last checkpoint that
    /// [`on_progress`](Self::on_progress) got. With [`stop_when`](Query::stop_when), the writes in flight are finished.
    ///
    /// ```no_run
    /// # use dynacond::{Checkpoint, Store, Versioned};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Serialize, Deserialize, Versioned)]
    /// # #[dynacond(table = "orders")]
    /// # struct Order { #[dynacond(partition_key)] id: String, currency: Option<String> }
    /// # async fn f(store: Store, last: Option<Checkpoint>, keep: impl Fn(Checkpoint)) -> dynacond::Result<()> {
    /// let report = store
    ///     .scan::<Order>()
    ///     .modify_each(|order| { order.currency.get_or_insert_with(|| "EUR".into()); })
    ///     .segments(8)
    ///     .units_per_second(200.0)
    ///     .resume(last)
    ///     .on_progress(|progress| keep(progress.checkpoint()))
    ///     .send()
    ///     .await?;
    /// for failed in &report.failed {
    ///     println!("{}: {}", failed.key, failed.error);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn modify_each<F, O>(self, change: F) -> Query<Q, Each<Modified<F>>, S, R, W>
    where
        S: Savable<Q>,
        F: Fn(&mut S::Stored) -> O,
        O: OwnError,
    {
        self.becomes(Each::of(Modified {
            change,
            adopts: false,
        }))
    }

    /// Deletes every item that is found. Each deletion checks that nobody has changed the item since it was read. If somebody has,
    /// the item is deleted as it is now, unless it no longer matches the query. A separate write first gives a version to an item
    /// without one, because otherwise attributes that were added in the meantime would be lost unnoticed.
    ///
    /// `send` returns a [`Report`], whose `changed` counts the items that were deleted. Everything else is as for
    /// [`modify_each`](Self::modify_each).
    pub fn delete_each(self) -> Query<Q, Each<Deleted>, S, R, W>
    where
        S: Savable<Q>,
    {
        self.becomes(Each::of(Deleted))
    }
}

impl<Q, C, S, R, W> Query<Q, Each<C>, S, R, W> {
    /// Sets how many items are written at the same time, at least 1; the default is 16.
    pub fn concurrency(mut self, items: usize) -> Self {
        self.amount.concurrency = items;
        self
    }

    /// Calls the closure with each item that fails, as soon as it does. A second closure is called as well.
    ///
    /// A report names the items that failed, but it is lost if the process ends before the work does. This closure gets an item before any
    /// checkpoint of [`on_progress`](Self::on_progress) lies behind it. So if the closure stores the key, every item that failed before a
    /// stored checkpoint is known after a crash. An item that failed after the checkpoint is read again, and may be given a second time.
    ///
    /// ```no_run
    /// # use dynacond::{Store, Versioned};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Serialize, Deserialize, Versioned)]
    /// # #[dynacond(table = "orders")]
    /// # struct Order { #[dynacond(partition_key)] id: String, total: u64 }
    /// # async fn f(store: Store, mut keep: impl FnMut(String)) -> dynacond::Result<()> {
    /// let work = store.scan::<Order>().modify_each(|order| order.total = order.total.max(1));
    /// let work = work.on_failure(|failed| keep(format!("{}: {}", failed.key, failed.error)));
    /// # drop(work.send().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_failure<P: FnMut(&Failed)>(self, see: P) -> Query<Q, Each<C>, S, R, Failing<W, P>> {
        self.watched_by(|watch| Failing(watch, see))
    }

    /// Stops the work as soon as this returns `true`. It is called before each page and each item, and once after the last page. Requests
    /// in flight are finished, and the report has a checkpoint from which you can resume.
    pub fn stop_when<U: Fn() -> bool>(self, stops: U) -> Query<Q, Each<C>, S, R, Stopping<W, U>> {
        self.watched_by(|watch| Stopping(watch, stops))
    }
}

impl<Q, F, S, R, W> Query<Q, Each<Modified<F>>, S, R, W> {
    /// Gives each item without a version its first one, even if the closure does not change the item. That costs one write. If the
    /// closure changes the item, the same write saves the change.
    pub fn adopting(mut self) -> Self {
        self.amount.change.adopts = true;
        self
    }
}

impl<C> Each<C> {
    const fn of(change: C) -> Self {
        Self {
            change,
            concurrency: CONCURRENCY,
        }
    }
}

#[diagnostic::do_not_recommend]
impl<C> Said for Each<C> {}

impl<Q: Source, S: Savable<Q>, C: Change<S::Stored>> Amount<Q, S> for Each<C> {
    type Output = Report;
    const METERED: bool = true;
    async fn run<W: Watch>(self, sending: Sending, mut watch: W) -> Result<Report> {
        let Sending { mut spec, call } = sending;
        if self.concurrency == 0 {
            return Err(InvalidInput::Concurrency.into());
        }
        if spec.examine_at_most.is_some() {
            return Err(InvalidInput::ExamineAtMost.into());
        }
        spec.read.subject.verb = C::VERB;
        let begun = spec.begin(&call)?;
        let mut walk = begun.walk.how(How {
            gives: S::GIVES,
            traced: false,
        });
        let (read, change) = (&begun.read, &self.change);
        let mut tally = Tally::new(begun.begins);
        // Boxed, because the SDK's futures are large.
        let work = |item| Box::pin(one::<Q, S, C>(&call, read, change, item));
        let trace = ReadTrace::start(&call, read);
        let walking = each(
            &call,
            &mut walk,
            &mut tally,
            self.concurrency,
            &mut watch,
            work,
        );
        let outcome = walking.instrument(trace.span()).await;
        let (pages, report) = (walk.count, tally.report(&call));
        let found = report.changed + report.unchanged + report.gone + report.failed.len();
        let seen = outcome.as_ref().map(|()| (report.examined, found));
        trace.end(seen, pages);
        match outcome {
            Ok(()) => Ok(report),
            Err(source) => Err(Error::Interrupted(Box::new(Interrupted {
                cursor: None,
                report: Some(Box::new(report)),
                source,
            }))),
        }
    }
}

/// The work on one item, with a separate call. So each item has its own time for its attempts, and its span counts its own units.
#[doc(hidden)]
pub struct Work<'a> {
    call: Arc<Call>,
    key: RawKey,
    /// The read that found the item.
    read: &'a Read,
    /// Whether this is a further attempt, in which the item must still match the read.
    again: AtomicBool,
}

impl fmt::Debug for Work<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.read.subject.verb, self.key)
    }
}

async fn one<Q: Source, S: Savable<Q>, C: Change<S::Stored>>(
    whole: &Call,
    read: &Read,
    change: &C,
    item: Item,
) -> ItemOutcome {
    let Some(key) = RawKey::of_item(read.table_keys, &item) else {
        // The table has other keys than the item type, so no item would fit.
        let reason = "the table has other key attributes than the item type";
        let error = DecodeError::new(read.subject.item_type, reason);
        return ItemOutcome::Halted(error.into());
    };
    let stored = match S::stored(item, &read.subject.table) {
        Ok(stored) => stored,
        Err(error) => return ItemOutcome::Failed(Box::new(Failed::new(key, error))),
    };
    let call = whole.part();
    let work = Work {
        call,
        key,
        read,
        again: AtomicBool::new(false),
    };
    let outcome = change.write(&work, stored).await;
    whole.end(&work.call);
    outcome.unwrap_or_else(|error| ItemOutcome::of_error(work.key, error))
}

impl Work<'_> {
    fn rewrite(&self) -> Rewrite<'_> {
        Rewrite {
            call: &self.call,
            target: self.read.target(self.key.clone()),
            condition: None,
            saves_as: self.read.subject.verb,
            must_exist: false,
            outlasts_failures: true,
        }
    }

    /// Returns the item if it exists and still matches the read, and otherwise its outcome.
    fn found<I>(&self, item: Option<Stored<I>>) -> std::result::Result<Stored<I>, ItemOutcome> {
        let item = item.ok_or(ItemOutcome::Gone)?;
        let again = self.again.swap(true, Ordering::Relaxed);
        if again && !self.read.matches(Stored::item(&item)) {
            return Err(ItemOutcome::Unchanged);
        }
        Ok(item)
    }
}

/// The work on an item. Callers cannot implement this trait.
pub trait Change<I> {
    #[doc(hidden)]
    const VERB: &'static str;
    #[doc(hidden)]
    fn write(
        &self,
        work: &Work<'_>,
        stored: Stored<I>,
    ) -> impl Future<Output = Result<ItemOutcome>>;
}

impl<I: Guarded, O: OwnError, F: Fn(&mut I) -> O> Change<I> for Modified<F> {
    const VERB: &'static str = "modify_each";
    async fn write(&self, work: &Work<'_>, stored: Stored<I>) -> Result<ItemOutcome> {
        let stamps = |item: &Stored<I>| (item.version, Stored::write_id(item).map(str::to_owned));
        // The stamps of the item before the last attempt. A write changes them.
        let before = Mutex::new((None, None));
        let decide = |item: Option<Stored<I>>| {
            let item = work.found(item);
            Ok(
                item.and_then(|mut item| match (self.change)(&mut item).own() {
                    Ok(()) => {
                        *before.lock().unwrap_or_else(PoisonError::into_inner) = stamps(&item);
                        let adopts = self.adopts && I::MODEL.is_unmarked(Stored::item(&item));
                        Ok(if adopts {
                            Next::Touch(item)
                        } else {
                            Next::Save(item)
                        })
                    }
                    Err(own) => {
                        let error = own.downcast().map_or_else(Error::Own, |error| *error);
                        let failed = Failed::new(work.key.clone(), error);
                        Err(ItemOutcome::Failed(Box::new(failed)))
                    }
                }),
            )
        };
        Ok(match work.rewrite().run_on(Some(stored), decide).await? {
            Ok(Some(left)) => {
                let before = before.lock().unwrap_or_else(PoisonError::into_inner);
                if *before == stamps(&left) {
                    ItemOutcome::Unchanged
                } else {
                    ItemOutcome::Changed
                }
            }
            Ok(None) => ItemOutcome::Gone,
            Err(outcome) => outcome,
        })
    }
}

impl<I: Guarded> Change<I> for Deleted {
    const VERB: &'static str = "delete_each";
    async fn write(&self, work: &Work<'_>, stored: Stored<I>) -> Result<ItemOutcome> {
        let decide = |item| {
            Ok(work
                .found(item)
                .map(|item: Stored<I>| Next::Delete(item.into_parts().1)))
        };
        match work.rewrite().run_on::<I, _>(Some(stored), decide).await {
            Ok(Ok(_)) => Ok(ItemOutcome::Changed),
            Ok(Err(outcome)) => Ok(outcome),
            // The answer was lost. If there is no item, this deletion or a rival's in the same moment was applied.
            Err(lost @ Error::OutcomeUnknown(_)) => {
                let target = work.read.target(work.key.clone());
                unless_gone(&work.call, &target, lost).await?;
                Ok(ItemOutcome::Changed)
            }
            Err(error) => Err(error),
        }
    }
}
