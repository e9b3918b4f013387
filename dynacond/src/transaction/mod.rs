//! Transactions as pure functions: what is known of each item, what is to be written, and nothing of the network.
//!
//! Knowledge of an item has three states: unknown, absent, present. A read of an unknown item is an error that unwinds
//! through `?`; the transaction remembers what was missing, so that a swallowed error is still a stop.
mod explicit;
mod keys;
mod plan;
mod run;
mod send;

pub use explicit::{
    InTransaction, Parts, Plain, TransactItem, TransactItems, TransactWrite, Written,
};
pub use keys::Keys;
pub use run::Transact;
pub(crate) use send::commit;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use crate::error::{Error, Guard, InvalidItem, Refusal, Result, ServiceError, Target};
use crate::expectation::{Expectation, version_in};
use crate::expression::apply::apply;
use crate::expression::compile::compile;
use crate::expression::condition::{IntoCondition, Node};
use crate::expression::update::{Actions, Change, IntoActions};
use crate::item::{IntoKey, Item, Key, Model, Stored, Versioned, encode};
use crate::single::{check_key, overwrite_item};
use crate::store::{Connection, as_read};
use crate::verb::Deletion;
use crate::write::{NotNegative, check_actions, merged, not_negative, whole_item};

use plan::{same, unstamped};

/// What a transaction function works on: reads and writes without I/O.
///
/// [`Store::transact`](crate::Store::transact) runs the function, fetches what it missed, and commits. Without a store it
/// is a value for tests: [`presume`](Self::presume) items, run the function, look at [`effects`](Self::effects),
/// [`checks`](Self::checks) and [`preview`](Self::preview).
#[derive(Default)]
pub struct Transaction {
    connection: Option<Arc<Connection>>,
    known: HashMap<String, Known>,
    pub(crate) entries: Vec<Entry>,
    index: HashMap<String, usize>,
    /// Entries whose items were asked for and are unknown: the pass is void.
    missing: Vec<usize>,
}

/// What is known of an item; `None`: that there is none.
#[derive(Clone)]
struct Known {
    item: Option<Item>,
    source: Source,
}

/// How an item became known: what was seen at one moment belongs together.
#[derive(Clone, Copy, PartialEq)]
enum Source {
    /// A guess, or an item that the caller brought: to be held against the database.
    Presumed,
    /// Read, or sent with a refusal: true at a moment of its own.
    Seen,
    /// Seen without a version, and stamped with one by this run.
    Adopted,
    /// Read in one TransactGetItems, by its number, with all others of that number.
    Snapshot(usize),
}

/// One item in one pass of the function.
pub(crate) struct Entry {
    id: String,
    pub(crate) model: &'static Model,
    pub(crate) target: Target,
    read: bool,
    planned: Option<Planned>,
    conditions: Vec<Node>,
    not_negative: Vec<NotNegative>,
    /// Chosen before sending, so that the function sees the item as it will be.
    write_id: Option<String>,
}

/// What the function wants of an item.
enum Planned {
    /// The item as it will be.
    Image(Item),
    /// Changes of an item that was not read.
    Changes(Vec<Change>),
    Deleted,
}

/// An item as the function sees it.
enum View<'a> {
    Unknown,
    Absent,
    Present(&'a Item),
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<_> = self
            .entries
            .iter()
            .map(|entry| entry.target.to_string())
            .collect();
        f.debug_struct("Transaction")
            .field("items", &keys)
            .finish_non_exhaustive()
    }
}

impl Transaction {
    fn on(connection: Arc<Connection>) -> Self {
        Self {
            connection: Some(connection),
            ..Self::default()
        }
    }

