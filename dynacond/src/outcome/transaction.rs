//! Sends the actions of a transaction: one payload with one token, until the outcome is known.
use std::iter;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::types::CancellationReason;
use tracing::Instrument as _;

use crate::error::error::{Error, Result};
use crate::error::exhausted::exhausted;
use crate::error::refusal::{Refusal, Withheld};
use crate::error::service::ServiceError;
use crate::error::unknown::{OutcomeUnknown, Payload, Pending};
use crate::model::invalid::InvalidInput;
use crate::outcome::execute::{has_first_steps, take_first_steps};
use crate::outcome::failed::failed;
use crate::outcome::limits::{MAX_ACTIONS, lower_all};
use crate::outcome::refused::refused;
use crate::outcome::trace::Trace;
use crate::read::consistency::Consistency;
use crate::value::item::Item;
use crate::wire::actions::Actions;
use crate::wire::attempts::{Earlier, Resend};
use crate::wire::call::Call;
use crate::wire::failure::{Failure, failure_of, failure_of_reason};
use crate::wire::request::{self, TransactAnswer};
use crate::wire::retry::{Pause, Retry};
use crate::write::target::{Subject, Target};
use crate::write::token::{CallersToken, Token, Window};
use crate::write::write::Write;

/// DynamoDB remembers a token for ten minutes after the first request with it completes. That time is not known here, so resends
/// end earlier.
const TOKEN_LIFE: Duration = Duration::from_mins(9);

/// How long a call sends again with a caller's token, whose ten minutes may be almost over when the call begins. So a call that is
/// repeated within nine and a half minutes is still within the life of the token.
const CALLERS_TOKEN: Duration = Duration::from_secs(10);

/// The outcome of a payload.
pub(crate) enum Fate {
    Committed,
    /// The payload was not applied, and these actions were refused, each with its explanation. `contended` says whether other
    /// actions conflicted with another transaction.
    Refused {
        first: Error,
        others: Vec<Error>,
        contended: bool,
    },
}

/// Checks and lowers writes. The lowered form is kept, so that each attempt is exactly the same request.
pub(crate) fn lower_actions(mut writes: Vec<Write>, token: Token) -> Result<Actions> {
    let lowered = lower_all(&mut writes)?;
    Actions::new(writes, token, lowered)
        .map_err(|error| failed(Subject::unnamed("transact"), failure_of(error)))
}

/// Sends the actions until they are committed or refused. Contention is waited out with the same payload and token. `earlier` says
/// what happened to them in an earlier call. If a caller's token was already used in another window, `actions` is afterwards as it
/// was applied.
pub(crate) async fn deliver(
    call: &Arc<Call>,
    actions: &mut Actions,
    earlier: Earlier,
    retry: &mut Retry<'_>,
) -> Result<Fate> {
    let target = target(&actions.writes)?;
    let trace = Trace::start(call, target.named());
    // Boxed, as for a single write.
    let fate = Box::pin(find_out(call, actions, earlier, retry))
        .instrument(trace.span())
        .await;
    match &fate {
        Ok(Fate::Committed) => trace.end(target.named(), None),
        Ok(Fate::Refused { first, others, .. }) => {
            trace.end(target.named(), iter::once(first).chain(others));
        }
        Err(error) => trace.end(target.named(), [error]),
    }
    fate
}

