//! Executes a single write, in one request or after the requests that an item without a version needs.
//!
//! This code is not generic over the item type, so it exists once for all types, and the caller's future stays small.
use std::sync::Arc;

use crate::error::error::{Error, Result};
use crate::error::exhausted::exhausted;
use crate::error::refusal::Refusal;
use crate::model::write_id::same_incarnation;
use crate::outcome::read::read;
use crate::outcome::single::deliver;
use crate::value;
use crate::value::digest::digest;
use crate::value::item::Item;
use crate::wire::attempts::Earlier;
use crate::wire::call::Call;
use crate::wire::retry::{Pause, Retry};
use crate::write::expectation::{Expectation, ExpectedId, Unversioned, version_in, write_id_in};
use crate::write::guard_result::Guard;
use crate::write::target::Target;
use crate::write::write::{Effect, Write};

/// Sends a write, and finds out its outcome. For a save, `whole` is the whole item after it, if that is known. Returns the item if
/// DynamoDB returns it. `retry` is the loop that sends again instead of the SDK.
pub(crate) async fn execute(
    call: &Arc<Call>,
    write: &mut Write,
    mut retry: Option<&mut Retry<'_>>,
) -> Result<Option<Item>> {
    if write.replaces_any() {
        return Box::pin(replace_any(call, write)).await;
    }
    let mut lowered = write.lower_or_whole();
    if write.until_answered && write.expectation.holds_after_the_write() {
        // If there is no room for the clause against a second application, the write could not be sent again, so it is not sent at
        // all.
        write.lower_again()?;
    }
    if has_first_steps(write) {
        // No item is read or adopted for a write that could not be sent.
        write.adopted().lower_alone()?;
        Box::pin(take_first_steps(call, write, retry.as_deref_mut())).await?;
        lowered = write.lower_alone();
    }
    deliver(call, write, lowered?, Earlier::NotApplied, retry).await
}

/// Replaces the item at any version. A PutItem cannot increment a version that its request does not name. So the item is read and
/// then replaced at the version that was read, and again if somebody else was faster.
async fn replace_any(call: &Arc<Call>, write: &mut Write) -> Result<Option<Item>> {
    // No item is read for a write that could not be sent.
    write.lower_alone()?;
    let mut retry = Retry::start(call);
    let mut stored = read(call, write.target.clone()).await?;
    let mut lost = false;
    loop {
        write.expectation = match &stored {
            Some(item) => Expectation::as_read(write.model, item),
            None => Expectation::Absent,
        };
        let fresh = call.connection.fresh_id(write.model);
        write.write_id = fresh.map(|id| write.expectation.stamp(id));
        write.written_at = call.connection.written_at(write.model);
        if let Effect::Put(item) = &write.effect {
            write.effect = write.put(item.clone());
        }
        let mut answered = write.until_answered.then(|| Retry::start(call));
        let mut answer = Box::pin(execute(call, write, answered.as_mut())).await;
        if let Err(error) = &mut answer
            && let Some(refusal) = error.refusal_mut()
        {
            // A save of this attempt has its incarnation, and must not be overwritten.
            let held = refusal.item.as_ref();
            let held = held.and_then(|item| write_id_in(write.model, item));
            let may_be_based_on_it = refusal.follows_lost_answer
                && held
                    .zip(write.write_id.as_deref())
                    .is_some_and(|(held, own)| same_incarnation(held, own));
            // An attempt without an answer may have been applied, no matter what happened to later attempts.
            lost |= refusal.follows_lost_answer;
            refusal.follows_lost_answer = lost;
            if may_be_based_on_it {
                return answer;
            }
        }
        let error = match answer {
            Err(error @ (Error::Conflict(_) | Error::AlreadyExists(_) | Error::NotFound(_))) => {
                error
            }
            // The endpoint refused without the item, and the item that was read instead shows that somebody else was faster.
            Err(Error::Unexplained(refusal))
                if refusal.is_overtaken(write.model, &write.expectation) =>
            {
                Error::Unexplained(refusal)
            }
            answer => return answer,
        };
        if !retry.again(Pause::Refreshed).await {
            let subject = write.target.clone().into();
            return Err(exhausted(Some(subject), retry.attempts, error));
        }
        // The refusal carries the item, or says that there is none. After a pause, others may have written it.
        stored = if retry.paused {
            read(call, write.target.clone()).await?
        } else {
            error.refusal().and_then(|refusal| refusal.item.clone())
        };
    }
}

/// The result of a deletion with `or_gone`. It is no error if the error says that there is no item, or if a consistent read finds
/// none after a lost answer. If the read finds an item, the error shows the item.
pub(crate) async fn unless_gone(
    call: &Arc<Call>,
    target: &Target,
    mut error: Error,
) -> Result<Option<Item>> {
    let is_gone = match &mut error {
        Error::OutcomeUnknown(unknown) => match read(call, target.clone()).await {
            Ok(found) => {
                unknown.last_seen = found;
                unknown.last_seen.is_none()
            }
            Err(_) => false,
        },
        refused => refused
            .refusal()
            .is_some_and(|refusal| refusal.item.is_none() && !refusal.is_withheld()),
    };
    if is_gone { Ok(None) } else { Err(error) }
}

