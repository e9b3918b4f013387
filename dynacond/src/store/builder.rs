//! Builds a store from a client and its settings.
use std::fmt;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;

use crate::model::item::Versioned;
use crate::read::consistency::Consistency;
use crate::read::cursor::CursorKeys;
use crate::store::Store;
use crate::wire::connection::Connection;
use crate::wire::retry_policy::RetryPolicy;

impl Store {
    /// Returns a store that uses this client.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self::builder(client).build()
    }

    /// Begins a store with its own table names, retry policy and other settings.
    pub fn builder(client: Client) -> StoreBuilder {
        StoreBuilder(Connection::new(client))
    }
}

/// Builds a [`Store`] with its own table names, retry policy and other settings.
#[must_use = "a builder builds nothing until `.build()`"]
pub struct StoreBuilder(Connection);

impl fmt::Debug for StoreBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreBuilder")
    }
}

impl StoreBuilder {
    /// Sets the table of `T`, instead of the one in the derive.
    pub fn table<T: Versioned>(mut self, name: impl Into<String>) -> Self {
        self.0.tables.insert(typeid::of::<T>(), name.into());
        self
    }

    /// Renames a declared table for all its item types at once: `.rename("booking", "booking-prod")`. A name that
    /// [`table`](Self::table) sets for one type takes precedence.
    pub fn rename(mut self, declared: impl Into<String>, name: impl Into<String>) -> Self {
        self.0.renamed.insert(declared.into(), name.into());
        self
    }

    /// Adds a prefix such as `dev-` to the names of all tables, except those that [`table`](Self::table) or
    /// [`rename`](Self::rename) set.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.0.prefix = prefix.into();
        self
    }

    /// Sets how long and how often calls are repeated. This applies to `modify`, `alter`, transactions, bulk work, reads, and
    /// writes with `.until_answered()`.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.0.retry = policy;
        self
    }

    /// Sets the source of write ids and of random pauses: 128 random bits for each call. This is for tests. If write ids repeat, a
    /// stale writer can win.
    pub fn random(mut self, random: impl Fn() -> u128 + Send + Sync + 'static) -> Self {
        self.0.random = Box::new(random);
        self
    }

    /// Says whether `tracing` events contain the item's key; the default is `true`. Other values are never traced.
    pub fn trace_keys(mut self, trace: bool) -> Self {
        self.0.trace_keys = trace;
        self
    }

    /// Sets the keys that sign [cursor tokens](crate::Cursor::token). The first key signs, and all keys verify. To rotate them, put a
    /// new key first, and remove the old one when its tokens are no longer in use. Use 32 random bytes for a key. An empty key is
    /// ignored. With a key of fewer than 16 bytes, tokens are neither made nor accepted, and the error is
    /// [`CursorError::ShortKey`](crate::CursorError::ShortKey).
    pub fn cursor_keys<K: AsRef<[u8]>>(mut self, keys: impl IntoIterator<Item = K>) -> Self {
        self.0.cursor_keys = CursorKeys::new(keys);
        self
    }

    /// Makes queries and scans eventually consistent, at half the read units. Then a result may be old, or missing. Global indexes are
    /// never consistent.
    pub fn eventually_consistent_queries(mut self) -> Self {
        self.0.consistency = Consistency::Eventual;
        self
    }

    /// Says whether every [`modify`](Store::modify) of this store is [`grouped`](crate::Modify::grouped); the default is `false`.
    pub fn group_modifies(mut self, group: bool) -> Self {
        self.0.group_modifies = group;
        self
    }

    /// Returns the store.
    #[must_use]
    pub fn build(self) -> Store {
        Store(Arc::new(self.0))
    }
}
