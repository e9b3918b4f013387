//! Executing a single write: in one request, or after the one that gives the item its first version.
//!
//! Nothing here is generic over the item: one code for all types, and the caller's future stays small.
use std::sync::Arc;

use crate::error::error::{Error, Result};
use crate::error::refusal::{Guard, Refusal};
use crate::model::item::Item;
use crate::outcome::outcome::deliver;
use crate::value::rules as value;
use crate::wire::call::Call;
use crate::wire::retry::Retry;
use crate::write::expectation::{Expectation, ExpectedId};
use crate::write::write::{Effect, Write, is_too_long};

/// Sends a write, and finds out what became of it: a save with the whole item that it leaves, where that is known. Gives the
/// item where DynamoDB does.
pub(crate) async fn execute(
    call: &Arc<Call>,
    write: &mut Write,
    whole: Option<Item>,
) -> Result<Option<Item>> {
    let mut lowered = write.lower_or_whole(whole);
    if needs_adoption(write) {
        write.adopted().lower_alone()?;
        Box::pin(adopt_first(call, write)).await?;
        lowered = write.lower_alone();
    }
    deliver(call, write, lowered?, false, None).await
}

/// Whether an item without a version has to get one first: its state as read does not fit into a guard, or attributes that
/// it gained meanwhile would be lost unnoticed.
pub(crate) fn needs_adoption(write: &Write) -> bool {
    matches!(write.expectation, Expectation::Unversioned { .. })
        && (matches!(write.effect, Effect::Delete | Effect::Put(_))
            || write.lower().is_err_and(|error| is_too_long(&error)))
}

/// Adopts before a single write, which is not sent unless the item was adopted for sure.
pub(crate) async fn adopt_first(call: &Arc<Call>, write: &mut Write) -> Result {
    adopt(call, write, None).await.map_err(|error| match error {
        Error::OutcomeUnknown(lost) => Error::Service(Box::new(lost.into_not_sent())),
        other => other,
    })
}

/// Gives an unversioned item version 1, and compares it with what was read: from then on no write goes unnoticed.
pub(crate) async fn adopt(
    call: &Arc<Call>,
    write: &mut Write,
    retry: Option<&mut Retry<'_>>,
) -> Result {
    let Expectation::Unversioned { as_read, .. } = &write.expectation else {
        return Ok(());
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
    let adopted = deliver(call, &stamp, stamp.lower_alone()?, false, retry).await?;
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
    if let Effect::Put(item) = &write.effect {
        write.effect = write.put(item.clone());
    }
    Ok(())
}