async fn find_out(
    call: &Arc<Call>,
    actions: &mut Actions,
    earlier: Earlier,
    retry: &mut Retry<'_>,
) -> Result<Fate> {
    let table = target(&actions.writes)?.table;
    let callers = actions.token.callers().cloned();
    let (mut other_windows, life) = match &callers {
        Some(token) => (token.windows().to_vec(), CALLERS_TOKEN),
        None => (Vec::new(), TOKEN_LIFE),
    };
    // The first of them is sent first.
    other_windows.reverse();
    other_windows.pop();
    let mut ends = call.clock.elapsed().saturating_add(life);
    let (mut attempts, mut running) = (earlier, false);
    // What happened to the first attempt without an answer.
    let mut lost = None;
    loop {
        let (error, pause) = match request::transact(call, actions, attempts).await {
            TransactAnswer::Done => return Ok(Fate::Committed),
            TransactAnswer::Failed(failure) => {
                let is_worth_it = retry.is_worth_it(&failure, &table);
                let error = failed(target(&actions.writes)?, failure);
                if !is_worth_it {
                    return Err(error);
                }
                (Some(error), Pause::Backoff)
            }
            TransactAnswer::Lost(failure) if is_mismatch(&failure) => {
                let Some(token) = &callers else {
                    // If the endpoint remembers the token, it has seen an earlier attempt of ours.
                    lost.get_or_insert(failure.source);
                    return settle(call, actions, lost).await;
                };
                if let Some(window) = other_windows.pop() {
                    // The token was used shortly before, in a neighbouring window, for the same actions with other ids.
                    let mut writes = actions.writes.clone();
                    token.stamp(&mut writes, window);
                    *actions = lower_actions(writes, actions.token.clone())?;
                    continue;
                }
                return used_for_others(call, actions, earlier, failure).await;
            }
            TransactAnswer::Lost(failure) => {
                attempts = Earlier::MaybeApplied;
                let was_running = running;
                running = failure.code.as_deref() == Some("TransactionInProgressException");
                let is_worth_it = retry.is_worth_it(&failure, &table) || running;
                if running && callers.is_some() {
                    // The first request with the token completes later than now, so the token is not near its end.
                    ends = call.clock.elapsed().saturating_add(TOKEN_LIFE).max(ends);
                }
                let pause = if running && was_running {
                    // The same request is still running, and ends within seconds.
                    Pause::AtLeast(Duration::from_secs(5))
                } else {
                    Pause::Backoff
                };
                lost.get_or_insert(failure.source);
                if !is_worth_it {
                    return settle(call, actions, lost).await;
                }
                (None, pause)
            }
            TransactAnswer::Cancelled(reasons) => {
                match judge(call, actions, reasons, attempts, earlier).await? {
                    Judgement::Fate(fate) => return Ok(fate),
                    Judgement::Unknown => return settle(call, actions, lost).await,
                    Judgement::Contended(error) => (Some(error), Pause::Backoff),
                }
            }
        };
        // No other call used a random token. So its remaining life only matters after a lost answer.
        let lives = attempts == Earlier::MaybeApplied || callers.is_some();
        let lives_until = lives.then_some(ends);
        match wait(call, actions, pause, lives_until, retry).await {
            Waited::Send => {}
            Waited::Applied(window) => return Ok(committed(actions, window)),
            Waited::Long => {
                return match error {
                    Some(error) if attempts == Earlier::NotApplied => {
                        Err(if is_contention(&error) {
                            exhausted(None, retry.attempts, error)
                        } else {
                            error
                        })
                    }
                    _ => settle(call, actions, lost).await,
                };
            }
        }
    }
}

/// The result of a pause before the next attempt.
enum Waited {
    /// The payload is sent again.
    Send,
    /// An earlier use of the caller's token has applied the actions, in this window.
    Applied(Window),
    /// There is no time left for the call or the token.
    Long,
}

/// Pauses before the same payload is sent again. For a caller's token, it also looks for the effect of an earlier use.
async fn wait(
    call: &Arc<Call>,
    actions: &Actions,
    mut pause: Pause,
    token_lives_until: Option<Duration>,
    retry: &mut Retry<'_>,
) -> Waited {
    loop {
        let again = retry.again(pause).await;
        if !again || token_lives_until.is_some_and(|ends| call.clock.elapsed() > ends) {
            return Waited::Long;
        }
        if actions.token.callers().is_none() {
            return Waited::Send;
        }
        // The token may have been used before this call, and DynamoDB may have forgotten it since.
        match look(call, actions).await {
            Seen::Applied(window) => return Waited::Applied(window),
            Seen::Other(_) | Seen::Nothing => return Waited::Send,
            Seen::Unread => pause = Pause::Backoff,
        }
    }
}

/// The error if the same token was used with other parameters before.
///
/// [IdempotentParameterMismatchException](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html#API_TransactWriteItems_Errors)
fn is_mismatch(failure: &Failure) -> bool {
    failure.code.as_deref() == Some("IdempotentParameterMismatchException")
}

