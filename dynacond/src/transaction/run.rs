//! The loop: run the function, fetch what it missed, commit, and again if something has changed.
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use crate::call::{Call, Metered};
use crate::error::{Error, Exhausted, InvalidItem, Result};
use crate::expectation::{Expectation, ExpectedId};
use crate::expression::value::equal_maps;
use crate::item::Item;
use crate::outcome::{self, failed};
use crate::request::{self, Wanted};
use crate::retry::{Pause, Retry};
use crate::single::adopt;
use crate::store::Connection;
use crate::write::{Effect, Write, is_too_long};

use super::send::{Fate, deliver, first};
use super::{Keys, Known, Transaction};

/// A function that asks for other items again and again is stopped after so many passes.
const MAX_PASSES: usize = 1000;

/// A [`Store::transact`](crate::Store::transact) that is not sent yet.
#[must_use = "nothing is sent until `.send().await`"]
pub struct Transact<F> {
    connection: Arc<Connection>,
    function: F,
    /// Keys to be fetched before the first pass.
    prefetch: Result<Vec<Wanted>>,
    snapshot: bool,
}

impl<F> fmt::Debug for Transact<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transact")
            .field("prefetch", &self.prefetch)
            .finish_non_exhaustive()
    }
}

impl<F> Transact<F> {
    pub(crate) const fn new(connection: Arc<Connection>, function: F) -> Self {
        Self {
            connection,
            function,
            prefetch: Ok(Vec::new()),
            snapshot: false,
        }
    }

    /// Fetches these items before the first pass, in one batch: it saves the stop at each of them. Items that the function
    /// does not read cost a read, and are not checked.
    pub fn prefetch<K: Keys>(mut self, keys: K) -> Self {
        let mut probe = Transaction::on(Arc::clone(&self.connection));
        let asked = keys.get_all(&mut probe).map(drop);
        let mut wanted = probe.wanted();
        self.prefetch = match (self.prefetch, asked) {
            (Ok(mut all), Ok(()) | Err(Error::Reading)) => {
                all.append(&mut wanted);
                Ok(all)
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        };
        self
    }

    /// Holds a pass that changes nothing against one snapshot, too: all it has read was true at one moment.
    pub fn snapshot(mut self) -> Self {
        self.snapshot = true;
        self
    }

    /// Runs the function and commits what it wants.
    ///
    /// The items that the final pass read and did not write are checked by the commit. An error of the function is
    /// returned once it is known to have been true of one snapshot. A pass without changes is not validated, unless it read
    /// one item only, or [`snapshot`](Self::snapshot) asks for it.
    ///
    /// # Errors
    /// The function's own. Of dynacond's: refusals of what it asked for ([`NotFound`](Error::NotFound),
    /// [`AlreadyExists`](Error::AlreadyExists), [`ConditionFailed`](Error::ConditionFailed)),
    /// [`Exhausted`](Error::Exhausted), [`Invalid`](Error::Invalid) past DynamoDB's limits (nothing is sent),
    /// [`OutcomeUnknown`](Error::OutcomeUnknown) when no answer came for as long as the retry policy lasts.
    pub async fn send<T, E>(self) -> std::result::Result<T, E>
    where
        F: Fn(&mut Transaction) -> std::result::Result<T, E>,
        E: From<Error>,
    {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), false));
        self.run(&call).await
    }

    /// As [`send`](Self::send), and tells what capacity units DynamoDB reported for all the requests together.
    pub async fn send_metered<T, E>(self) -> Metered<std::result::Result<T, E>>
    where
        F: Fn(&mut Transaction) -> std::result::Result<T, E>,
        E: From<Error>,
    {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), true));
        let outcome = self.run(&call).await;
        Metered::new(outcome, &call)
    }

    async fn run<T, E>(self, call: &Arc<Call>) -> std::result::Result<T, E>
    where
        F: Fn(&mut Transaction) -> std::result::Result<T, E>,
        E: From<Error>,
    {
        let Self {
            connection,
            function,
            prefetch,
            snapshot,
        } = self;
        let mut retry = Retry::start(&connection.client, &connection.retry, &*connection.random);
        let mut known = HashMap::new();
        fetch(call, &mut known, prefetch?, &mut retry).await?;
        let mut passes = 0;
        loop {
            passes += 1;
            if passes > MAX_PASSES {
                return Err(Error::from(InvalidItem::EndlessReads { passes }).into());
            }
            let mut tx = Transaction::on(Arc::clone(&connection));
            tx.known = known;
            let answer = function(&mut tx);
            // The transaction knows that it stopped; the error that unwound only said so.
            if !tx.missing.is_empty() {
                let wanted = tx.wanted();
                known = tx.known;
                fetch(call, &mut known, wanted, &mut retry).await?;
                continue;
            }
            let writes = tx.plan_all();
            let commits = answer.is_ok()
                && writes
                    .iter()
                    .any(|write| !matches!(write.effect, Effect::Check));
            // An `ensure` alone is held against its item, too.
            let commits =
                commits || answer.is_ok() && writes.iter().any(|write| write.condition.is_some());
            if !commits {
                if (answer.is_ok() && !snapshot)
                    || tx.is_snapshot()
                    || validate(call, &mut tx, &mut retry).await?
                {
                    return answer;
                }
                known = tx.known;
                continue;
            }
            let pause = match commit(call, &mut tx, writes).await? {
                Commit::Done => return answer,
                Commit::Answer(error) => return Err(error.into()),
                Commit::Changed { last, contended } => (last, contended),
            };
            let (last, contended) = pause;
            if !retry
                .again(if contended {
                    Pause::Backoff
                } else {
                    Pause::FirstAtOnce
                })
                .await
            {
                return Err(exhausted(retry.attempts, last).into());
            }
            known = tx.known;
        }
    }
}

