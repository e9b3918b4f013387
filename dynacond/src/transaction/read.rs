//! Reads for a transaction: fetches unknown items, and finds out whether the known items are from one moment.
use std::collections::HashMap;
use std::sync::Arc;

use crate::error::error::{Error, Result};
use crate::error::read::Incomplete;
use crate::error::refusal::Refusal;
use crate::outcome::batch::{distinct, read_all, snapshot};
use crate::value::equal_maps;
use crate::value::item::Item;
use crate::wire::call::Call;
use crate::write::expectation::write_id_in;
use crate::write::target::Target;

use super::Transaction;
use super::known::{Entry, Known, Source};
use crate::outcome::limits::MAX_ACTIONS;

impl Transaction {
    /// Returns the unknown items that the pass requested, each once.
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

    /// Whether the items are certainly from one moment: no item, one item that was not guessed, or the items of one
    /// TransactGetItems.
    pub(super) fn is_snapshot(&self) -> bool {
        let sources: Vec<Source> = self.sources().collect();
        match sources[..] {
            [] => true,
            [one] => one != Source::Presumed,
            [first @ Source::Snapshot(_), ..] => sources.iter().all(|source| *source == first),
            _ => false,
        }
    }

    /// Notes the item of a refusal as the current one.
    pub(super) fn learn(&mut self, refusal: &Refusal) {
        let id = refusal.target.key.identity(&refusal.target.table);
        if refusal.is_withheld() && refusal.item.is_none() {
            // The endpoint did not return the item, so it is read again.
            self.known.remove(&id);
            return;
        }
        let (item, source) = (refusal.item.clone(), Source::Seen);
        self.known.insert(id, Known { item, source });
    }
}

pub(super) fn to_read(entry: &Entry) -> Target {
    Target {
        verb: "get",
        ..entry.target.clone()
    }
}

/// Reads unknown items, each once: a single one with GetItem, and more in batches.
pub(super) async fn fetch(
    call: &Arc<Call>,
    known: &mut HashMap<String, Known>,
    mut wanted: Vec<Target>,
) -> Result {
    let id = |target: &Target| target.key.identity(&target.table);
    wanted.retain(|target| !known.contains_key(&id(target)));
    let wanted = distinct(wanted);
    let mut found = read_all(call, wanted.clone())
        .await
        .map_err(|error| match error {
            // For the caller of a transaction, the failure is more useful than the progress of the reads.
            Error::Incomplete(incomplete) => match *incomplete {
                Incomplete {
                    source: Some(source),
                    ..
                } => source,
                other => Error::Incomplete(Box::new(other)),
            },
            other => other,
        })?;
    for target in wanted {
        let id = id(&target);
        let (item, source) = (found.remove(&id), Source::Seen);
        known.insert(id, Known { item, source });
    }
    Ok(())
}

/// The result of reading the items of a pass a second time.
pub(super) enum Validity {
    /// All items were as they were read at one moment.
    Believed,
    /// An item has changed. The next pass runs on the current items.
    Changed,
    /// Too many items for one TransactGetItems are absent or have no write id.
    Unknowable { items: usize },
}

/// Reads all items of the pass a second time.
///
/// An item with the same write id as before has not changed between the two reads, because a write id is never used twice. Absent
/// items and items without a write id are read as one snapshot, at a moment between the two reads of the others. If an item changed
/// in an earlier `round`, all items are read as one snapshot if they fit, because a pass on one snapshot is certainly valid.
pub(super) async fn validate(
    call: &Arc<Call>,
    tx: &mut Transaction,
    round: usize,
) -> Result<Validity> {
    let (mut marked, mut bare): (Vec<&Entry>, Vec<&Entry>) =
        tx.reads().partition(|entry| tx.has_write_id(entry));
    if round > 0 && marked.len() + bare.len() <= MAX_ACTIONS {
        bare.append(&mut marked);
    }
    if bare.len() > MAX_ACTIONS {
        return Ok(Validity::Unknowable { items: bare.len() });
    }
    let bare: Vec<_> = bare.into_iter().map(to_read).collect();
    let marked: Vec<_> = marked.into_iter().map(to_read).collect();
    let mut same = true;
    for (target, item) in bare.iter().zip(snapshot(call, &bare).await?) {
        let id = target.key.identity(&target.table);
        same &= tx.sees_the_same(id, item, Source::Snapshot(round));
    }
    let mut now = HashMap::new();
    fetch(call, &mut now, marked).await?;
    for (id, Known { item, source }) in now {
        same &= tx.sees_the_same(id, item, source);
    }
    Ok(if same {
        Validity::Believed
    } else {
        Validity::Changed
    })
}

impl Transaction {
    /// Whether the known item has a write id in dynacond's format.
    fn has_write_id(&self, entry: &Entry) -> bool {
        let known = self.known.get(&entry.id);
        let item = known.and_then(|known| known.item.as_ref());
        item.is_some_and(|item| write_id_in(entry.model, item).is_some())
    }

    /// Notes the current item. Returns `true` if the item was known in this state.
    fn sees_the_same(&mut self, id: String, item: Option<Item>, source: Source) -> bool {
        let before = self.known.get(&id).and_then(|known| known.item.as_ref());
        let same = match (before, &item) {
            (None, None) => true,
            (Some(before), Some(now)) => equal_maps(before, now),
            _ => false,
        };
        self.known.insert(id, Known { item, source });
        same
    }
}
