//! `get_all`: reads many items by their keys, also of different types and tables.
use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::error::error::{Error, Result};
use crate::error::refusal::Refusal;
use crate::error::service::Unread;
use crate::model::invalid::InvalidInput;
use crate::model::item::Versioned;
use crate::model::key::Key;
use crate::model::stored::Stored;
use crate::outcome::batch::{distinct, read_all, snapshot};
use crate::outcome::limits::MAX_ACTIONS;
use crate::value::item::Item;
use crate::verbs::keys::{KeyReader, Keys};
use crate::verbs::verb::SentByAwait;
use crate::wire::call::{Call, Meter, Metered};
use crate::wire::connection::Connection;
use crate::write::guard_result::Guard;
use crate::write::target::Target;

/// A [`Store::get_all`](crate::Store::get_all) that is not sent yet.
#[must_use = "nothing is sent until `.send().await`"]
pub struct GetAll<K> {
    connection: Arc<Connection>,
    keys: K,
    snapshot: bool,
}

impl<K> fmt::Debug for GetAll<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetAll")
            .field("snapshot", &self.snapshot)
            .finish_non_exhaustive()
    }
}

/// This impl exists only for its compiler message.
#[doc(hidden)]
impl<K: SentByAwait + Keys> Future for GetAll<K> {
    type Output = Result<K::Items>;
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        match K::NEVER {}
    }
}

impl<K: Keys> GetAll<K> {
    pub(crate) const fn new(connection: Arc<Connection>, keys: K) -> Self {
        Self {
            connection,
            keys,
            snapshot: false,
        }
    }

    /// Reads all items at one moment, with one TransactGetItems of at most 100 items, for twice the read units.
    pub const fn snapshot(mut self) -> Self {
        self.snapshot = true;
        self
    }

    /// Requires that all items exist. If some are missing, the error is one [`Error::NotFound`]: its refusal is that of the first missing
    /// key, and [`Refusal::others`] are the refusals of the others.
    pub fn require(self) -> RequireAll<K> {
        RequireAll(self)
    }

    /// Reads the items, and returns them in the order of the keys, with `None` for a key without an item. A key that is given twice is read
    /// once.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a key that DynamoDB would refuse, or for a snapshot of more than 100 items; nothing is sent.
    /// [`Error::Incomplete`] if keys are still unread when the [`RetryPolicy`](crate::RetryPolicy) ends, because `None` always means
    /// *read, and absent*. [`Error::Decode`] if an item does not decode to the type of its key.
    pub async fn send(self) -> Result<K::Items> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), Meter::Requests));
        self.run(&call, K::get).await
    }

    /// Does the same as [`send`](Self::send), and also returns the capacity units that DynamoDB reported for all requests together.
    pub async fn send_metered(self) -> Metered<Result<K::Items>> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), Meter::Units));
        Metered::new(self.run(&call, K::get).await, &call)
    }

    async fn run<T>(
        self,
        call: &Arc<Call>,
        read: impl Fn(&K, &mut Batch) -> Result<T>,
    ) -> Result<T> {
        let mut batch = Batch {
            connection: self.connection,
            wanted: Vec::new(),
            found: None,
            invalid: None,
            missing: Vec::new(),
        };
        // The first pass collects the keys, and the second one returns the items.
        let asked = read(&self.keys, &mut batch);
        if let Some(invalid) = batch.invalid {
            return Err(invalid);
        }
        let wanted = std::mem::take(&mut batch.wanted);
        if wanted.is_empty() {
            return asked;
        }
        let found = if self.snapshot {
            Box::pin(snapshot_of(call, wanted)).await?
        } else {
            Box::pin(read_all(call, wanted)).await?
        };
        batch.found = Some(found);
        let answer = read(&self.keys, &mut batch);
        let mut missing = batch.missing.into_iter();
        match missing.next() {
            Some(mut first) => {
                first.others = missing.collect();
                Err(Error::NotFound(Box::new(first)))
            }
            None => answer,
        }
    }
}

/// A [`GetAll::require`] that is not sent yet.
#[must_use = "nothing is sent until `.send().await`"]
#[derive(Debug)]
pub struct RequireAll<K>(GetAll<K>);