fn exhausted(attempts: u32, last: Error) -> Error {
    let target = last
        .refusal()
        .map_or_else(crate::error::Target::none, |refusal| refusal.target.clone());
    Error::Exhausted(Box::new(Exhausted {
        target,
        attempts,
        last,
    }))
}

impl Transaction {
    /// What the pass asked for and did not know, each item once.
    fn wanted(&self) -> Vec<Wanted> {
        let mut missing = self.missing.clone();
        missing.sort_unstable();
        missing.dedup();
        let wanted = |entry: usize| {
            let target = &self.entries.get(entry)?.target;
            Some((target.table.clone(), target.key.clone()))
        };
        missing.into_iter().filter_map(wanted).collect()
    }

    /// The items that the pass read, as they are known.
    fn reads(&self) -> Vec<(&str, Wanted)> {
        let read = self.entries.iter().filter(|entry| entry.read);
        read.map(|entry| {
            let target = &entry.target;
            (
                entry.id.as_str(),
                (target.table.clone(), target.key.clone()),
            )
        })
        .collect()
    }

    /// Whether what was read belongs together for certain: nothing, or one item that was not guessed.
    fn is_snapshot(&self) -> bool {
        let reads = self.reads();
        let guessed = |id: &str| self.known.get(id).is_none_or(|known| known.presumed);
        reads.len() <= 1 && !reads.iter().any(|(id, _)| guessed(id))
    }
}

/// Reads unknown items: one by GetItem, more in batches.
async fn fetch(
    call: &Arc<Call>,
    known: &mut HashMap<String, Known>,
    wanted: Vec<Wanted>,
    retry: &mut Retry<'_>,
) -> Result {
    let mut ids: HashMap<String, Wanted> = HashMap::new();
    for (table, key) in wanted {
        let id = key.identity(&table);
        if !known.contains_key(&id) {
            ids.insert(id, (table, key));
        }
    }
    let mut wanted: Vec<_> = ids.values().cloned().collect();
    wanted.sort_by_key(|(table, key)| key.identity(table));
    let found = match &wanted[..] {
        [] => return Ok(()),
        [(table, key)] => {
            let item = request::get(call, table, key, true).await;
            item.map(|item| item.map(|item| (table.clone(), item)).into_iter().collect())
        }
        many => request::batch_get(call, many, retry).await,
    };
    let found: Vec<(String, Item)> = match found {
        Ok(found) => found,
        Err(failure) => {
            let (table, key) = wanted.swap_remove(0);
            let none = crate::error::Target::none();
            return Err(failed(crate::error::Target { table, key, ..none }, failure));
        }
    };
    // An item's key attributes tell which of the wanted ones it is; what is left was not there.
    for (id, (table, key)) in ids {
        let is_it = |(of, item): &&(String, Item)| *of == table && key.is_key_of(item);
        let item = found.iter().find(is_it).map(|(_, item)| item.clone());
        known.insert(
            id,
            Known {
                item,
                presumed: false,
            },
        );
    }
    Ok(())
}

