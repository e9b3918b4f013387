//! Outcomes: what a write's answer means, told truthfully. The table of guards, resends and verdicts is in DESIGN.md.
use std::sync::Arc;

use aws_sdk_dynamodb::error::BoxError;
use tracing::Instrument as _;

use crate::error::error::{Error, Result, ServiceError};
use crate::error::refusal::Refusal;
use crate::error::unknown::{OutcomeUnknown, Payload, Pending};
use crate::expression::evaluate::truth::explain;
use crate::expression::tree::node::Node;
use crate::model::conversion::ConversionError;
use crate::model::item::{Item, Versioned};
use crate::model::stored::Stored;
use crate::outcome::trace::Trace;
use crate::outcome::transaction;
use crate::outcome::verdict::{Verdict, holds_write, verdict};
use crate::wire::attempts::{Earlier, Resend};
use crate::wire::call::Call;
use crate::wire::failure::Failure;
use crate::wire::request::{self, Answer};
use crate::wire::retry::Retry;
use crate::write::target::{Subject, Target};
use crate::write::write::{Effect, Lowered, Write};

/// Sends a write that is lowered already. `earlier`: what became of the same payload in an earlier call. `retry`: the loop
/// that sends again in place of the SDK.
pub(crate) async fn deliver(
    call: &Arc<Call>,
    write: &Write,
    lowered: Lowered,
    earlier: Earlier,
    retry: Option<&mut Retry<'_>>,
) -> Result<Option<Item>> {
    let trace = Trace::start(call, write.target.named());
    let outcome = find_out(call, write, lowered, earlier, retry)
        .instrument(trace.span())
        .await;
    trace.end(outcome.as_ref().err());
    outcome
}

async fn find_out(
    call: &Arc<Call>,
    write: &Write,
    lowered: Lowered,
    earlier: Earlier,
    retry: Option<&mut Retry<'_>>,
) -> Result<Option<Item>> {
    let answer = if let Some(retry) = retry {
        Box::pin(send_again(call, write, lowered, earlier, retry)).await
    } else {
        let resend = if write.expectation.names_write_id() {
            Resend::Always
        } else {
            Resend::IfNotApplied
        };
        request::send(call, lowered, resend, earlier).await
    };
    // What is rare is boxed: the usual way is short.
    match answer {
        Answer::Done(item) => Ok(item),
        Answer::Failed(failure) => Err(failed(write.target.clone(), failure)),
        Answer::Refused {
            item,
            earlier,
            lost,
        } => match verdict(write, item.as_ref(), earlier) {
            Verdict::Applied => Ok(item),
            Verdict::Refused => Err(Box::pin(refused(call, write, item)).await),
            Verdict::Unknown if item.is_some() || call.connection.is_known_to_return_items() => {
                Err(unknown(call, write, item, lost))
            }
            // No item: it is gone, or the endpoint withholds it.
            Verdict::Unknown => Box::pin(settle(call, write, lost)).await,
        },
        Answer::Lost(failure) => Box::pin(settle(call, write, Some(failure.source))).await,
    }
}

/// Sends until there is an answer, or the loop ends: what was not applied, and after a lost answer what may be sent twice.
async fn send_again(
    call: &Arc<Call>,
    write: &Write,
    lowered: Lowered,
    earlier: Earlier,
    retry: &mut Retry<'_>,
) -> Answer {
    let mut broken = None;
    loop {
        let before = match broken {
            Some(_) => Earlier::MaybeApplied,
            None => earlier,
        };
        let mut answer = request::send(call, lowered.clone(), Resend::Never, before).await;
        let again = match &mut answer {
            Answer::Lost(failure) if write.expectation.names_write_id() => {
                retry.again_after(failure, &write.target.table).await
            }
            Answer::Failed(failure) => retry.again_after(failure, &write.target.table).await,
            Answer::Refused { lost, .. } => {
                *lost = broken.take();
                false
            }
            Answer::Lost(_) | Answer::Done(_) => false,
        };
        if !again {
            return answer;
        }
        if let Answer::Lost(failure) = answer {
            broken.get_or_insert(failure.source);
        }
    }
}

/// After a lost answer: one consistent read. Our own write id proves that the write landed; anything else proves nothing,
/// for the request may still arrive.
async fn settle(call: &Arc<Call>, write: &Write, lost: Option<BoxError>) -> Result<Option<Item>> {
    if write.write_id.is_none() {
        return Err(unknown(call, write, None, lost));
    }
    let Target { table, key, .. } = &write.target;
    let read = request::get(call, table, key, true, Resend::Always).await;
    let item = read.ok().flatten();
    if holds_write(write, item.as_ref()) {
        return Ok(item);
    }
    Err(unknown(call, write, item, lost))
}

fn unknown(call: &Call, write: &Write, last_seen: Option<Item>, lost: Option<BoxError>) -> Error {
    Error::OutcomeUnknown(Box::new(OutcomeUnknown {
        target: write.target.clone(),
        write_id: write.write_id.clone(),
        last_seen,
        source: lost,
        pending: Pending {
            connection: Arc::clone(&call.connection),
            payload: Payload::Single(Box::new(write.clone())),
        },
    }))
}