    /// The item as it is, or as this transaction leaves it; `None` if there is none.
    ///
    /// **A change of what it gives counts once it is [`put`](Self::put).**
    ///
    /// # Errors
    /// One that stops the pass when the item is not known yet: hand it on with `?`. [`Error::Decode`] if it is not a `T`.
    pub fn get<K: IntoKey>(&mut self, key: K) -> Result<Option<Stored<K::Item>>> {
        let entry = self.entry(&key.into_key(), "get")?;
        self.entries[entry].read = true;
        self.look(entry)
    }

    /// The item, which must exist.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none, and those of [`get`](Self::get).
    pub fn require<K: IntoKey>(&mut self, key: K) -> Result<Stored<K::Item>> {
        let key = key.into_key();
        match self.get(&key)? {
            Some(item) => Ok(item),
            None => Err(self.refused(&key, "require", Guard::Exists, None)),
        }
    }

    /// Several items at once: what is unknown is fetched in one batch. A tuple of keys gives a tuple, a `Vec` a `Vec`.
    ///
    /// # Errors
    /// Those of [`get`](Self::get).
    pub fn get_all<K: Keys>(&mut self, keys: K) -> Result<K::Items> {
        keys.get_all(self)
    }

    /// The item, without holding the commit to it: it may change meanwhile. A guess is held against the item even so.
    ///
    /// # Errors
    /// Those of [`get`](Self::get).
    pub fn peek<K: IntoKey>(&mut self, key: K) -> Result<Option<Stored<K::Item>>> {
        let entry = self.entry(&key.into_key(), "peek")?;
        if self.source(entry) == Some(Source::Presumed) {
            self.entries[entry].read = true;
        }
        self.look(entry)
    }

    /// A guess that saves a read: what the item is taken for until it is known. The commit holds it against the item, and a
    /// wrong guess gives the same end as no guess. Does nothing for an item that is known.
    ///
    /// A value is taken for an item at version 1 that nobody has: good in tests, where nothing is held against it. In a run
    /// guess `None`, or an item with its version by [`presume_stored`](Self::presume_stored).
    ///
    /// # Errors
    /// [`Error::Invalid`] for a key that DynamoDB would refuse, [`Error::Encode`].
    pub fn presume<I: Versioned>(
        &mut self,
        key: impl IntoKey<Item = I>,
        item: Option<I>,
    ) -> Result<()> {
        let entry = self.entry(&key.into_key(), "presume")?;
        let e = &self.entries[entry];
        let item = match item {
            None => None,
            Some(value) => {
                let id = e.write_id.as_deref();
                Some(whole_item(e.model, &e.target.key, encode(&value)?, 1, id))
            }
        };
        self.guess(entry, item);
        Ok(())
    }

    /// As [`presume`](Self::presume), with an item that was read before: from a cache, a query, an earlier transaction.
    ///
    /// # Errors
    /// Those of `presume`.
    pub fn presume_stored<I: Versioned>(&mut self, item: Stored<I>) -> Result<()> {
        let entry = self.entry(&Stored::key(&item), "presume")?;
        self.guess(entry, Some(item.raw));
        Ok(())
    }

    fn guess(&mut self, entry: usize, item: Option<Item>) {
        // A guess speaks of the item as it was before what is planned.
        if self.entries[entry].planned.is_some() {
            return;
        }
        let (id, source) = (self.entries[entry].id.clone(), Source::Presumed);
        self.known.entry(id).or_insert(Known { item, source });
    }

    /// Writes an item: a `T` that is taken to be new until it is known, over what is known then; or a [`Stored`] item at
    /// its version. Gives the item as it will be after the commit.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a [`Stored`] item that is not the known one, [`Error::Encode`], [`Error::Invalid`].
    pub fn put<P: Puttable>(&mut self, item: P) -> Result<Stored<P::Item>> {
        item.put(self)
    }

    /// Writes a new item; there must be none under its key.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`] if there is one, [`Error::Encode`], [`Error::Invalid`].
    pub fn create<I: Versioned>(&mut self, item: I) -> Result<Stored<I>> {
        let key = item.to_key();
        let entry = self.entry(&key, "create")?;
        self.rely_on_known(entry);
        if let View::Present(found) = self.view(entry) {
            let found = found.clone();
            return Err(self.refused(&key, "create", Guard::Absent, Some(found)));
        }
        self.put_value(entry, item)
    }

