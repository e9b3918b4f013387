//! Outcomes: what a write's answer means, told truthfully. The table of guards, resends and verdicts is in DESIGN.md.
use std::sync::Arc;

use tracing::Instrument as _;

use crate::call::Call;
use crate::encoding::DecodeError;
use crate::error::{Error, Result, ServiceError};
use crate::expectation::{Expectation, ExpectedId, version_in, write_id_in};
use crate::expression::evaluate::explain;
use crate::item::{Item, Versioned};
use crate::refusal::Refusal;
use crate::request::{self, Answer, Failure};
use crate::stored::Stored;
use crate::target::Target;
use crate::trace;
use crate::transaction;
use crate::unknown::OutcomeUnknown;
use crate::write::{Effect, Lowered, Payload, Pending, Write, is_too_long};

/// Sends a write and finds out what became of it. `Ok` is the item as the write left it, where that is known.
pub(crate) async fn execute(call: &Arc<Call>, write: &Write) -> Result<Option<Item>> {
    deliver(call, write, write.lower()?, false).await
}

/// Sends a write that is lowered already; `ambiguous`: the same payload was sent before, and its answer was lost.
pub(crate) async fn deliver(
    call: &Arc<Call>,
    write: &Write,
    lowered: Lowered,
    ambiguous: bool,
) -> Result<Option<Item>> {
    let before = call.consumed();
    let span = trace::span(&write.target);
    // Boxed: the SDK's futures are large, and callers join several of ours.
    let outcome = Box::pin(find_out(call, write, lowered, ambiguous))
        .instrument(span.clone())
        .await;
    let error = outcome.as_ref().err();
    trace::record(&span, call, before, &write.target, error);
    outcome
}

async fn find_out(
    call: &Arc<Call>,
    write: &Write,
    lowered: Lowered,
    ambiguous: bool,
) -> Result<Option<Item>> {
    let resend = write.expectation.names_write_id();
    match request::send(call, lowered, resend, ambiguous).await {
        Answer::Done(item) => Ok(item),
        Answer::Failed(failure) => Err(failed(write.target.clone(), failure)),
        Answer::Refused {
            item,
            after_ambiguity,
        } => match verdict(write, item.as_ref(), after_ambiguity) {
            Verdict::Applied => Ok(item),
            Verdict::Refused => Err(refused(call, write, item).await),
            Verdict::Unknown if item.is_some() || call.connection.is_known_to_return_items() => {
                Err(unknown(call, write, item, None))
            }
            // No item: it is gone, or the endpoint withholds it.
            Verdict::Unknown => settle(call, write, None).await,
        },
        Answer::Lost(failure) => settle(call, write, Some(failure)).await,
    }
}

enum Verdict {
    Applied,
    Refused,
    Unknown,
}

/// What a refusal says, where an earlier attempt of the same payload may have been applied.
fn verdict(write: &Write, item: Option<&Item>, after_ambiguity: bool) -> Verdict {
    let holds = item.and_then(|item| write_id_in(write.model, item));
    if holds.is_some() && holds == write.write_id.as_deref() {
        // The resend was refused by the write that it repeats.
        return Verdict::Applied;
    }
    if !after_ambiguity {
        return Verdict::Refused;
    }
    let Expectation::At {
        version,
        write_id: ExpectedId::Is(expected),
    } = &write.expectation
    else {
        return Verdict::Unknown;
    };
    if holds == Some(expected) {
        // The guard still holds, so the earlier attempt was not applied, and another clause refuses both.
        return Verdict::Refused;
    }
    let next = item.and_then(|item| version_in(write.model, item)) == version.checked_add(1);
    // Somebody else made the next version, so the earlier attempt, which would have made it, did not.
    if next && holds.is_some() {
        Verdict::Refused
    } else {
        Verdict::Unknown
    }
}

/// After a lost answer: one consistent read. Our own write id proves that the write landed; anything else proves nothing,
/// for the request may still arrive.
async fn settle(call: &Arc<Call>, write: &Write, failure: Option<Failure>) -> Result<Option<Item>> {
    let Some(write_id) = write.write_id.as_deref() else {
        return Err(unknown(call, write, None, failure));
    };
    let read = request::get(call, &write.target.table, &write.target.key, true).await;
    let item = read.ok().flatten();
    if item
        .as_ref()
        .and_then(|item| write_id_in(write.model, item))
        == Some(write_id)
    {
        return Ok(item);
    }
    Err(unknown(call, write, item, failure))
}

fn unknown(call: &Call, write: &Write, last_seen: Option<Item>, failure: Option<Failure>) -> Error {
    Error::OutcomeUnknown(Box::new(OutcomeUnknown {
        target: write.target.clone(),
        write_id: write.write_id.clone(),
        last_seen,
        source: failure.map(|failure| failure.source),
        pending: Pending {
            connection: Arc::clone(&call.connection),
            payload: Payload::Single(Box::new(write.clone())),
        },
    }))
}