/// Reads everything that the pass has read again, as one snapshot: `true` if nothing has changed.
async fn validate(call: &Arc<Call>, tx: &mut Transaction, retry: &mut Retry<'_>) -> Result<bool> {
    let (ids, wanted): (Vec<String>, Vec<Wanted>) = tx
        .reads()
        .into_iter()
        .map(|(id, wanted)| (id.to_owned(), wanted))
        .unzip();
    if wanted.len() > 100 {
        return Err(InvalidItem::ActionCount {
            actions: wanted.len(),
            limit: 100,
        }
        .into());
    }
    let items = loop {
        match request::transact_get(call, &wanted).await {
            Ok(items) => break items,
            Err(failure) => {
                let contended = matches!(
                    failure.code.as_deref(),
                    Some("TransactionCanceledException" | "TransactionConflictException")
                );
                let error = failed(crate::error::Target::none(), failure);
                if !contended {
                    return Err(error);
                }
                if !retry.again(Pause::Backoff).await {
                    return Err(exhausted(retry.attempts, error));
                }
            }
        }
    };
    let mut same = true;
    for (id, item) in ids.into_iter().zip(items) {
        let before = tx.known.insert(
            id,
            Known {
                item: item.clone(),
                presumed: false,
            },
        );
        let unchanged = match (before.and_then(|known| known.item), item) {
            (None, None) => true,
            (Some(before), Some(now)) => equal_maps(&before, &now),
            _ => false,
        };
        same &= unchanged;
    }
    Ok(same)
}

enum Commit {
    Done,
    /// What the function asked for is refused, and everything it read was as it read it.
    Answer(Error),
    /// Something has changed; what is known now stands in the transaction.
    Changed {
        last: Error,
        contended: bool,
    },
}

async fn commit(call: &Arc<Call>, tx: &mut Transaction, mut writes: Vec<Write>) -> Result<Commit> {
    if adopt_unversioned(call, tx, &mut writes).await? {
        let last = Error::Reading;
        return Ok(Commit::Changed {
            last,
            contended: false,
        });
    }
    let (refusals, contended) = if let [write] = &writes[..]
        && goes_alone(write)
    {
        match outcome::execute(call, write).await {
            Ok(_) => return Ok(Commit::Done),
            Err(error) => (vec![error.into_refusal_error()?], false),
        }
    } else {
        let token = Uuid::from_u128((call.connection.random)())
            .simple()
            .to_string();
        match deliver(call, &writes, &token, false).await? {
            Fate::Committed => return Ok(Commit::Done),
            Fate::Refused {
                refusals,
                contended,
            } => (refusals, contended),
        }
    };
    let mut changed = contended;
    for error in &refusals {
        let Some(refusal) = error.refusal() else {
            continue;
        };
        if matches!(error, Error::ConditionFailed(_)) {
            continue;
        }
        changed = true;
        let id = refusal.target.key.identity(&refusal.target.table);
        tx.known.insert(
            id,
            Known {
                item: refusal.item.clone(),
                presumed: false,
            },
        );
    }
    let last = first(refusals);
    Ok(if changed {
        Commit::Changed { last, contended }
    } else {
        Commit::Answer(last)
    })
}

/// One write with nothing to check needs no transaction, at half the units, where §"Lost answers" of DESIGN.md can tell its
/// outcome: its guard is absence, or names the write id.
fn goes_alone(write: &Write) -> bool {
    let stamped =
        write.write_id.is_some() && matches!(write.effect, Effect::Put(_) | Effect::Update(_));
    stamped
        && (matches!(write.expectation, Expectation::Absent) || write.expectation.names_write_id())
}

/// Stamps a version on items whose state as read does not fit into a guard, or that are to be deleted: `true` if there were
/// any, and what is known of them has changed.
async fn adopt_unversioned(
    call: &Arc<Call>,
    tx: &mut Transaction,
    writes: &mut [Write],
) -> Result<bool> {
    let mut adopted = false;
    for write in writes {
        let Expectation::Unversioned { .. } = write.expectation else {
            continue;
        };
        let too_long = write.lower().is_err_and(|error| is_too_long(&error));
        if !too_long && !matches!(write.effect, Effect::Delete) {
            continue;
        }
        let id = write.target.key.identity(&write.target.table);
        match adopt(call, write).await {
            Ok(_) => {}
            Err(error) => {
                let refusal = error.into_refusal()?;
                tx.known.insert(
                    id,
                    Known {
                        item: refusal.item,
                        presumed: false,
                    },
                );
                adopted = true;
                continue;
            }
        }
        if let (Expectation::At { version, write_id }, Some(known)) =
            (&write.expectation, tx.known.get_mut(&id))
            && let Some(item) = &mut known.item
        {
            use aws_sdk_dynamodb::types::AttributeValue;
            item.insert(
                write.model.version.to_owned(),
                AttributeValue::N(version.to_string()),
            );
            if let (Some(name), ExpectedId::Is(id)) = (write.model.write_id, write_id) {
                item.insert(name.to_owned(), AttributeValue::S(id.clone()));
            }
        }
        adopted = true;
    }
    Ok(adopted)
}