    /// Changes attributes of an item that exists. Of an item that was read, the changes are applied here, and later reads
    /// see them; of one that was not, they go out as they are, whatever the version. A second update of an item that was not
    /// read reads it.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::ConditionFailed`] on a known item, [`Error::UpdateRejected`] for what DynamoDB
    /// would reject, [`Error::Expression`], [`Error::Invalid`] without an action.
    pub fn update<K: IntoKey, A: IntoActions<K::Item>>(
        &mut self,
        key: K,
        actions: impl FnOnce(<K::Item as Versioned>::Attributes) -> A,
    ) -> Result<()> {
        let key = key.into_key();
        let mut changes = Actions::default();
        actions(K::Item::ATTRIBUTES).add_to(&mut changes);
        let changes = changes.0;
        let entry = self.entry(&key, "update")?;
        check_update(const { &K::Item::MODEL }, &changes)?;
        let guards = not_negative(&changes, None);
        self.rely_on_known(entry);
        match self.view(entry) {
            View::Absent => Err(self.refused(&key, "update", Guard::Exists, None)),
            View::Present(item) => {
                if let Some(guard) = guards.iter().find(|guard| !guard.holds_on(item)) {
                    let (guard, item) = (guard.guard(), item.clone());
                    return Err(self.refused(&key, "update", guard, Some(item)));
                }
                self.apply(entry, &changes)
            }
            // What the first update leaves, the second one has to see.
            View::Unknown if self.is_changed_unread(entry) => Err(self.ask_for(entry)),
            View::Unknown => {
                let entry = &mut self.entries[entry];
                entry.not_negative = guards;
                entry.planned = Some(Planned::Changes(changes));
                Ok(())
            }
        }
    }

    /// Deletes an item, if there is one: by its key, or a [`Stored`] item at its version.
    ///
    /// # Errors
    /// Those of [`get`](Self::get); [`Error::Conflict`] for a [`Stored`] item that is not the known one.
    pub fn delete<D: Deletion>(&mut self, item: D) -> Result<()> {
        let (key, expectation) = item.deletion();
        let entry = self.entry(&key, "delete")?;
        self.entries[entry].read = true;
        match self.view(entry) {
            View::Unknown => Err(self.ask_for(entry)),
            View::Absent => Ok(()),
            View::Present(_) if !self.is_in_view(entry, &expectation) => {
                Err(self.stale(&key, "delete", &expectation))
            }
            View::Present(_) => {
                self.entries[entry].planned = Some(Planned::Deleted);
                Ok(())
            }
        }
    }

    /// Commits only if this holds on the item as it is before the transaction, without a read.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a key that DynamoDB would refuse. The commit answers [`Error::ConditionFailed`].
    pub fn ensure<K: IntoKey, C: IntoCondition<K::Item>>(
        &mut self,
        key: K,
        condition: impl FnOnce(<K::Item as Versioned>::Attributes) -> C,
    ) -> Result<()> {
        let entry = self.entry(&key.into_key(), "ensure")?;
        let node = condition(K::Item::ATTRIBUTES).into_condition().node;
        self.entries[entry].conditions.push(node);
        Ok(())
    }