/// This impl exists only for its compiler message.
#[doc(hidden)]
impl<K: SentByAwait + Keys> Future for RequireAll<K> {
    type Output = Result<K::Required>;
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        match K::NEVER {}
    }
}

impl<K: Keys> RequireAll<K> {
    /// Reads all items at one moment. See [`GetAll::snapshot`].
    pub const fn snapshot(mut self) -> Self {
        self.0.snapshot = true;
        self
    }

    /// Reads the items, and returns them in the order of the keys.
    ///
    /// # Errors
    /// [`Error::NotFound`] with all missing keys, and the errors of [`GetAll::send`].
    pub async fn send(self) -> Result<K::Required> {
        let call = Arc::new(Call::new(Arc::clone(&self.0.connection), Meter::Requests));
        self.0.run(&call, K::require).await
    }

    /// Does the same as [`send`](Self::send), and also returns the capacity units that DynamoDB reported for all requests together.
    pub async fn send_metered(self) -> Metered<Result<K::Required>> {
        let call = Arc::new(Call::new(Arc::clone(&self.0.connection), Meter::Units));
        Metered::new(self.0.run(&call, K::require).await, &call)
    }
}

/// The requested keys, and later the items that were found.
struct Batch {
    connection: Arc<Connection>,
    wanted: Vec<Target>,
    /// The items; `None` while the keys are collected.
    found: Option<HashMap<String, Item>>,
    /// A key that DynamoDB would refuse.
    invalid: Option<Error>,
    /// The refusals of missing items that must exist.
    missing: Vec<Refusal>,
}

impl Batch {
    fn target<I: Versioned>(&mut self, key: &Key<I>, verb: &'static str) -> Result<Target> {
        let key = key.validated()?;
        Ok(self.connection.target::<I>(key, verb))
    }

    fn read<I: Versioned>(&mut self, target: Target) -> Result<Option<Stored<I>>> {
        let Some(found) = &self.found else {
            self.wanted.push(target.clone());
            return Err(Error::Reading(Box::new(Unread { target })));
        };
        let item = found.get(&target.key.identity(&target.table)).cloned();
        let stored = item.map(Stored::from_item_at).transpose()?;
        Ok(stored.map(|stored: Stored<I>| stored.of_table(&target.table)))
    }

    /// The first invalid key is kept, so that the stop at another key does not hide it.
    fn noted<T>(&mut self, result: Result<T>) -> Result<T> {
        result.map_err(|error| match error {
            Error::Invalid(invalid) => {
                let copy = Error::Invalid(invalid.clone());
                self.invalid.get_or_insert(copy);
                Error::Invalid(invalid)
            }
            other => other,
        })
    }
}

impl KeyReader for Batch {
    fn get_one<I: Versioned>(&mut self, key: &Key<I>) -> Result<Option<Stored<I>>> {
        let target = self.target(key, "get");
        let target = self.noted(target)?;
        self.read(target)
    }

    fn require_one<I: Versioned>(&mut self, key: &Key<I>) -> Result<Stored<I>> {
        let target = self.target(key, "require");
        let target = self.noted(target)?;
        match self.read(target.clone())? {
            Some(item) => Ok(item),
            None => {
                let refusal = Refusal::by_guard(target.clone(), Guard::Exists, None);
                self.missing.push(*refusal);
                Err(Error::NotFound(Refusal::by_guard(
                    target,
                    Guard::Exists,
                    None,
                )))
            }
        }
    }
}

/// Reads one snapshot, and returns the items by their identities.
async fn snapshot_of(call: &Arc<Call>, wanted: Vec<Target>) -> Result<HashMap<String, Item>> {
    let wanted = distinct(wanted);
    if wanted.len() > MAX_ACTIONS {
        return Err(InvalidInput::ActionCount {
            actions: wanted.len(),
            limit: MAX_ACTIONS,
        }
        .into());
    }
    let items = snapshot(call, &wanted).await?;
    let ids = wanted
        .iter()
        .map(|target| target.key.identity(&target.table));
    let found = ids.zip(items);
    Ok(found.filter_map(|(id, item)| Some((id, item?))).collect())
}
