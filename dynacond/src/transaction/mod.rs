//! What does a pure function see?
//!
//! Transactions as pure functions: what is known about each item and what is to be written, without the network.
//!
//! An item is unknown, absent or present. A read of an unknown item is an error that leaves the function through `?`. The
//! transaction remembers the unknown item, so the pass also counts as stopped if the function ignores the error.
mod known;
mod plan;
mod read;
mod run;

pub use run::{FunctionResult, Transact};

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::error::{Error, Result};
use crate::error::service::Unread;
use crate::expression::action::{Changes, IntoActions};
use crate::expression::condition::IntoCondition;
use crate::model::conversion::DecodeError;
use crate::model::encoding::encode;
use crate::model::item::{Guarded, Versioned};
use crate::model::key::{IntoKey, Key};
use crate::model::stored::{Stored, Watch};
use crate::verbs::keys::{GuardedKeys, KeyReader};
use crate::verbs::verb::{IntoDelete, IntoSave, ReadFrom};
use crate::wire::connection::Connection;
use crate::write::guard_result::Guard;
use crate::write::in_range::in_range;
use crate::write::target::Target;
use crate::write::update::check_values;
use crate::write::whole_item::{Stamps, whole_item};

use known::{Entry, Known, Planned, Source, View, check_update};

/// The argument of a transaction function, which reads and writes items through it, without I/O.
///
/// [`Store::transact`](crate::Store::transact) runs the function, fetches the items that it needs, and commits. Without a store, a
/// transaction is a value for tests: [`presume`](Self::presume) items, run the function, and look at
/// [`effect_count`](Self::effect_count), [`check_count`](Self::check_count) and [`preview`](Self::preview).
#[derive(Default)]
pub struct Transaction {
    connection: Option<Arc<Connection>>,
    known: HashMap<String, Known>,
    entries: Vec<Entry>,
    index: HashMap<String, usize>,
    /// Entries whose unknown items were requested. The result of the pass is then ignored.
    missing: Vec<usize>,
    /// The error of a known item whose version or write id is invalid. The result of the pass is then ignored.
    undecodable: Option<DecodeError>,
    /// Entries whose changed copy was dropped.
    forgotten: Arc<Mutex<Vec<usize>>>,
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

impl KeyReader for Transaction {
    fn get_one<I: Versioned>(&mut self, key: &Key<I>) -> Result<Option<Stored<I>>> {
        let entry = self.entry(key, "get")?;
        self.entries[entry].read = true;
        self.look(entry)
    }

    fn require_one<I: Versioned>(&mut self, key: &Key<I>) -> Result<Stored<I>> {
        match self.get_one(key)? {
            Some(item) => Ok(item),
            None => Err(self.refused(key, "require", Guard::Exists, None)),
        }
    }
}

impl Transaction {
    fn on(connection: Arc<Connection>) -> Self {
        Self {
            connection: Some(connection),
            ..Self::default()
        }
    }

    /// Returns the item as it is, or as this transaction has written it so far; `None` if there is none.
    ///
    /// **If you change the returned item, the change only counts after [`put`](Self::put).** A changed copy that is dropped
    /// instead is traced as a warning when the function has ended, with the target `dynacond::transaction`.
    ///
    /// # Errors
    /// If the item is not known yet, an error that stops the pass. Return this error with `?`. [`Error::Decode`] if the item is not
    /// a `T`.
    pub fn get<K: IntoKey>(&mut self, key: K) -> Result<Option<Stored<K::Item>>>
    where
        K::Item: Guarded,
    {
        self.get_one(&key.into_key())
    }

    /// Returns an item that must exist.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none, and the errors of [`get`](Self::get).
    pub fn require<K: IntoKey>(&mut self, key: K) -> Result<Stored<K::Item>>
    where
        K::Item: Guarded,
    {
        self.require_one(&key.into_key())
    }

