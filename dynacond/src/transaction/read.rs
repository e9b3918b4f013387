//! Reading for a transaction: what a pass missed, and whether what it read belongs together.
use std::collections::HashMap;
use std::sync::Arc;

use crate::error::error::{Error, Result};
use crate::error::refusal::Refusal;
use crate::model::invalid::InvalidInput;
use crate::model::item::Item;
use crate::outcome::outcome;
use crate::value::rules::equal_maps;
use crate::wire::call::Call;
use crate::wire::request;
use crate::wire::retry::{Pause, Retry};
use crate::write::target::Target;

use super::Transaction;
use super::known::{Entry, Known, Source};
use crate::outcome::transaction::{MAX_ACTIONS, exhausted};

impl Transaction {
    /// What the pass asked for and did not know, each item once.
    pub(super) fn wanted(&self) -> Vec<Target> {
        let mut missing = self.missing.clone();
        missing.sort_unstable();
        missing.dedup();
        missing
            .into_iter()
            .filter_map(|entry| self.entries.get(entry))
            .map(to_read)
            .collect()
    }

    pub(super) fn reads(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.read)
    }

    pub(super) fn sources(&self) -> impl Iterator<Item = Source> {
        let known = |entry: &Entry| self.known.get(&entry.id);
        self.reads()
            .map(move |entry| known(entry).map_or(Source::Presumed, |known| known.source))
    }

    pub(super) fn rests_on_a_guess(&self) -> bool {
        self.sources().any(|source| source == Source::Presumed)
    }

    /// Whether what was read belongs together for certain: nothing, one item that was not guessed, or one TransactGetItems.
    pub(super) fn is_snapshot(&self) -> bool {
        let sources: Vec<Source> = self.sources().collect();
        match sources[..] {
            [] => true,
            [one] => one != Source::Presumed,
            [first @ Source::Snapshot(_), ..] => sources.iter().all(|source| *source == first),
            _ => false,
        }
    }

    /// Takes the item that came with a refusal for what is there now.
    pub(super) fn learn(&mut self, refusal: &Refusal) {
        let id = refusal.target.key.identity(&refusal.target.table);
        if refusal.item_withheld && refusal.item.is_none() {
            // The endpoint did not say: it is read again.
            self.known.remove(&id);
            return;
        }
        let (item, source) = (refusal.item.clone(), Source::Seen);
        self.known.insert(id, Known { item, source });
    }
}

fn to_read(entry: &Entry) -> Target {
    Target {
        verb: "get",
        ..entry.target.clone()
    }
}

/// Reads unknown items: one by GetItem, more in batches.
pub(super) async fn fetch(
    call: &Arc<Call>,
    known: &mut HashMap<String, Known>,
    mut wanted: Vec<Target>,
) -> Result {
    let id = |target: &Target| target.key.identity(&target.table);
    wanted.sort_by_key(id);
    wanted.dedup_by_key(|target| id(target));
    wanted.retain(|target| !known.contains_key(&id(target)));
    let found: Vec<(String, Item)> = match &wanted[..] {
        [] => return Ok(()),
        [one] => {
            let item = outcome::read(call, one.clone()).await?;
            item.map(|item| (one.table.clone(), item))
                .into_iter()
                .collect()
        }
        many => match request::batch_get(call, many).await {
            Ok(found) => found,
            // The first one stands for all of them.
            Err(failure) => return Err(outcome::failed(wanted.swap_remove(0), failure)),
        },
    };
    // An item's key attributes tell which of the wanted ones it is; what is left was not there.
    for target in wanted {
        let is_it =
            |(table, item): &&(String, Item)| *table == target.table && target.key.is_key_of(item);
        let item = found.iter().find(is_it).map(|(_, item)| item.clone());
        let source = Source::Seen;
        known.insert(id(&target), Known { item, source });
    }
    Ok(())
}

/// Reads everything that the pass has read again, as one snapshot: `true` if nothing has changed. If something has, the
/// next pass runs on the snapshot.
pub(super) async fn validate(
    call: &Arc<Call>,
    tx: &mut Transaction,
    number: usize,
) -> Result<bool> {
    let (ids, wanted): (Vec<String>, Vec<Target>) = tx
        .reads()
        .map(|entry| (entry.id.clone(), to_read(entry)))
        .unzip();
    let items = snapshot(call, &wanted).await?;
    let mut same = true;
    for (id, item) in ids.into_iter().zip(items) {
        let before = tx.known.get(&id).and_then(|known| known.item.as_ref());
        same &= match (before, &item) {
            (None, None) => true,
            (Some(before), Some(now)) => equal_maps(before, now),
            _ => false,
        };
        let source = Source::Snapshot(number);
        tx.known.insert(id, Known { item, source });
    }
    Ok(same)
}

/// Items as they are at one moment: one alone by GetItem, more by TransactGetItems.
async fn snapshot(call: &Arc<Call>, wanted: &[Target]) -> Result<Vec<Option<Item>>> {
    if wanted.len() > MAX_ACTIONS {
        return Err(InvalidInput::ActionCount {
            actions: wanted.len(),
            limit: MAX_ACTIONS,
        }
        .into());
    }
    if let [one] = wanted {
        return Ok(vec![outcome::read(call, one.clone()).await?]);
    }
    let mut retry = Retry::start(call);
    loop {
        let failure = match request::transact_get(call, wanted).await {
            Ok(items) => return Ok(items),
            Err(failure) => failure,
        };
        if failure.is_transient && retry.again(Pause::Backoff).await {
            continue;
        }
        return Err(match outcome::failed(wanted[0].clone(), failure) {
            met @ Error::TransactionConflict(_) => exhausted(&retry, met),
            other => other,
        });
    }
}
