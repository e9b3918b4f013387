//! The loop of a transaction: it runs the function, fetches unknown items, commits, and begins again if something has changed.
use std::collections::HashMap;
use std::fmt;
use std::iter;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::error::error::{Error, Result};
use crate::error::exhausted::exhausted;
use crate::error::unvalidated::Unvalidated;
use crate::model::invalid::InvalidInput;
use crate::outcome::execute::{adopt, needs_adoption};
use crate::outcome::limits::check_limits;
use crate::outcome::single;
use crate::outcome::transaction::{Fate, deliver, is_contention, joined, lower_actions};
use crate::verbs::keys::Keys;
use crate::verbs::verb::SentByAwait;
use crate::wire::attempts::Earlier;
use crate::wire::call::{Call, Meter, Metered};
use crate::wire::connection::Connection;
use crate::wire::retry::{Pause, Retry};
use crate::write::expectation::{Expectation, ExpectedId};
use crate::write::target::Target;
use crate::write::token::Token;
use crate::write::whole_item::{Stamps, whole_item};
use crate::write::write::{Effect, Write};

use super::Transaction;
use super::known::Source;
use super::read::{Validity, fetch, to_read, validate};

/// A function that reads other items in each pass is stopped after this number of passes.
const MAX_READINGS: usize = 1000;

/// A [`Store::transact`](crate::Store::transact) that is not sent yet.
#[must_use = "nothing is sent until `.send().await`"]
pub struct Transact<F> {
    connection: Arc<Connection>,
    function: F,
    /// Keys of items that are fetched before the first pass.
    prefetch: Result<Vec<Target>>,
    snapshot: bool,
}

impl<F> fmt::Debug for Transact<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transact")
            .field("prefetch", &self.prefetch)
            .finish_non_exhaustive()
    }
}

/// This impl exists only for the compiler message about a forgotten `.send()`.
impl<F: SentByAwait> Future for Transact<F> {
    type Output = ();
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match F::NEVER {}
    }
}

/// What a function of [`Store::transact`](crate::Store::transact) returns.
#[diagnostic::on_unimplemented(
    message = "a transaction function returns a `Result<T, E>` with `E: From<dynacond::Error>`, not `{Self}`",
    label = "wrong return type of the function",
    note = "it does no I/O and is not `async`: `tx.get(..)?` asks for an item, the transaction fetches it, and runs the function again"
)]
pub trait FunctionResult {}
#[diagnostic::do_not_recommend]
impl<T, E: From<Error>> FunctionResult for std::result::Result<T, E> {}

impl<F> Transact<F> {
    pub(crate) const fn new(connection: Arc<Connection>, function: F) -> Self {
        Self {
            connection,
            function,
            prefetch: Ok(Vec::new()),
            snapshot: false,
        }
    }