impl OutcomeUnknown {
    /// Sends the same write again, with the same guards and the same write id, unless the item holds that id already: then
    /// the write is told as applied. Gives the item where the write leaves one.
    ///
    /// It is for writes that may happen twice without harm. If the first one was applied and somebody wrote over it since, a
    /// relative update is applied a second time. A delete by key leaves nothing to be recognised by, so it may delete an
    /// item that was created meanwhile.
    ///
    /// # Errors
    /// Those of the verb. A refusal that does not tell the fate of the first attempt is again
    /// [`Error::OutcomeUnknown`]. [`Invalid`](Error::Invalid) with
    /// [`NoRoomToSendAgain`](crate::InvalidInput::NoRoomToSendAgain), if the condition is so long that nothing can be added
    /// to it: nothing was sent, and the fate of the first attempt stays unknown.
    pub async fn resend<T: Versioned>(&self) -> Result<Option<Stored<T>>> {
        let Pending {
            connection,
            payload,
        } = &self.pending;
        let call = Arc::new(Call::new(Arc::clone(connection), false));
        let write = match payload {
            Payload::Single(write) => &**write,
            Payload::Transaction(actions) => {
                // The token may have expired, and then the actions are all that is in the way of a second application.
                for write in &actions.writes {
                    write.lower_again()?;
                }
                transaction::send_again(&call, (**actions).clone()).await?;
                return Ok(None);
            }
        };
        let lowered = write.lower_again()?;
        let item = deliver(&call, write, lowered, Earlier::MaybeApplied, None).await?;
        let item = item.or_else(|| match &write.effect {
            Effect::Put(item) => Some(item.clone()),
            _ => None,
        });
        let stored = item.map(Stored::from_item_at).transpose();
        let stored = stored.map_err(ConversionError::after_write)?;
        Ok(stored.map(|stored: Stored<T>| stored.of_table(&write.target.table)))
    }
}

/// A definite refusal, explained on the item that came with it.
pub(crate) async fn refused(call: &Arc<Call>, write: &Write, item: Option<Item>) -> Error {
    if item.is_some() {
        call.connection.returns_items();
    } else if !call.connection.is_known_to_return_items() {
        // Some endpoints ignore ALL_OLD: "no item" means "absent" only where it is known to be answered.
        let Target { table, key, .. } = &write.target;
        let read = request::get(call, table, key, true, Resend::Always).await;
        if !matches!(read, Ok(None)) {
            let mut refusal = Refusal::new(write.target.clone(), Vec::new(), read.ok().flatten());
            refusal.item_withheld = true;
            return Error::Unexplained(Box::new(refusal));
        }
    }
    let empty = Item::new();
    let on = item.as_ref().unwrap_or(&empty);
    // The guard of a `subtract` is a clause like any other.
    let clauses = write.not_negative.iter().map(|guard| &guard.node);
    let clauses = Node::all(clauses.chain(&write.condition).cloned());
    let condition = clauses.map(|node| explain(&node, on, Some(write.model)));
    let is_false = condition.as_ref().is_some_and(|clauses| !clauses.holds());
    let guards = write.evaluate_guards(item.as_ref());
    let broken = guards.iter().find(|guard| !guard.holds);
    let make = match broken.map(|broken| &broken.guard) {
        Some(guard) => Error::by_guard(guard),
        None if is_false => Error::ConditionFailed,
        None => Error::Unexplained,
    };
    let item_withheld = broken.is_none() && !is_false && item.is_none();
    make(Box::new(Refusal {
        condition,
        item_withheld,
        ..Refusal::new(write.target.clone(), guards, item)
    }))
}

/// Reads an item with strong consistency, and again while the failure may pass: reading is harmless.
pub(crate) async fn read(call: &Arc<Call>, target: Target) -> Result<Option<Item>> {
    let mut retry = Retry::start(call);
    loop {
        let Target { table, key, .. } = &target;
        match request::get(call, table, key, true, Resend::Never).await {
            Ok(item) => return Ok(item),
            Err(failure) if retry.again_after(&failure, table).await => {}
            Err(failure) => return Err(failed(target, failure)),
        }
    }
}

/// A definite failure: the write was not applied.
pub(crate) fn failed(subject: impl Into<Subject>, failure: Failure) -> Error {
    let kind = classify(failure.code.as_deref(), &failure.message);
    let error = Box::new(ServiceError {
        subject: subject.into(),
        code: failure.code,
        message: failure.message,
        is_transient: failure.is_transient,
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
    const REJECTED: [&str; 9] = [
        "refers to an attribute that does not exist in the item",
        "document path provided in the update expression is invalid",
        "operator or function: ",
        "incorrect data type",
        "Item size to update has exceeded the maximum allowed size",
        "Nesting Levels have exceeded supported limits",
        "Number overflow",
        "Number underflow",
        "more than 38 significant digits",
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
