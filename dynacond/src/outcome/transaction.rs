//! Sending a transaction's actions: one payload with one token, until its fate is known.
use std::collections::HashSet;
use std::iter;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::types::CancellationReason;
use tracing::Instrument as _;

use crate::error::error::{Error, Exhausted, Result};
use crate::error::refusal::Refusal;
use crate::error::unknown::OutcomeUnknown;
use crate::model::invalid::InvalidInput;
use crate::model::item::Item;
use crate::outcome::execute::needs_adoption;
use crate::outcome::outcome::{failed, holds_write, refused};
use crate::outcome::trace::Trace;
use crate::value::rules::item_size;
use crate::wire::attempts::Resend;
use crate::wire::call::Call;
use crate::wire::failure::failure_of_reason;
use crate::wire::request::{self, TransactAnswer};
use crate::wire::retry::{Pause, Retry};
use crate::write::expectation::{Expectation, ExpectedId, write_id_in};
use crate::write::target::{Subject, Target};
use crate::write::write::{Effect, Lowered, Payload, Pending, Write};

/// Actions of one transaction.
///
/// [Constraints: transactions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-dynamodb-transactions)
pub(crate) const MAX_ACTIONS: usize = 100;
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// A token is good for ten minutes after the first request with it completes, which nobody here sees: resends end before.
const TOKEN_LIFE: Duration = Duration::from_mins(9);

/// What became of a payload.
pub(crate) enum Fate {
    Committed,
    /// Not applied: these actions were refused, each explained. `contended`: others met another transaction.
    Refused {
        first: Error,
        others: Vec<Error>,
        contended: bool,
    },
}

/// Sends the actions until they are committed or refused: contention is waited out with the same payload and token.
/// `earlier`: they were sent by an earlier call, and its answers were lost.
pub(crate) async fn deliver(
    call: &Arc<Call>,
    writes: &[Write],
    token: &str,
    earlier: bool,
    retry: &mut Retry<'_>,
) -> Result<Fate> {
    let lowered = checked(writes)?;
    let target = target(writes)?;
    let trace = Trace::start(call, target.named());
    // Boxed: as a single write's.
    let fate = Box::pin(find_out(call, writes, lowered, token, earlier, retry))
        .instrument(trace.span())
        .await;
    match &fate {
        Ok(Fate::Committed) => trace.end(None),
        Ok(Fate::Refused { first, others, .. }) => trace.end(iter::once(first).chain(others)),
        Err(error) => trace.end([error]),
    }
    fate
}

async fn find_out(
    call: &Arc<Call>,
    writes: &[Write],
    lowered: Vec<Lowered>,
    token: &str,
    earlier: bool,
    retry: &mut Retry<'_>,
) -> Result<Fate> {
    let sent = call.clock.elapsed();
    let (mut ambiguous, mut running) = (earlier, false);
    // What the first attempt without an answer met.
    let mut lost = None;
    let mut first = Some(lowered);
    loop {
        // The same writes give the same payload: it is made again when it is sent again, not copied in case it is.
        let lowered = first.take().map_or_else(|| lower(writes), Ok)?;
        let (error, pause) = match request::transact(call, lowered, token, ambiguous).await {
            TransactAnswer::Done => return Ok(Fate::Committed),
            TransactAnswer::Failed(failure) => {
                let is_transient = failure.is_transient;
                let error = failed(target(writes)?, failure);
                if !is_transient {
                    return Err(error);
                }
                (Some(error), Pause::Backoff)
            }
            TransactAnswer::Lost(failure) => {
                ambiguous = true;
                let code = failure.code.as_deref();
                if code == Some("IdempotentParameterMismatchException") {
                    // The caller's token was used for something else, and stays so; an id derived from it proves nothing.
                    return Err(unknown(call, writes, token, None, Some(failure.source)));
                }
                let was_running = running;
                running = code == Some("TransactionInProgressException");
                let pause = if running && was_running {
                    // The same request is still running: it ends within seconds.
                    Pause::AtLeast(Duration::from_secs(5))
                } else {
                    Pause::Backoff
                };
                lost.get_or_insert(failure.source);
                (None, pause)
            }
            TransactAnswer::Cancelled(reasons) => {
                match judge(call, writes, reasons, ambiguous, earlier).await? {
                    Judgement::Fate(fate) => return Ok(fate),
                    Judgement::Unknown => return settle(call, writes, token, lost).await,
                    Judgement::Contended(error) => (Some(error), Pause::Backoff),
                }
            }
        };
        let again = retry.again(pause).await;
        let expired = ambiguous && call.clock.elapsed().saturating_sub(sent) > TOKEN_LIFE;
        if again && !expired {
            continue;
        }
        return match error {
            Some(error) if !ambiguous => Err(if is_contention(&error) {
                exhausted(retry, error)
            } else {
                error
            }),
            _ => settle(call, writes, token, lost).await,
        };
    }
}