    /// The entry of a key in this pass.
    fn entry<I: Versioned>(&mut self, key: &Key<I>, verb: &'static str) -> Result<usize> {
        let model = const { &I::MODEL };
        let key = key.validated()?;
        let table = match &self.connection {
            Some(connection) => connection.table_name::<I>(),
            None => model.table.to_owned(),
        };
        let id = key.identity(&table);
        if let Some(entry) = self.index.get(&id) {
            return Ok(*entry);
        }
        let write_id = match &self.connection {
            Some(connection) => connection.fresh_id(model),
            None => model.write_id.map(|_| Uuid::new_v4().simple().to_string()),
        };
        let target = Target {
            table,
            item_type: model.name,
            key,
            verb,
        };
        self.index.insert(id.clone(), self.entries.len());
        self.entries.push(Entry {
            id,
            model,
            target,
            read: false,
            planned: None,
            conditions: Vec::new(),
            not_negative: Vec::new(),
            write_id,
        });
        Ok(self.entries.len() - 1)
    }

    fn view(&self, entry: usize) -> View<'_> {
        let entry = &self.entries[entry];
        match (&entry.planned, self.known.get(&entry.id)) {
            (Some(Planned::Image(item)), _)
            | (
                _,
                Some(Known {
                    item: Some(item), ..
                }),
            ) if !matches!(entry.planned, Some(Planned::Deleted)) => View::Present(item),
            (Some(Planned::Deleted), _) | (_, Some(_)) => View::Absent,
            (_, None) => View::Unknown,
        }
    }

    fn look<I: Versioned>(&mut self, entry: usize) -> Result<Option<Stored<I>>> {
        match self.view(entry) {
            View::Absent => Ok(None),
            View::Present(item) => Stored::from_item_at(item.clone()).map(Some),
            View::Unknown => Err(self.ask_for(entry)),
        }
    }

    /// The pass cannot go on without this item.
    fn ask_for(&mut self, entry: usize) -> Error {
        self.missing.push(entry);
        Error::Reading
    }

    fn source(&self, entry: usize) -> Option<Source> {
        let known = self.known.get(&self.entries[entry].id)?;
        Some(known.source)
    }

    /// What the verb answers rests on what is known, as if the item had been read.
    fn rely_on_known(&mut self, entry: usize) {
        if self.source(entry).is_some() {
            self.entries[entry].read = true;
        }
    }

    fn is_changed_unread(&self, entry: usize) -> bool {
        matches!(self.entries[entry].planned, Some(Planned::Changes(_)))
    }

    /// Whether the `Stored` item in the caller's hand, by its expectation, is the one that this transaction sees.
    fn is_in_view(&self, entry: usize, expectation: &Expectation) -> bool {
        let Entry { model, planned, .. } = &self.entries[entry];
        let item = match self.view(entry) {
            View::Unknown => return true,
            View::Absent => None,
            // Read without a version: the stamps that this run gave it meanwhile are no rival's.
            View::Present(item)
                if planned.is_none() && self.source(entry) == Some(Source::Adopted) =>
            {
                match expectation {
                    Expectation::Unversioned { .. } => Some(unstamped(model, item)),
                    _ => Some(item.clone()),
                }
            }
            View::Present(item) => Some(item.clone()),
        };
        expectation
            .evaluate(model, item.as_ref())
            .is_none_or(|guard| guard.holds)
    }

    /// Plans the item with these attributes, and gives it as it will be: with the next version and a write id of its own, or
    /// with those that it has if nothing changes.
    fn plan(&mut self, entry: usize, attributes: Item) -> Item {
        let entry = &mut self.entries[entry];
        let (model, write_id) = (entry.model, entry.write_id.as_deref());
        let known = self.known.get(&entry.id);
        let known = known.and_then(|known| known.item.as_ref());
        let version = known
            .and_then(|item| version_in(model, item))
            .map_or(1, |version| version.saturating_add(1));
        let image = whole_item(model, &entry.target.key, attributes, version, write_id);
        let image = match known {
            Some(item) if same(model, item, &image) => item.clone(),
            _ => image,
        };
        entry.planned = Some(Planned::Image(image.clone()));
        image
    }

    fn put_value<I: Versioned>(&mut self, entry: usize, value: I) -> Result<Stored<I>> {
        if self.is_changed_unread(entry) {
            return Err(self.ask_for(entry));
        }
        self.rely_on_known(entry);
        let mut attributes = encode(&value)?;
        if let View::Present(item) = self.view(entry) {
            attributes = overwrite_item(const { &I::MODEL }, attributes, item);
        }
        Stored::with_value(value, self.plan(entry, attributes))
    }

    fn put_stored<I: Versioned>(&mut self, stored: Stored<I>) -> Result<Stored<I>> {
        let key = Stored::key(&stored);
        check_key(&*stored, key.raw())?;
        let entry = self.entry(&key, "put")?;
        if self.is_changed_unread(entry) {
            return Err(self.ask_for(entry));
        }
        let expectation = as_read(&stored);
        if !self.is_in_view(entry, &expectation) {
            self.entries[entry].read = true;
            return Err(self.stale(&key, "put", &expectation));
        }
        self.guess(entry, Some(stored.raw.clone()));
        self.entries[entry].read = true;
        let attributes = merged(&stored.base, &encode(&*stored)?, &stored.raw);
        Stored::with_value(Stored::into_inner(stored), self.plan(entry, attributes))
    }

    fn apply(&mut self, entry: usize, changes: &[Change]) -> Result<()> {
        let View::Present(item) = self.view(entry) else {
            return Ok(());
        };
        let after = apply(changes, item).map_err(|message| {
            let target = Target {
                verb: "update",
                ..self.entries[entry].target.clone()
            };
            let source = message.clone().into();
            Error::UpdateRejected(Box::new(ServiceError {
                target,
                code: None,
                message,
                source,
            }))
        })?;
        self.plan(entry, after);
        Ok(())
    }

    fn refused<I: Versioned>(
        &mut self,
        key: &Key<I>,
        verb: &'static str,
        guard: Guard,
        item: Option<Item>,
    ) -> Error {
        let target = match self.entry(key, verb) {
            Ok(entry) => Target {
                verb,
                ..self.entries[entry].target.clone()
            },
            Err(error) => return error,
        };
        let make = Error::by_guard(&guard);
        make(Refusal::by_guard(target, guard, item))
    }

    /// A `Stored` item that is not the known one.
    fn stale<I: Versioned>(
        &mut self,
        key: &Key<I>,
        verb: &'static str,
        expectation: &Expectation,
    ) -> Error {
        let found = match self.entry(key, verb).map(|entry| self.view(entry)) {
            Ok(View::Present(item)) => Some(item.clone()),
            _ => None,
        };
        let guard = expectation
            .evaluate(const { &I::MODEL }, found.as_ref())
            .map(|result| result.guard);
        self.refused(key, verb, guard.unwrap_or(Guard::Exists), found)
    }
}

/// What DynamoDB would refuse whatever the item holds, and what would change nothing.
fn check_update(model: &'static Model, changes: &[Change]) -> Result<()> {
    if changes.is_empty() {
        let item_type = model.name;
        return Err(InvalidItem::NoAction { item_type }.into());
    }
    check_actions(model, changes)?;
    let keys: Vec<&str> = model.key_names().collect();
    compile(None, changes.to_vec(), &keys)?;
    Ok(())
}

/// A new value, or an item that was read: what [`Transaction::put`] takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an item nor a `Stored` item",
    label = "cannot be put"
)]
pub trait Puttable {
    /// The item type.
    type Item: Versioned;
    /// Plans it.
    #[doc(hidden)]
    fn put(self, transaction: &mut Transaction) -> Result<Stored<Self::Item>>;
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> Puttable for I {
    type Item = I;
    fn put(self, transaction: &mut Transaction) -> Result<Stored<I>> {
        let entry = transaction.entry(&self.to_key(), "put")?;
        transaction.put_value(entry, self)
    }
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> Puttable for Stored<I> {
    type Item = I;
    fn put(self, transaction: &mut Transaction) -> Result<Self> {
        transaction.put_stored(self)
    }
}