    /// Fetches these items in one batch before the first pass, so that the function is not stopped at each of them. An item that
    /// the function does not read costs a read, but is not checked.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a tuple of keys is made where it is given"
    )]
    pub fn prefetch<K: Keys>(mut self, keys: K) -> Self {
        let mut probe = Transaction::on(Arc::clone(&self.connection));
        let asked = keys.get(&mut probe).map(drop);
        let mut wanted = probe.wanted();
        self.prefetch = match (self.prefetch, asked) {
            (Ok(mut all), Ok(()) | Err(Error::Reading(_))) => {
                all.append(&mut wanted);
                Ok(all)
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        };
        self
    }

    /// Also validates a pass that changes nothing, so that all its items are from one moment.
    pub fn snapshot(mut self) -> Self {
        self.snapshot = true;
        self
    }

    /// Runs the function and commits what it writes.
    ///
    /// The commit checks the items that the last pass read and did not write. An error of the function is returned when dynacond
    /// knows that it was true at one moment. For this, several items are read a second time: at one read unit for each item with a
    /// write id, and at two for an absent item or one without a write id. A pass without changes is only validated if it read a
    /// single item, or with [`snapshot`](Self::snapshot). After a temporary failure, a read is repeated under the retry policy.
    ///
    /// # Errors
    /// The function's own error, and these of dynacond:
    /// - [`NotFound`](Error::NotFound), [`AlreadyExists`](Error::AlreadyExists) and [`ConditionFailed`](Error::ConditionFailed), if the
    ///   function requires something that is not true;
    /// - [`Exhausted`](Error::Exhausted), if other writers were faster until the retry policy ended;
    /// - [`Unvalidated`](Error::Unvalidated) with the function's own error, if more than 100 of the items that it read are absent or have
    ///   no write id;
    /// - [`Invalid`](Error::Invalid), if the transaction exceeds DynamoDB's limits (nothing is sent);
    /// - [`OutcomeUnknown`](Error::OutcomeUnknown), if no answer came until the retry policy ended.
    pub async fn send<T, E>(self) -> std::result::Result<T, E>
    where
        F: Fn(&mut Transaction) -> std::result::Result<T, E>,
        E: From<Error> + Send + 'static,
    {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), Meter::Requests));
        self.run(&call).await
    }

    /// Does the same as [`send`](Self::send), and also returns the capacity units that DynamoDB reported for all requests together.
    pub async fn send_metered<T, E>(self) -> Metered<std::result::Result<T, E>>
    where
        F: Fn(&mut Transaction) -> std::result::Result<T, E>,
        E: From<Error> + Send + 'static,
    {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), Meter::Units));
        let outcome = self.run(&call).await;
        Metered::new(outcome, &call)
    }

    async fn run<T, E>(self, call: &Arc<Call>) -> std::result::Result<T, E>
    where
        F: Fn(&mut Transaction) -> std::result::Result<T, E>,
        E: From<Error> + Send + 'static,
    {
        let mut retry = Retry::start(call);
        let mut known = HashMap::new();
        fetch(call, &mut known, self.prefetch?).await?;
        let (mut readings, mut rounds) = (0, 0);
        while readings < MAX_READINGS {
            readings += 1;
            let mut tx = Transaction::on(Arc::clone(&self.connection));
            tx.known = known;
            let answer = (self.function)(&mut tx);
            if let Some(error) = tx.undecodable {
                return Err(Error::from(error).into());
            }
            // The transaction itself knows the unknown items. The error only stopped the function.
            if !tx.missing.is_empty() {
                let wanted = tx.wanted();
                known = tx.known;
                fetch(call, &mut known, wanted).await?;
                continue;
            }
            let writes = tx.plan_all();
            if answer.is_err() || !writes.iter().any(asks_for_a_commit) {
                let believed = tx.is_snapshot();
                let asked = answer.is_err() || self.snapshot || tx.rests_on_a_guess();
                if !believed && !asked {
                    let items = tx.reads().count();
                    tracing::debug!(target: "dynacond::transaction", items, "unvalidated: nothing was written");
                }
                if believed || !asked {
                    if answer.is_ok() {
                        tx.tell_forgotten();
                    }
                    return answer;
                }
                let items = match validate(call, &mut tx, rounds).await? {
                    Validity::Believed => {
                        if answer.is_ok() {
                            tx.tell_forgotten();
                        }
                        return answer;
                    }
                    Validity::Changed if retry.again(Pause::Refreshed).await => {
                        rounds += 1;
                        known = tx.known;
                        continue;
                    }
                    Validity::Changed => None,
                    Validity::Unknowable { items } => Some(items),
                };
                return Err(
                    Error::Unvalidated(Box::new(Unvalidated::new(items, answer.err()))).into(),
                );
            }
            match commit(call, &mut tx, writes, &mut retry).await? {
                Commit::Done => {
                    tx.tell_forgotten();
                    return answer;
                }
                Commit::Answer(error) => return Err(error.into()),
                Commit::Adopted => {}
                Commit::Changed { last, pause } => {
                    if !retry.again(pause).await {
                        return Err(exhausted(None, retry.attempts, last).into());
                    }
                    if retry.paused {
                        let stale: Vec<_> = tx.reads().map(to_read).collect();
                        for target in &stale {
                            tx.known.remove(&target.key.identity(&target.table));
                        }
                        fetch(call, &mut tx.known, stale).await?;
                    }
                    // The retry policy limits the number of commits.
                    readings = 0;
                }
            }
            known = tx.known;
        }
        let endless = InvalidInput::EndlessReads {
            passes: MAX_READINGS,
        };
        Err(Error::from(endless).into())
    }
}

/// Whether a write needs a commit. An `ensure` also needs one, even if nothing is written.
fn asks_for_a_commit(write: &Write) -> bool {
    !matches!(write.effect, Effect::Check) || write.condition.is_some()
}

enum Commit {
    Done,
    /// The function's write was refused, but all items that it read were unchanged, so this is the final answer.
    Answer(Error),
    /// Items without a version have got one. Nothing else has changed.
    Adopted,
    /// An item has changed, or there was a conflict. The transaction contains what is known now.
    Changed {
        last: Error,
        pause: Pause,
    },
}