impl OutcomeUnknown {
    /// Sends the same write again, with the same guards and the same write id, unless the item holds that id already: then
    /// the write is told as applied. For writes that may happen twice without harm: where the first one landed and somebody
    /// wrote over it since, a relative update is applied a second time. Gives the item where the write leaves one.
    ///
    /// # Errors
    /// Those of the verb. A refusal that does not tell the fate of the first attempt is again
    /// [`Error::OutcomeUnknown`].
    pub async fn resend<T: Versioned>(&self) -> Result<Option<Stored<T>>> {
        let Pending {
            connection,
            payload,
        } = &self.pending;
        let call = Arc::new(Call::new(Arc::clone(connection), false));
        let write = match payload {
            Payload::Single(write) => &**write,
            Payload::Transaction { writes, token } => {
                transaction::commit(&call, writes, token, true).await?;
                return Ok(None);
            }
        };
        let asking_first = write.unless_applied();
        let (write, lowered) = match asking_first.lower() {
            // At the limits of an expression there is no room to ask.
            Err(error) if is_too_long(&error) => (write, write.lower()?),
            lowered => (&asking_first, lowered?),
        };
        let item = deliver(&call, write, lowered, true).await?;
        let item = item.or_else(|| match &write.effect {
            Effect::Put(item) => Some(item.clone()),
            _ => None,
        });
        item.map(Stored::from_item_at)
            .transpose()
            .map_err(DecodeError::after_write)
    }
}

/// A definite refusal, explained on the item that came with it.
pub(crate) async fn refused(call: &Arc<Call>, write: &Write, item: Option<Item>) -> Error {
    if item.is_some() {
        call.connection.returns_items();
    } else if !call.connection.is_known_to_return_items() {
        // Some endpoints ignore ALL_OLD: "no item" means "absent" only where it is known to be answered.
        let read = request::get(call, &write.target.table, &write.target.key, true).await;
        if !matches!(read, Ok(None)) {
            let mut refusal = Refusal::new(write.target.clone(), Vec::new(), read.ok().flatten());
            refusal.item_withheld = true;
            return Error::Unexplained(Box::new(refusal));
        }
    }
    let empty = Item::new();
    let on = item.as_ref().unwrap_or(&empty);
    let condition = write.condition.as_ref();
    let condition = condition.map(|node| explain(node, on, write.model.sensitive));
    let guards = write.evaluate_guards(item.as_ref());
    let broken = guards.iter().find(|guard| !guard.holds);
    let make = match broken.map(|broken| &broken.guard) {
        Some(guard) => Error::by_guard(guard),
        None if condition
            .as_ref()
            .is_some_and(|condition| !condition.holds()) =>
        {
            Error::ConditionFailed
        }
        None => Error::Unexplained,
    };
    let item_withheld = broken.is_none() && item.is_none();
    make(Box::new(Refusal {
        condition,
        item_withheld,
        ..Refusal::new(write.target.clone(), guards, item)
    }))
}

/// A definite failure: the write was not applied.
pub(crate) fn failed(target: Target, failure: Failure) -> Error {
    let kind = classify(failure.code.as_deref(), &failure.message);
    let error = Box::new(ServiceError {
        target,
        code: failure.code,
        message: failure.message,
        source: failure.source,
    });
    match kind {
        Kind::Throttled => Error::Throttled(error),
        Kind::Conflict => Error::TransactionConflict(error),
        Kind::UpdateRejected => Error::UpdateRejected(error),
        Kind::Other => Error::Service(error),
    }
}

enum Kind {
    Throttled,
    Conflict,
    UpdateRejected,
    Other,
}

/// The one place that reads an error's text: DynamoDB tells what an update meets at run time by `ValidationException` alone.
///
/// Codes: [Error handling](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html).
fn classify(code: Option<&str>, message: &str) -> Kind {
    const REJECTED: [&str; 5] = [
        "refers to an attribute that does not exist in the item",
        "document path provided in the update expression is invalid",
        "operator or function: ",
        "incorrect data type",
        "Item size to update has exceeded the maximum allowed size",
    ];
    match code {
        Some(
            "ProvisionedThroughputExceededException"
            | "ThrottlingException"
            | "RequestLimitExceeded"
            | "Throttling",
        ) => Kind::Throttled,
        Some("TransactionConflictException" | "ReplicatedWriteConflictException") => Kind::Conflict,
        Some("ValidationException") if REJECTED.iter().any(|text| message.contains(text)) => {
            Kind::UpdateRejected
        }
        _ => Kind::Other,
    }
}