/// The requests before a write that [`has_first_steps`]. The item is compared with the caller's tag, and gets a version if the guard
/// needs one. The write itself is only sent if both have certainly succeeded. `retry` is as in [`deliver`].
pub(crate) async fn take_first_steps(
    call: &Arc<Call>,
    write: &mut Write,
    retry: Option<&mut Retry<'_>>,
) -> Result {
    if write.expectation.names_content() {
        read_at_tags(call, write).await?;
        if !needs_adoption(write) {
            return Ok(());
        }
    }
    adopt(call, write, retry)
        .await
        .map_err(|error| match error {
            Error::OutcomeUnknown(lost) => Error::Service(Box::new(lost.into_not_sent())),
            other => other,
        })
}

/// Whether [`take_first_steps`] sends a request before the write.
pub(crate) fn has_first_steps(write: &Write) -> bool {
    write.expectation.names_content() || needs_adoption(write)
}

/// Whether an item without a version must get one first, because its state does not fit into a guard, or because attributes that
/// were added in the meantime would be lost unnoticed.
pub(crate) fn needs_adoption(write: &Write) -> bool {
    write.is_unversioned()
        && write.model.mark().is_some()
        && (matches!(write.effect, Effect::Delete | Effect::Put(_))
            || write.lower().is_err_and(|error| error.is_too_long()))
}

/// Reads the item whose content the caller's tags name. After that the write expects the item as it was read.
async fn read_at_tags(call: &Arc<Call>, write: &mut Write) -> Result {
    let Expectation::Unversioned(expected) = &mut write.expectation else {
        return Ok(());
    };
    let Some(item) = read(call, write.target.clone()).await? else {
        let refusal = Refusal::by_guard(write.target.clone(), Guard::Exists, None);
        return Err(Error::NotFound(refusal));
    };
    let found = version_in(write.model, &item);
    let content = digest(&item);
    let named = |tag: &Option<String>| tag.is_some() && *tag == content;
    if !write.model.is_unmarked(&item) || !expected.tags.iter().all(named) {
        let guard = Guard::Unversioned { found };
        let refusal = Refusal::by_guard(write.target.clone(), guard, Some(item));
        return Err(Error::Conflict(refusal));
    }
    expected.tags.clear();
    expected.holds(write.model, &item);
    Ok(())
}

/// Gives an unversioned item version 1, or a write id if its model has no version, and compares the item with what was read. After
/// that every write is noticed.
pub(crate) async fn adopt(
    call: &Arc<Call>,
    write: &mut Write,
    retry: Option<&mut Retry<'_>>,
) -> Result {
    let Expectation::Unversioned(Unversioned {
        as_read, absent, ..
    }) = &write.expectation
    else {
        return Ok(());
    };
    let model = write.model;
    // Adoption overwrites a write id without a version, so the write id is compared first.
    let (stamped, rest): (Vec<_>, Vec<_>) = as_read
        .iter()
        .flatten()
        .cloned()
        .partition(|(name, _)| model.is_own(name));
    let absent = absent.iter().copied().filter(|name| model.is_own(name));
    let known = as_read.is_some();
    let mut stamp = Write {
        target: Target {
            verb: "adopt",
            ..write.target.clone()
        },
        effect: Effect::Update(Vec::new()),
        whole: None,
        expectation: Expectation::Unversioned(Unversioned {
            as_read: Some(stamped),
            absent: absent.collect(),
            tags: Vec::new(),
        }),
        in_range: Vec::new(),
        write_id: call.connection.fresh_id(model),
        returns_old: false,
        ..write.clone()
    };
    let lowered = stamp.lower_alone()?;
    let adopted = deliver(call, &mut stamp, lowered, Earlier::NotApplied, retry).await;
    let adopted = adopted.map_err(|mut error| {
        // A lost answer to the adoption says nothing about the write, which was not sent.
        if let Some(refusal) = error.refusal_mut() {
            refusal.follows_lost_answer = false;
        }
        // The error is about the write, which is not sent.
        error.under(write.target.verb)
    });
    let adopted = adopted?.unwrap_or_default();
    if known {
        let now = adopted.keys().filter(|name| !model.is_own(name)).count();
        let same = |(name, read): &(String, _)| {
            adopted.get(name).is_some_and(|now| value::equal(now, read))
        };
        if now != rest.len() || !rest.iter().all(same) {
            let guard = Guard::Unversioned { found: None };
            return Err(Error::Conflict(Refusal::by_guard(
                write.target.clone(),
                guard,
                Some(adopted),
            )));
        }
    }
    // An earlier attempt with another id may be the one that was applied. An item that was compared, or is at version 1, is as
    // adoption left it.
    let held = write_id_in(model, &adopted).map(str::to_owned);
    let held = held.filter(|_| known || version_in(model, &adopted) == Some(1));
    let write_id = held.or(stamp.write_id);
    let write_id = write_id.map_or(ExpectedId::Unstated, ExpectedId::Is);
    write.expectation = Expectation::after_adoption(model, write_id);
    let own = write.write_id.take();
    write.write_id = own.map(|id| write.expectation.stamp(id));
    if let Effect::Put(item) = &write.effect {
        write.effect = write.put(item.clone());
    }
    Ok(())
}