    /// Returns several items, and fetches the unknown ones in one batch. A tuple of keys returns a tuple, and a `Vec` returns a
    /// `Vec`.
    ///
    /// # Errors
    /// The errors of [`get`](Self::get).
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a tuple of keys is made where it is given"
    )]
    pub fn get_all<K: GuardedKeys>(&mut self, keys: K) -> Result<K::Items> {
        keys.get(self)
    }

    /// Returns several items that must exist, and fetches the unknown ones in one batch.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the first item that does not exist, and the errors of [`get`](Self::get).
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a tuple of keys is made where it is given"
    )]
    pub fn require_all<K: GuardedKeys>(&mut self, keys: K) -> Result<K::Required> {
        keys.require(self)
    }

    /// Reads the item without adding a check to the commit, so the item may change in the meantime. (If the item was presumed, the commit
    /// still checks the guess.)
    ///
    /// # Errors
    /// The errors of [`get`](Self::get).
    pub fn peek<K: IntoKey>(&mut self, key: K) -> Result<Option<Stored<K::Item>>> {
        let entry = self.entry(&key.into_key(), "peek")?;
        if self.source(entry) == Some(Source::Presumed) {
            self.entries[entry].read = true;
        }
        self.look(entry)
    }

    fn look<I: Versioned>(&mut self, entry: usize) -> Result<Option<Stored<I>>> {
        match self.view(entry) {
            View::Absent => Ok(None),
            View::Present(item) => {
                let stored = Stored::<I>::from_item_at(item.clone())?;
                Ok(Some(self.watched(entry, stored)))
            }
            View::Unknown => Err(self.ask_for(entry)),
        }
    }

    /// Returns a copy for the function. A changed copy that is dropped is noted.
    fn watched<I: Versioned>(&self, entry: usize, stored: Stored<I>) -> Stored<I> {
        let mut stored = stored.of_table(&self.entries[entry].target.table);
        stored.watch = Some(Watch {
            entry,
            changed: false,
            forgotten: Arc::clone(&self.forgotten),
        });
        stored
    }

    /// Traces a warning for each changed copy that was dropped and not put.
    fn tell_forgotten(&self) {
        let mut forgotten = self
            .forgotten
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for entry in std::mem::take(&mut *forgotten) {
            let Entry {
                target, planned, ..
            } = &self.entries[entry];
            // The item was written in another way, for example with a new value.
            if planned.is_some() {
                continue;
            }
            let Target {
                item_type,
                table,
                key,
                ..
            } = target;
            let traced = self.connection.as_ref().is_some_and(|c| c.trace_keys);
            let key = traced.then(|| tracing::field::display(key));
            tracing::warn!(
                target: "dynacond::transaction", table, item_type, key,
                "a copy was changed and dropped: without `tx.put(..)` the change is not written"
            );
        }
    }

    /// Returns the error that stops the pass until this item is known.
    fn ask_for(&mut self, entry: usize) -> Error {
        self.missing.push(entry);
        let target = self.entries[entry].target.clone();
        Error::Reading(Box::new(Unread { target }))
    }

    /// Guesses what the item is, to save a read. The commit checks the guess, and a wrong guess leads to the same result as no guess. It is
    /// ignored if the item is known.
    ///
    /// A value counts as an item at version 1 with a made-up write id. That is good in tests, where nothing is checked. When you run the
    /// function on a store, guess `None`, or guess an item with its version by [`presume_stored`](Self::presume_stored).
    ///
    /// # Errors
    /// [`Error::Invalid`] for a key that DynamoDB would refuse, [`Error::Encode`].
    pub fn presume<I: Guarded>(
        &mut self,
        key: impl IntoKey<Item = I>,
        item: Option<I>,
    ) -> Result<()> {
        let entry = self.entry(&key.into_key(), "presume")?;
        let e = &self.entries[entry];
        let item = match item {
            None => None,
            Some(value) => {
                let stamps = Stamps {
                    version: 1,
                    write_id: e.write_id.as_deref(),
                    written_at: e.written_at,
                };
                let attributes = encode(&value)?;
                Some(whole_item(e.model, &e.target.key, attributes, &stamps))
            }
        };
        self.guess(entry, item);
        Ok(())
    }

    /// Guesses that the item is as it was read before: from a cache, a query, or an earlier transaction. See [`presume`](Self::presume).
    ///
    /// # Errors
    /// The errors of `presume`.
    pub fn presume_stored<I: Guarded>(&mut self, item: Stored<I>) -> Result<()> {
        let entry = self.entry(&Stored::key(&item), "presume")?;
        self.check_table(entry, item.table.as_deref())?;
        // A projection cannot be a guess of the whole item.
        if item.whole {
            self.guess(entry, Some(item.raw));
        }
        Ok(())
    }

    /// Writes an item, and returns it as it will be after the commit. A [`Stored`] item is written at its version. A plain `T` is written
    /// over the item if that is known, and otherwise as a new item: if one exists after all, the function runs again with it.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a [`Stored`] item that differs from the known one, [`Error::Encode`], and [`Error::Invalid`], also for a copy
    /// that is older than a change of this pass.
    pub fn put<P: IntoPut>(&mut self, item: P) -> Result<Stored<P::Item>>
    where
        P::Item: Guarded,
    {
        item.put(self)
    }

    /// Saves a changed [`Stored`] item at the version that was read, and returns the item as it will be after the commit. It does the same as
    /// [`put`](Self::put) with a `Stored` item, under the name of [`Store::save`](crate::Store::save).
    ///
    /// # Errors
    /// The errors of `put`.
    pub fn save<S: IntoSave>(&mut self, item: S) -> Result<Stored<S::Item>>
    where
        S::Item: Guarded,
    {
        self.put_stored(item.stored())
    }

    /// Writes a new item. No item with its key may exist.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`] if an item exists, [`Error::Encode`], [`Error::Invalid`].
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

    /// Changes attributes of an existing item. If the item was read, the changes are applied locally, and later reads see them. Otherwise they
    /// are sent as they are, for any version. A second update of an item that was not read causes a read.
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
        let mut changes = Changes::default();
        actions(K::Item::ATTRIBUTES).add_to(&mut changes);
        let changes = changes.0;
        let entry = self.entry(&key, "update")?;
        check_update(const { &K::Item::MODEL }, &changes)?;
        check_values::<K::Item>(&changes)?;
        let guards = in_range(const { &K::Item::MODEL }, &changes, None);
        self.rely_on_known(entry);
        match self.view(entry) {
            View::Absent => Err(self.refused(&key, "update", Guard::Exists, None)),
            View::Present(item) => {
                if guards.iter().all(|guard| guard.holds_on(item)) {
                    return self.apply(entry, &changes);
                }
                let item = item.clone();
                Err(self.out_of_range(&key, &guards, item))
            }
            // The second update must see the result of the first one.
            View::Unknown if self.is_changed_unread(entry) => Err(self.ask_for(entry)),
            View::Unknown => {
                let entry = &mut self.entries[entry];
                entry.in_range = guards;
                entry.planned = Some(Planned::Changes(changes));
                Ok(())
            }
        }
    }

    /// Deletes an item, if it exists: by its key, or a [`Stored`] item at its version.
    ///
    /// # Errors
    /// The errors of [`get`](Self::get), [`Error::Conflict`] for a [`Stored`] item that differs from the known one, and
    /// [`Error::Invalid`] for a copy that is older than a change of this pass.
    pub fn delete<D: IntoDelete>(&mut self, item: D) -> Result<()>
    where
        D::Item: Guarded,
    {
        let (key, expectation, ReadFrom(table)) = item.deletion();
        let entry = self.entry(&key, "delete")?;
        self.check_table(entry, table.as_deref())?;
        self.entries[entry].read = true;
        match self.view(entry) {
            View::Unknown => Err(self.ask_for(entry)),
            View::Absent => Ok(()),
            View::Present(_) if !self.is_in_view(entry, &expectation) => {
                Err(self.stale(entry, &key, "delete", &expectation))
            }
            View::Present(_) => {
                self.entries[entry].planned = Some(Planned::Deleted);
                Ok(())
            }
        }
    }

    /// Adds a condition to the commit, without a read. The condition must be true for the item as it was before the transaction.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a key that DynamoDB would refuse. If the condition is false, the commit ends with [`Error::ConditionFailed`].
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
}

/// The argument of [`Transaction::put`]: a new value, or an item that was read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an item nor a `Stored` item",
    label = "cannot be put"
)]
pub trait IntoPut {
    /// The item type.
    type Item: Versioned;
    /// Plans the write.
    #[doc(hidden)]
    fn put(self, transaction: &mut Transaction) -> Result<Stored<Self::Item>>;
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> IntoPut for I {
    type Item = I;
    fn put(self, transaction: &mut Transaction) -> Result<Stored<I>> {
        let entry = transaction.entry(&self.to_key(), "put")?;
        transaction.put_value(entry, self)
    }
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> IntoPut for Stored<I> {
    type Item = I;
    fn put(self, transaction: &mut Transaction) -> Result<Self> {
        transaction.put_stored(self)
    }
}
