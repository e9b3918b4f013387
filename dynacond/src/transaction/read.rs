//! Reading for a transaction: what a pass missed, and whether what it read belongs together.
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
        if refusal.is_withheld() && refusal.item.is_none() {
            // The endpoint did not say: it is read again.
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

/// Reads unknown items: one by GetItem, more in batches; each once.
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
            // What happened says more to the caller of a transaction than how far its reads had come.
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

/// What a second read says of what a pass has read.
pub(super) enum Validity {
    /// All of it was so at one moment.
    Believed,
    /// Something has changed since. The next pass runs on what is there now.
    Changed,
    /// More items than one TransactGetItems takes are absent or have no write id.
    Unknowable { items: usize },
}

/// Reads everything that the pass has read a second time.
///
/// An item with the same write id as before was the same at every moment between the two reads, because a write id never comes
/// back. What is absent or has no write id is read as one snapshot, at a moment between the two reads of the others. If something
/// has changed in an earlier `round`, all of it is read as one snapshot where it fits, because the pass on a snapshot is believed
/// for certain.
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
    /// Whether the item that is known has a write id, as dynacond's writers stamp it.
    fn has_write_id(&self, entry: &Entry) -> bool {
        let known = self.known.get(&entry.id);
        let item = known.and_then(|known| known.item.as_ref());
        item.is_some_and(|item| write_id_in(entry.model, item).is_some())
    }

    /// Takes an item as it is now; `true` if it was known to be so.
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