/// No answer tells.
async fn settle(
    call: &Arc<Call>,
    writes: &[Write],
    token: &str,
    lost: Option<BoxError>,
) -> Result<Fate> {
    match landed(call, writes).await {
        Ok(()) => Ok(Fate::Committed),
        Err(last_seen) => Err(unknown(call, writes, token, last_seen, lost)),
    }
}

/// One consistent read of an item that the transaction stamps. Its id there proves all of it, for it is applied whole or not
/// at all; anything else, which is given, proves nothing.
async fn landed(call: &Arc<Call>, writes: &[Write]) -> std::result::Result<(), Option<Item>> {
    let write = stamped(writes).ok_or(None)?;
    let Target { table, key, .. } = &write.target;
    let read = request::get(call, table, key, true, Resend::Never).await;
    let item = read.ok().flatten();
    if holds_write(write, item.as_ref()) {
        Ok(())
    } else {
        Err(item)
    }
}

/// Sends the actions; a refusal is an error that names its action, the others beside it.
pub(crate) async fn commit(
    call: &Arc<Call>,
    writes: &[Write],
    token: &str,
    earlier: bool,
) -> Result {
    // A token lives ten minutes, and nobody says how long ago the earlier call was.
    if earlier && landed(call, writes).await.is_ok() {
        return Ok(());
    }
    let mut retry = Retry::start(call);
    match deliver(call, writes, token, earlier, &mut retry).await? {
        Fate::Committed => Ok(()),
        Fate::Refused { first, others, .. } => Err(joined(first, others)),
    }
}

/// Another transaction, or others' load, was in the way: the same request can succeed later.
pub(crate) const fn is_contention(error: &Error) -> bool {
    matches!(error, Error::TransactionConflict(_) | Error::Throttled(_))
}

pub(crate) fn exhausted(retry: &Retry<'_>, last: Error) -> Error {
    let subject = match &last {
        Error::TransactionConflict(error) | Error::Throttled(error) => error.subject.clone(),
        Error::OutcomeUnknown(unknown) => unknown.target.clone().into(),
        other => match other.refusal() {
            Some(refusal) => refusal.target.clone().into(),
            None => Subject::unnamed("transact"),
        },
    };
    Error::Exhausted(Box::new(Exhausted {
        subject,
        attempts: retry.attempts,
        last,
    }))
}

/// The first refusal, with the others in it.
pub(crate) fn joined(mut first: Error, others: Vec<Error>) -> Error {
    if let Some(refusal) = first.refusal_mut() {
        refusal.others = others
            .into_iter()
            .filter_map(|error| error.into_refusal().ok())
            .map(|refusal| *refusal)
            .collect();
    }
    first
}

/// Refused, by nothing that DynamoDB names.
fn unexplained(target: Target) -> Error {
    Error::Unexplained(Box::new(Refusal {
        item_withheld: true,
        ..Refusal::new(target, Vec::new(), None)
    }))
}

/// How many actions there are, and one for each item.
pub(crate) fn check_limits(writes: &[Write]) -> Result {
    if writes.is_empty() || writes.len() > MAX_ACTIONS {
        let actions = writes.len();
        return Err(InvalidInput::ActionCount {
            actions,
            limit: MAX_ACTIONS,
        }
        .into());
    }
    let mut items = HashSet::new();
    for write in writes {
        if !items.insert(write.target.key.identity(&write.target.table)) {
            let (item_type, key) = (write.model.name, Box::new(write.target.key.clone()));
            return Err(InvalidInput::SameItem { item_type, key }.into());
        }
    }
    // A version is stamped only where all of it can be sent.
    if writes.iter().any(needs_adoption) {
        writes.iter().try_for_each(Write::sendable)?;
    }
    Ok(())
}

fn lower(writes: &[Write]) -> Result<Vec<Lowered>> {
    writes.iter().map(Write::lower).collect()
}

