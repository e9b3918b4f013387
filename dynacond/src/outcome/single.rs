//! Finds out the outcome of a single write. DESIGN.md has the table of guards, resends and verdicts.
use std::sync::Arc;

use aws_sdk_dynamodb::error::BoxError;
use tracing::Instrument as _;

use crate::error::error::{Error, Result};
use crate::error::old_item::OldItemLost;
use crate::error::unknown::{OutcomeUnknown, Payload, Pending};
use crate::outcome::failed::failed;
use crate::outcome::refused::refused;
use crate::outcome::trace::Trace;
use crate::outcome::verdict::{Verdict, holds_write, judge};
use crate::read::consistency::Consistency;
use crate::value::item::Item;
use crate::wire::attempts::{Earlier, Resend};
use crate::wire::call::Call;
use crate::wire::request::{self, Answer};
use crate::wire::retry::Retry;
use crate::write::lower::Lowered;
use crate::write::target::Target;
use crate::write::write::Write;

/// Sends a write that is already lowered. `earlier` says what happened to the same payload in an earlier call. `retry` is the loop
/// that sends again instead of the SDK.
pub(crate) async fn deliver(
    call: &Arc<Call>,
    write: &mut Write,
    lowered: Lowered,
    earlier: Earlier,
    retry: Option<&mut Retry<'_>>,
) -> Result<Option<Item>> {
    let trace = Trace::start(call, write.target.named());
    let outcome = find_out(call, write, lowered, earlier, retry)
        .instrument(trace.span())
        .await;
    trace.end(write.target.named(), outcome.as_ref().err());
    outcome
}

async fn find_out(
    call: &Arc<Call>,
    write: &mut Write,
    lowered: Lowered,
    earlier: Earlier,
    retry: Option<&mut Retry<'_>>,
) -> Result<Option<Item>> {
    let answer = if let Some(retry) = retry {
        Box::pin(repeat(call, write, lowered, earlier, retry)).await
    } else {
        let resend = if write.expectation.names_write_id() {
            Resend::Always
        } else {
            Resend::IfNotApplied
        };
        request::send(call, lowered, resend, earlier).await
    };
    // The rare cases are boxed, so that the future stays small.
    match answer {
        Answer::Done(item) => Ok(item),
        Answer::Failed(failure) => Err(failed(write.target.clone(), failure)),
        Answer::Refused {
            item,
            earlier,
            lost,
        } => match judge(write, item.as_ref(), earlier) {
            Verdict::Applied => applied(write, item),
            Verdict::Refused => Err(Box::pin(refused(call, write, item)).await),
            // The caller allows a second application, and wants to know what happened to the last attempt.
            Verdict::Unknown if write.until_answered => {
                let mut error = Box::pin(refused(call, write, item)).await;
                if let Some(refusal) = error.refusal_mut() {
                    // The endpoint did not return the item, and the item that was read instead contains the write.
                    if holds_write(write, refusal.item.as_ref()) {
                        return applied(write, refusal.item.take());
                    }
                    refusal.follows_lost_answer = true;
                }
                Err(error)
            }
            Verdict::Unknown if item.is_some() || call.connection.is_known_to_return_items() => {
                Err(unknown(call, write, item, lost.map(Arc::from)))
            }
            // There is no item: it does not exist, or the endpoint did not return it.
            Verdict::Unknown => Box::pin(settle(call, write, lost)).await,
        },
        Answer::Lost(failure) => Box::pin(settle(call, write, Some(failure.source))).await,
    }
}

/// Sends until there is an answer or the loop ends. A write that was not applied is sent again, and after a lost answer a write
/// that may be sent twice. `write` is afterwards as it was last sent.
async fn repeat(
    call: &Arc<Call>,
    write: &mut Write,
    mut lowered: Lowered,
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
            Answer::Lost(failure) if write.expectation.names_write_id() || write.until_answered => {
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
            // The cause of an unknown outcome is the first lost answer.
            if let (Answer::Lost(failure), Some(first)) = (&mut answer, broken) {
                failure.source = first;
            }
            return answer;
        }
        if let Answer::Lost(failure) = answer {
            if write.renew(call.connection.fresh_id(write.model)) {
                match write.lower_again() {
                    Ok(again) => lowered = again,
                    // The write could be sent before, and has not become longer.
                    Err(_) => return Answer::Lost(failure),
                }
            }
            broken.get_or_insert(failure.source);
        }
    }
}

/// Reads the item consistently after a lost answer. Our own write id proves that the write was applied. Anything else proves
/// nothing, because the request may still arrive.
async fn settle(call: &Arc<Call>, write: &Write, lost: Option<BoxError>) -> Result<Option<Item>> {
    if write.write_id.is_none() {
        return Err(unknown(call, write, None, lost.map(Arc::from)));
    }
    let Target { table, key, .. } = &write.target;
    let read = request::get(call, table, key, Consistency::Strong, Resend::Always).await;
    let item = read.ok().flatten();
    if holds_write(write, item.as_ref()) {
        return applied(write, item);
    }
    Err(unknown(call, write, item, lost.map(Arc::from)))
}

/// The result of a write that was applied although its answer was lost. The item is as the write left it, or in its current state.
fn applied(write: &Write, item: Option<Item>) -> Result<Option<Item>> {
    if write.returns_old {
        let target = write.target.clone();
        return Err(Error::OldItemLost(Box::new(OldItemLost { target, item })));
    }
    Ok(item)
}

/// Returns the error of a write whose outcome cannot be found out. `lost` is what its attempt got instead of an answer.
pub(crate) fn unknown(
    call: &Call,
    write: &Write,
    last_seen: Option<Item>,
    lost: Option<Arc<dyn std::error::Error + Send + Sync>>,
) -> Error {
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
