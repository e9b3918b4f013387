//! Reads many items by their keys, in batches until every key is read, or as one snapshot.
use std::collections::HashMap;
use std::sync::Arc;

use crate::error::error::{Error, Result};
use crate::error::exhausted::exhausted;
use crate::error::read::Incomplete;
use crate::model::raw_key::RawKey;
use crate::outcome::failed::failed;
use crate::outcome::read::read;
use crate::value::item::Item;
use crate::wire::call::Call;
use crate::wire::request::{self, Batch};
use crate::wire::retry::Retry;
use crate::write::target::Target;

/// Returns each key once, because DynamoDB refuses duplicates.
pub(crate) fn distinct(mut wanted: Vec<Target>) -> Vec<Target> {
    let id = |target: &Target| target.key.identity(&target.table);
    wanted.sort_by_cached_key(id);
    wanted.dedup_by_key(|target| id(target));
    wanted
}

/// Reads items with strong consistency, and returns them by their identities. An item that is missing from the result does not
/// exist.
pub(crate) async fn read_all(
    call: &Arc<Call>,
    wanted: Vec<Target>,
) -> Result<HashMap<String, Item>> {
    let wanted = distinct(wanted);
    if let [one] = &wanted[..] {
        let item = read(call, one.clone()).await?;
        let id = one.key.identity(&one.table);
        return Ok(item.map(|item| (id, item)).into_iter().collect());
    }
    let Batch {
        found,
        unread,
        failure,
    } = request::batch_get(call, &wanted).await;
    if !unread.is_empty() {
        let is_transient = failure.as_ref().is_none_or(|failure| failure.is_transient);
        // Errors name the first item.
        let source = failure.map(|failure| failed(unread[0].clone(), failure));
        return Err(match source {
            Some(error) if !is_transient => error,
            source => Error::Incomplete(Box::new(Incomplete {
                unread: unread.into_iter().map(|target| target.key).collect(),
                found: found.into_iter().map(|(_, item)| item).collect(),
                source,
            })),
        });
    }
    // The key attributes of an item show which of the wanted items it is.
    let tables: HashMap<&str, &Target> = wanted
        .iter()
        .map(|target| (&*target.table, target))
        .collect();
    let identified = found.into_iter().filter_map(|(table, item)| {
        let names = tables.get(&*table)?.key.names();
        let id = RawKey::of_item(names, &item)?.identity(&table);
        Some((id, item))
    });
    Ok(identified.collect())
}

/// Reads items as one snapshot, in the order of their keys.
pub(crate) async fn snapshot(call: &Arc<Call>, wanted: &[Target]) -> Result<Vec<Option<Item>>> {
    match wanted {
        [] => return Ok(Vec::new()),
        [one] => return Ok(vec![read(call, one.clone()).await?]),
        _ => {}
    }
    let mut retry = Retry::start(call);
    loop {
        let failure = match request::transact_get(call, wanted).await {
            Ok(items) => return Ok(items),
            Err(failure) => failure,
        };
        if retry.again_after(&failure, &wanted[0].table).await {
            continue;
        }
        return Err(match failed(wanted[0].clone(), failure) {
            met @ Error::TransactionConflict(_) => exhausted(None, retry.attempts, met),
            other => other,
        });
    }
}