/// Limits first: nothing is sent that DynamoDB would refuse as a whole.
fn checked(writes: &[Write]) -> Result<Vec<Lowered>> {
    check_limits(writes)?;
    let lowered = lower(writes)?;
    let bytes = lowered.iter().map(size).sum();
    if bytes > MAX_BYTES {
        return Err(InvalidInput::TransactionTooLarge {
            bytes,
            limit: MAX_BYTES,
        }
        .into());
    }
    Ok(lowered)
}

fn size(lowered: &Lowered) -> usize {
    let parts = [
        lowered.effect.item(),
        lowered.effect.key(),
        lowered.values.as_ref(),
    ];
    parts.into_iter().flatten().map(item_size).sum()
}

enum Judgement {
    Fate(Fate),
    Contended(Error),
    /// An earlier attempt may still arrive, and nothing says that it will be refused as well.
    Unknown,
}

/// What the cancellation reasons say, one for each action in order.
async fn judge(
    call: &Arc<Call>,
    writes: &[Write],
    reasons: Vec<CancellationReason>,
    ambiguous: bool,
    earlier: bool,
) -> Result<Judgement> {
    let (mut refusals, mut contention, mut end) = (Vec::new(), None, None);
    // Whether a guard refused that nothing makes true again: it refuses an earlier attempt too.
    let mut for_good = false;
    for (action, (write, reason)) in writes.iter().zip(reasons).enumerate() {
        if reason.code.as_deref() == Some("ConditionalCheckFailed") {
            // Without a lost answer it is just an item that refuses: under a token that the caller has used before, for
            // other actions perhaps, its id says nothing of the actions beside it.
            if ambiguous && holds_write(write, reason.item.as_ref()) {
                // The token's life is over: it is refused by what it wrote itself.
                return Ok(Judgement::Fate(Fate::Committed));
            }
            for_good |= write.expectation.names_write_id()
                && (!earlier || is_untouched(write, reason.item.as_ref()));
            let mut error = refused(call, write, reason.item).await;
            if let Some(refusal) = error.refusal_mut() {
                refusal.action = Some(action);
                refusal.in_transaction = true;
            }
            refusals.push(error);
        } else if let Some(failure) = failure_of_reason(reason) {
            match failed(write.target.clone(), failure) {
                busy if is_contention(&busy) => contention = Some(busy),
                error => end = end.or(Some(error)),
            }
        }
    }
    let mut refusals = refusals.into_iter();
    let first = refusals.next();
    match (end, first, contention) {
        (None, None, Some(error)) => Ok(Judgement::Contended(error)),
        _ if ambiguous && !for_good => Ok(Judgement::Unknown),
        (Some(error), ..) => Err(error),
        (None, Some(first), contention) => Ok(Judgement::Fate(Fate::Refused {
            first,
            others: refusals.collect(),
            contended: contention.is_some(),
        })),
        // Cancelled, and every action innocent.
        (None, None, None) => Err(unexplained(target(writes)?)),
    }
}

/// Whether the item shows that the transaction was not applied: it holds the write that this one would replace.
fn is_untouched(write: &Write, item: Option<&Item>) -> bool {
    let Expectation::At {
        write_id: ExpectedId::Is(expected),
        ..
    } = &write.expectation
    else {
        return false;
    };
    let holds = item.and_then(|item| write_id_in(write.model, item));
    holds == Some(expected) && !matches!(write.effect, Effect::Check)
}

/// The first item stands for all of them.
fn target(writes: &[Write]) -> Result<Target, InvalidInput> {
    let first = writes.first().ok_or(InvalidInput::ActionCount {
        actions: 0,
        limit: MAX_ACTIONS,
    })?;
    Ok(Target {
        verb: "transact",
        ..first.target.clone()
    })
}

/// The first write that stamps an id, so that its item can tell whether it was applied.
fn stamped(writes: &[Write]) -> Option<&Write> {
    writes.iter().find(|write| write.write_id.is_some())
}

fn unknown(
    call: &Call,
    writes: &[Write],
    token: &str,
    last_seen: Option<Item>,
    lost: Option<BoxError>,
) -> Error {
    // Key, write id and item are of one write.
    let told = stamped(writes);
    let target = match target(told.map_or(writes, std::slice::from_ref)) {
        Ok(target) => target,
        Err(empty) => return empty.into(),
    };
    Error::OutcomeUnknown(Box::new(OutcomeUnknown {
        target,
        write_id: told.and_then(|write| write.write_id.clone()),
        last_seen,
        source: lost,
        pending: Pending {
            connection: Arc::clone(&call.connection),
            payload: Payload::Transaction {
                writes: writes.to_vec(),
                token: token.to_owned(),
            },
        },
    }))
}
