//! Saving what was read: by a merge, and by adopting an item that has no version.
use std::sync::Arc;

use crate::call::Call;
use crate::encoding::DecodeError;
use crate::error::{Error, Result};
use crate::expectation::{Expectation, ExpectedId};
use crate::expression::value;
use crate::item::{Item, Versioned};
use crate::outcome::deliver;
use crate::refusal::{Guard, Refusal};
use crate::retry::Retry;
use crate::stored::Stored;
use crate::write::{Effect, Write, is_too_long, merged};

/// Saves by a three-way merge.
pub(crate) async fn save<I: Versioned>(
    call: &Arc<Call>,
    mut write: Write,
    stored: Stored<I>,
    mine: Item,
) -> Result<Result<Stored<I>>> {
    if write.condition.is_none()
        && matches!(&write.effect, Effect::Update(changes) if changes.is_empty())
    {
        return Ok(Ok(stored.unsaved()));
    }
    let mut lowered = write.lower();
    if lowered.as_ref().is_err_and(is_too_long)
        && matches!(write.expectation, Expectation::Unversioned { .. })
    {
        // What was read does not fit into a guard: stamp a version, then compare.
        adopt_first(call, &mut write).await?;
        lowered = write.lower();
    }
    if lowered.as_ref().is_err_and(is_too_long)
        && matches!(write.expectation, Expectation::At { .. })
        && stored.whole
    {
        // The change does not fit into an update: the merged item goes out whole, at the version that was read.
        write.effect = write.put(merged(&stored.base, &mine, &stored.raw));
        lowered = write.lower();
    }
    let returned = deliver(call, &write, lowered?, false, None).await?;
    let value = Stored::into_inner(stored);
    Ok(match (returned, write.effect) {
        (Some(item), _) | (None, Effect::Put(item)) => {
            Stored::as_written(value, mine, item).map_err(DecodeError::after_write)
        }
        (None, _) => Err(DecodeError::nothing_returned::<I>()),
    })
}

/// Adopts before a single write, which is not sent unless the item was adopted for sure.
pub(crate) async fn adopt_first(call: &Arc<Call>, write: &mut Write) -> Result<bool> {
    adopt(call, write, None).await.map_err(|error| match error {
        Error::OutcomeUnknown(lost) => lost.of_a_stamp(),
        other => other,
    })
}

/// Gives an unversioned item version 1, and compares it with what was read: from then on no write goes unnoticed.
/// `false`: it was not needed.
pub(crate) async fn adopt(
    call: &Arc<Call>,
    write: &mut Write,
    retry: Option<&mut Retry<'_>>,
) -> Result<bool> {
    let Expectation::Unversioned { as_read, .. } = &write.expectation else {
        return Ok(false);
    };
    let model = write.model;
    // Nothing is stamped for a write that could not be sent.
    write.sendable()?;
    // A write id without a version is overwritten by the stamp, so it is compared beforehand.
    let (stamped, rest): (Vec<_>, Vec<_>) = as_read
        .iter()
        .flatten()
        .cloned()
        .partition(|(name, _)| model.is_own(name));
    let known = as_read.is_some();
    let stamp = Write {
        effect: Effect::Update(Vec::new()),
        expectation: Expectation::Unversioned {
            as_read: Some(stamped),
            absent: Vec::new(),
        },
        not_negative: Vec::new(),
        write_id: call.connection.fresh_id(model),
        ..write.clone()
    };
    let adopted = deliver(call, &stamp, stamp.lower()?, false, retry).await?;
    let adopted = adopted.unwrap_or_default();
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
    let write_id = stamp.write_id.map_or(ExpectedId::Unstated, ExpectedId::Is);
    write.expectation = Expectation::At {
        version: 1,
        write_id,
    };
    Ok(true)
}