async fn commit(
    call: &Arc<Call>,
    tx: &mut Transaction,
    mut writes: Vec<Write>,
    retry: &mut Retry<'_>,
) -> Result<Commit> {
    // The limits are checked first, so that no item is adopted for a commit that is not possible.
    check_limits(&mut writes)?;
    let mut adopted = false;
    for write in writes.iter_mut().filter(|write| needs_adoption(write)) {
        match adopt_known(call, tx, write, retry).await {
            Ok(()) => adopted = true,
            // It is not known whether the item was adopted, so it is read again. The writes themselves were not sent.
            Err(Error::OutcomeUnknown(unknown)) => {
                let Target { table, key, .. } = &write.target;
                tx.known.remove(&key.identity(table));
                let last = Error::Service(Box::new(unknown.into_not_sent()));
                let pause = Pause::Backoff;
                return Ok(Commit::Changed { last, pause });
            }
            Err(error) => return changed_by(tx, error),
        }
    }
    if adopted {
        return Ok(Commit::Adopted);
    }
    if let [write] = &mut writes[..]
        && goes_alone(write)
    {
        let lowered = write.lower_or_whole()?;
        let sent = single::deliver(call, write, lowered, Earlier::NotApplied, Some(retry)).await;
        let Err(mut error) = sent else {
            return Ok(Commit::Done);
        };
        if let Some(refusal) = error.refusal_mut() {
            refusal.in_transaction = true;
        }
        return match error {
            Error::ConditionFailed(_) => Ok(Commit::Answer(error)),
            _ => changed_by(tx, error),
        };
    }
    let token = Token::drawn((call.connection.random)());
    let mut actions = lower_actions(writes, token)?;
    let (first, others, contended) =
        match deliver(call, &mut actions, Earlier::NotApplied, retry).await? {
            Fate::Committed => return Ok(Commit::Done),
            Fate::Refused {
                first,
                others,
                contended,
            } => (first, others, contended),
        };
    let mut as_read = true;
    for error in iter::once(&first).chain(&others) {
        if !matches!(error, Error::ConditionFailed(_))
            && let Some(refusal) = error.refusal()
        {
            tx.learn(refusal);
            as_read = false;
        }
    }
    let last = joined(first, others);
    if as_read && !contended {
        return Ok(Commit::Answer(last));
    }
    let pause = if contended {
        Pause::Backoff
    } else {
        Pause::Refreshed
    };
    Ok(Commit::Changed { last, pause })
}

/// Handles a single write that was refused or conflicted with a transaction. Any other error ends the run.
fn changed_by(tx: &mut Transaction, error: Error) -> Result<Commit> {
    let pause = match (&error, error.refusal()) {
        (_, Some(refusal)) => {
            tx.learn(refusal);
            Pause::Refreshed
        }
        _ if is_contention(&error) => Pause::Backoff,
        _ => return Err(error),
    };
    Ok(Commit::Changed { last: error, pause })
}

/// Gives a version to an item without one, and compares the item with what is known.
///
/// The adoption does not contain the write's condition. A false condition is an answer only if everything else that the function
/// read is unchanged, and the commit checks both together.
async fn adopt_known(
    call: &Arc<Call>,
    tx: &mut Transaction,
    write: &mut Write,
    retry: &mut Retry<'_>,
) -> Result {
    write.condition = None;
    adopt(call, write, Some(retry)).await?;
    let Target { table, key, .. } = &write.target;
    if let Expectation::At { version, write_id } = &write.expectation
        && let Some(known) = tx.known.get_mut(&key.identity(table))
        && let Some(item) = known.item.take()
    {
        let write_id = match write_id {
            ExpectedId::Is(id) => Some(id.as_str()),
            ExpectedId::Missing | ExpectedId::Unstated => None,
        };
        let stamps = Stamps {
            version: version.unwrap_or(1),
            write_id,
            written_at: write.written_at,
        };
        known.item = Some(whole_item(write.model, key, item, &stamps));
        known.source = Source::Adopted;
    }
    Ok(())
}

/// A single write with nothing to check is sent without a transaction, for half the units, if its outcome can be found out after a
/// lost answer (see "Lost answers" in DESIGN.md). This is so if its guard is absence, or names version and write id. Without a
/// version, a rival's later write could leave the outcome unknown, while a token would settle it.
fn goes_alone(write: &Write) -> bool {
    let stamped =
        write.write_id.is_some() && matches!(write.effect, Effect::Put(_) | Effect::Update(_));
    stamped
        && (matches!(write.expectation, Expectation::Absent)
            || (write.model.version.is_some() && write.expectation.names_write_id()))
}
