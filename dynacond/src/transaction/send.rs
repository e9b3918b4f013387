//! Sending a transaction's actions: one payload with one token, until its fate is known.
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::types::CancellationReason;

use crate::call::Call;
use crate::error::{Error, Exhausted, InvalidItem, OutcomeUnknown, Refusal, Result, Target};
use crate::expression::value::stored_size;
use crate::item::Item;
use crate::outcome::{failed, refused};
use crate::request::{self, Failure, TransactAnswer};
use crate::retry::{Pause, Retry};
use crate::write::{Lowered, Payload, Pending, Write};

/// Actions of one transaction.
///
/// [Constraints: transactions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-dynamodb-transactions)
const MAX_ACTIONS: usize = 100;
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// What became of a payload.
pub(super) enum Fate {
    Committed,
    /// Not applied: these actions were refused, each explained. `contended`: others met another transaction.
    Refused {
        refusals: Vec<Error>,
        contended: bool,
    },
}

/// Sends the actions until they are committed or refused: contention is waited out with the same payload and token.
pub(super) async fn deliver(
    call: &Arc<Call>,
    writes: &[Write],
    token: &str,
    mut ambiguous: bool,
) -> Result<Fate> {
    let lowered = checked(writes)?;
    let connection = &call.connection;
    let mut retry = Retry::start(&connection.client, &connection.retry, &*connection.random);
    loop {
        let (error, pause) = match request::transact(call, lowered.clone(), token, ambiguous).await
        {
            TransactAnswer::Done => return Ok(Fate::Committed),
            TransactAnswer::Failed(failure) => return Err(failed(target(writes), failure)),
            TransactAnswer::Lost(failure) => {
                ambiguous = true;
                let running = failure.code.as_deref() == Some("TransactionInProgressException");
                // The same request is still running: it ends within seconds.
                let pause = if running {
                    Pause::AtLeast(Duration::from_secs(5))
                } else {
                    Pause::Backoff
                };
                (unknown(call, writes, token, Some(failure)), pause)
            }
            TransactAnswer::Cancelled {
                reasons,
                after_ambiguity,
            } => match judge(call, writes, reasons, after_ambiguity).await? {
                Judgement::Fate(fate) => return Ok(fate),
                Judgement::Unknown => return Err(unknown(call, writes, token, None)),
                Judgement::Contended(error) => (error, Pause::Backoff),
            },
        };
        // A token is good for ten minutes; the policy ends long before.
        if !retry.again(pause).await {
            return Err(match error {
                unknown @ Error::OutcomeUnknown(_) => unknown,
                last => Error::Exhausted(Box::new(Exhausted {
                    target: target(writes),
                    attempts: retry.attempts,
                    last,
                })),
            });
        }
    }
}

/// Sends the actions; a refusal is an error that names its action, the others beside it.
pub(crate) async fn commit(
    call: &Arc<Call>,
    writes: &[Write],
    token: &str,
    ambiguous: bool,
) -> Result {
    match deliver(call, writes, token, ambiguous).await? {
        Fate::Committed => Ok(()),
        Fate::Refused { refusals, .. } => Err(first(refusals)),
    }
}

/// The first refusal, with the others in it.
pub(super) fn first(refusals: Vec<Error>) -> Error {
    let mut refusals = refusals.into_iter();
    let Some(mut first) = refusals.next() else {
        return Error::Reading;
    };
    if let Some(refusal) = first.refusal_mut() {
        refusal.others = refusals
            .filter_map(|error| error.into_refusal().ok())
            .map(|refusal| *refusal)
            .collect();
    }
    first
}

/// Limits first: nothing is sent that DynamoDB would refuse as a whole.
fn checked(writes: &[Write]) -> Result<Vec<Lowered>> {
    if writes.is_empty() || writes.len() > MAX_ACTIONS {
        let actions = writes.len();
        return Err(InvalidItem::ActionCount {
            actions,
            limit: MAX_ACTIONS,
        }
        .into());
    }
    let mut items = HashSet::new();
    for write in writes {
        if !items.insert(write.target.key.identity(&write.target.table)) {
            let (item_type, key) = (write.model.name, Box::new(write.target.key.clone()));
            return Err(InvalidItem::SameItem { item_type, key }.into());
        }
    }
    let lowered = writes
        .iter()
        .map(Write::lower)
        .collect::<Result<Vec<_>>>()?;
    let bytes = lowered.iter().map(size).sum();
    if bytes > MAX_BYTES {
        return Err(InvalidItem::TransactionTooLarge {
            bytes,
            limit: MAX_BYTES,
        }
        .into());
    }
    Ok(lowered)
}