/// Handles a caller's token that was used for other actions before. DynamoDB remembers those, so the present actions were not
/// applied.
async fn used_for_others(
    call: &Arc<Call>,
    actions: &mut Actions,
    earlier: Earlier,
    failure: Failure,
) -> Result<Fate> {
    // An endpoint that compares bytes may see other actions, if another process has sent the same actions.
    match look(call, actions).await {
        Seen::Applied(window) => Ok(committed(actions, window)),
        // The earlier call may have been applied before the token was used for other actions.
        seen if earlier == Earlier::MaybeApplied => Err(unknown(call, actions, seen.item(), Some(failure.source))),
        _ => Err(Error::TokenReused(Box::new(ServiceError {
            subject: target(&actions.writes)?.into(),
            code: failure.code,
            message: "the client request token was already used for other actions within the last ten minutes; nothing was written".to_owned(),
            is_transient: false,
            source: Arc::from(failure.source),
        }))),
    }
}

/// Returns the error of an unknown outcome.
async fn settle(call: &Arc<Call>, actions: &mut Actions, lost: Option<BoxError>) -> Result<Fate> {
    match look(call, actions).await {
        Seen::Applied(window) => Ok(committed(actions, window)),
        seen => Err(unknown(call, actions, seen.item(), lost)),
    }
}

/// The actions were applied, with the ids of this window.
fn committed(actions: &mut Actions, window: Window) -> Fate {
    if let Token::Callers(token) = &actions.token {
        token.stamp(&mut actions.writes, window);
    }
    Fate::Committed
}

/// What an item that the transaction stamps shows about the transaction.
enum Seen {
    /// It has the id of the transaction. So the whole transaction was applied, because a transaction is never applied in part.
    Applied(Window),
    /// It has another write, or there is no item. This proves nothing.
    Other(Option<Item>),
    /// The item could not be read.
    Unread,
    /// No action stamps an id.
    Nothing,
}

impl Seen {
    fn item(self) -> Option<Item> {
        match self {
            Self::Other(item) => item,
            Self::Applied(_) | Self::Unread | Self::Nothing => None,
        }
    }
}

/// Looks for the write with one consistent read.
async fn look(call: &Arc<Call>, actions: &Actions) -> Seen {
    let Some((position, write)) = stamped(&actions.writes) else {
        return Seen::Nothing;
    };
    let Target { table, key, .. } = &write.target;
    let Ok(item) = request::get(call, table, key, Consistency::Strong, Resend::Never).await else {
        return Seen::Unread;
    };
    let held = item
        .as_ref()
        .and_then(|item| actions.token.held_by(item, write, position));
    held.map_or(Seen::Other(item), Seen::Applied)
}

/// Sends writes as the actions of a transaction, with the caller's token if there is one, and returns the writes as they were
/// applied. A refusal is an error that names its action and carries the other refusals.
pub(crate) async fn execute(
    call: &Arc<Call>,
    mut writes: Vec<Write>,
    token: Option<&str>,
) -> Result<Vec<Write>> {
    let began = call.clock.wall();
    for (action, write) in writes.iter_mut().enumerate() {
        if !has_first_steps(write) {
            continue;
        }
        take_first_steps(call, write, Some(&mut Retry::start(call)))
            .await
            .map_err(|error| of_action(error, action))?;
    }
    let token = if let Some(token) = token {
        Token::Callers(CallersToken::under(token, &mut writes, began)?)
    } else {
        Token::drawn((call.connection.random)())
    };
    let actions = lower_actions(writes, token)?;
    deliver_or_refuse(call, actions, Earlier::NotApplied).await
}

/// Sends actions that an earlier call has sent without an answer, unless a read shows that they were applied.
pub(crate) async fn resend(call: &Arc<Call>, actions: Actions) -> Result {
    // A token lives for ten minutes, and it is not known when the earlier call was.
    match look(call, &actions).await {
        Seen::Applied(_) => return Ok(()),
        Seen::Unread if actions.token.callers().is_some() => {
            return Err(unknown(call, &actions, None, None));
        }
        _ => {}
    }
    deliver_or_refuse(call, actions, Earlier::MaybeApplied)
        .await
        .map(drop)
}