fn size(lowered: &Lowered) -> usize {
    let of = |item: &Item| {
        item.iter()
            .map(|(name, value)| name.len() + stored_size(value))
            .sum::<usize>()
    };
    let parts = [
        lowered.effect.item(),
        lowered.effect.key(),
        lowered.values.as_ref(),
    ];
    parts.into_iter().flatten().map(of).sum()
}

enum Judgement {
    Fate(Fate),
    Contended(Error),
    Unknown,
}

/// What the cancellation reasons say, one for each action in order.
///
/// [TransactionCanceledException](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html)
async fn judge(
    call: &Arc<Call>,
    writes: &[Write],
    reasons: Vec<CancellationReason>,
    after_ambiguity: bool,
) -> Result<Judgement> {
    let mut refusals = Vec::new();
    let mut contention = None;
    for (action, (write, reason)) in writes.iter().zip(reasons).enumerate() {
        let code = reason.code.unwrap_or_default();
        match code.as_str() {
            // Innocent, and says nothing of the item.
            "None" | "" => {}
            "ConditionalCheckFailed" => {
                let mut error = refused(call, write, reason.item).await;
                if let Some(refusal) = error.refusal_mut() {
                    refusal.action = Some(action);
                }
                refusals.push(error);
            }
            _ => {
                let message = reason.message.unwrap_or_default();
                let source = format!("{code}: {message}").into();
                let failure = Failure {
                    code: Some(top_level(&code)),
                    message,
                    source,
                };
                let error = failed(write.target.clone(), failure);
                match error {
                    Error::TransactionConflict(_) | Error::Throttled(_) => contention = Some(error),
                    terminal => return Err(terminal),
                }
            }
        }
    }
    if after_ambiguity && !refusals.is_empty() {
        // The earlier attempt may still arrive, unless a guard that nothing can make true again refuses both.
        let gone = |error: &Error| {
            let refusal = error.refusal()?;
            let write = writes.get(refusal.action()?)?;
            Some(
                write.expectation.names_write_id()
                    && refusal.guards().iter().any(|guard| !guard.holds),
            )
        };
        if !refusals.iter().any(|error| gone(error) == Some(true)) {
            return Ok(Judgement::Unknown);
        }
    }
    Ok(match contention {
        Some(error) if refusals.is_empty() => Judgement::Contended(error),
        None if refusals.is_empty() => Judgement::Fate(Fate::Refused {
            refusals: vec![Error::Unexplained(Box::new(Refusal::new(
                target(writes),
                Vec::new(),
                None,
            )))],
            contended: false,
        }),
        contention => Judgement::Fate(Fate::Refused {
            refusals,
            contended: contention.is_some(),
        }),
    })
}

/// A reason's code as the exception of a single write is called.
fn top_level(code: &str) -> String {
    match code {
        "TransactionConflict" => "TransactionConflictException",
        "ThrottlingError" => "ThrottlingException",
        "ProvisionedThroughputExceeded" => "ProvisionedThroughputExceededException",
        "ItemCollectionSizeLimitExceeded" => "ItemCollectionSizeLimitExceededException",
        "ValidationError" => "ValidationException",
        other => other,
    }
    .to_owned()
}

/// The first item stands for all of them.
fn target(writes: &[Write]) -> Target {
    match writes.first() {
        Some(write) => Target {
            verb: "transact",
            ..write.target.clone()
        },
        None => Target::none(),
    }
}

fn unknown(call: &Call, writes: &[Write], token: &str, failure: Option<Failure>) -> Error {
    Error::OutcomeUnknown(Box::new(OutcomeUnknown {
        target: target(writes),
        write_id: writes.iter().find_map(|write| write.write_id.clone()),
        last_seen: None,
        source: failure.map(|failure| failure.source),
        pending: Pending {
            connection: Arc::clone(&call.connection),
            payload: Payload::Transaction {
                writes: writes.to_vec(),
                token: token.to_owned(),
            },
        },
    }))
}