async fn deliver_or_refuse(
    call: &Arc<Call>,
    mut actions: Actions,
    earlier: Earlier,
) -> Result<Vec<Write>> {
    let mut retry = Retry::start(call);
    match deliver(call, &mut actions, earlier, &mut retry).await? {
        Fate::Committed => Ok(actions.writes),
        Fate::Refused { first, others, .. } => Err(joined(first, others)),
    }
}

/// Whether the failure comes from another transaction or from load, so that the same request can succeed later.
pub(crate) const fn is_contention(error: &Error) -> bool {
    matches!(error, Error::TransactionConflict(_) | Error::Throttled(_))
}

/// Returns the first refusal, which contains the others.
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

/// A refusal that names its action.
fn of_action(mut error: Error, action: usize) -> Error {
    if let Some(refusal) = error.refusal_mut() {
        refusal.action = Some(action);
        refusal.in_transaction = true;
    }
    error
}

/// The transaction was refused, but DynamoDB names no reason.
fn unexplained(target: Target) -> Error {
    Error::Unexplained(Box::new(Refusal {
        withheld: Withheld::Yes,
        ..Refusal::new(target, Vec::new(), None)
    }))
}

enum Judgement {
    Fate(Fate),
    Contended(Error),
    /// An earlier attempt may still arrive, and it may not be refused.
    Unknown,
}

/// Evaluates the cancellation reasons, one for each action in order.
async fn judge(
    call: &Arc<Call>,
    actions: &mut Actions,
    reasons: Vec<CancellationReason>,
    attempts: Earlier,
    earlier: Earlier,
) -> Result<Judgement> {
    let (mut refusals, mut contention, mut end) = (Vec::new(), None, None);
    // Whether a guard was false that can never become true again, and so also refuses an earlier attempt.
    let mut for_good = false;
    for (action, (write, reason)) in actions.writes.iter().zip(reasons).enumerate() {
        if reason.code.as_deref() == Some("ConditionalCheckFailed") {
            // The ids of a caller's token show which actions were applied. With a random token and no lost answer, such an item is
            // only the reason of the refusal.
            if (attempts == Earlier::MaybeApplied || actions.token.callers().is_some())
                && let Some(item) = &reason.item
                && let Some(window) = actions.token.held_by(item, write, action)
            {
                // The token has expired, and the transaction is refused because of its own earlier effect.
                return Ok(Judgement::Fate(committed(actions, window)));
            }
            for_good |= write.expectation.names_write_id()
                && (earlier == Earlier::NotApplied || write.is_never_applied(reason.item.as_ref()));
            let error = refused(call, write, reason.item).await;
            refusals.push(of_action(error, action));
        } else if let Some(failure) = failure_of_reason(reason) {
            if failure.is_throttling() {
                call.throttled();
            }
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
        _ if attempts == Earlier::MaybeApplied && !for_good => Ok(Judgement::Unknown),
        (Some(error), ..) => Err(error),
        (None, Some(first), contention) => Ok(Judgement::Fate(Fate::Refused {
            first,
            others: refusals.collect(),
            contended: contention.is_some(),
        })),
        // The transaction was cancelled, but no action has a reason.
        (None, None, None) => Err(unexplained(target(&actions.writes)?)),
    }
}

/// The error names the first item.
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

/// Returns the first write that stamps an id, whose item can show whether the transaction was applied, and its position among the
/// actions.
fn stamped(writes: &[Write]) -> Option<(usize, &Write)> {
    let mut writes = writes.iter().enumerate();
    writes.find(|(_, write)| write.write_id.is_some())
}

fn unknown(
    call: &Call,
    actions: &Actions,
    last_seen: Option<Item>,
    lost: Option<BoxError>,
) -> Error {
    // The key, the write id and the item belong to the same write.
    let told = stamped(&actions.writes).map(|(_, write)| write);
    let target = match target(told.map_or(&actions.writes, std::slice::from_ref)) {
        Ok(target) => target,
        Err(empty) => return empty.into(),
    };
    Error::OutcomeUnknown(Box::new(OutcomeUnknown {
        target,
        write_id: told.and_then(|write| write.write_id.clone()),
        last_seen,
        source: lost.map(Arc::from),
        pending: Pending {
            connection: Arc::clone(&call.connection),
            payload: Payload::Transaction(Box::new(actions.clone())),
        },
    }))
}
