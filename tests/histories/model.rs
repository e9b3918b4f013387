//! What the histories write: items that count their writes and say which one was the last.
use std::collections::BTreeMap;

use dynacond::operators::AtVersion;
use dynacond::verb::{Put, Unguarded};
use dynacond::{Guarded, Versioned, WriteRequest};
use serde::{Deserialize, Serialize};

/// An item of a history. `total` counts the writes that were applied, `mark` is the last one's.
pub trait Ledger: Versioned + Guarded + Clone + Send + Sync + 'static {
    /// Whether a blind `put` would leave what is stored of another variant, and does not compile its way to the wire.
    const VARIES: bool;
    fn key_of(id: &str) -> dynacond::Key<Self>;
    fn new(id: &str, mark: &str) -> Self;
    /// One write more.
    fn change(&mut self, mark: &str);
    /// A `put` that leaves the total of an item which exists.
    fn keep(put: WriteRequest<Self, Unguarded<Put>>) -> WriteRequest<Self, Unguarded<Put>>;
    /// The write at a version; `None` of items without one.
    fn at_version<V: AtVersion>(
        request: WriteRequest<Self, V>,
        version: u64,
    ) -> Option<WriteRequest<Self, V::At>>;
}

/// At a version from its creation on, unless a rival creates it.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "accounts")]
pub struct Account {
    #[dynacond(partition_key)]
    pub id: String,
    pub total: i64,
    pub mark: String,
}

impl Ledger for Account {
    const VARIES: bool = false;

    fn key_of(id: &str) -> dynacond::Key<Self> {
        Self::key(id)
    }

    fn new(id: &str, mark: &str) -> Self {
        Self {
            id: id.to_owned(),
            total: 1,
            mark: mark.to_owned(),
        }
    }

    fn change(&mut self, mark: &str) {
        self.total += 1;
        mark.clone_into(&mut self.mark);
    }

    fn keep(put: WriteRequest<Self, Unguarded<Put>>) -> WriteRequest<Self, Unguarded<Put>> {
        put.keep(|item| item.total)
    }

    fn at_version<V: AtVersion>(
        request: WriteRequest<Self, V>,
        version: u64,
    ) -> Option<WriteRequest<Self, V::At>> {
        Some(request.at_version(version))
    }
}

/// Without a version at first, and with attributes whose names are not known beforehand.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "parcels")]
pub struct Parcel {
    #[dynacond(partition_key)]
    pub id: String,
    pub total: i64,
    pub mark: String,
    #[serde(flatten)]
    pub labels: BTreeMap<String, String>,
}

/// Whoever finds it missing sets it, and nobody sets it again.
pub const CLAIM: &str = "claimed_by";

impl Ledger for Parcel {
    const VARIES: bool = true;

    fn key_of(id: &str) -> dynacond::Key<Self> {
        Self::key(id)
    }

    fn new(id: &str, mark: &str) -> Self {
        Self {
            id: id.to_owned(),
            total: 1,
            mark: mark.to_owned(),
            labels: BTreeMap::new(),
        }
    }

    fn change(&mut self, mark: &str) {
        self.total += 1;
        mark.clone_into(&mut self.mark);
        let claim = self.labels.entry(CLAIM.to_owned());
        claim.or_insert_with(|| format!("claim of {mark}"));
    }

    fn keep(put: WriteRequest<Self, Unguarded<Put>>) -> WriteRequest<Self, Unguarded<Put>> {
        put.keep(|item| item.total)
    }

    fn at_version<V: AtVersion>(
        request: WriteRequest<Self, V>,
        version: u64,
    ) -> Option<WriteRequest<Self, V::At>> {
        Some(request.at_version(version))
    }
}

/// Guarded by its write id alone.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "tickets", version = false, write_id = "rvn")]
pub struct Ticket {
    #[dynacond(partition_key)]
    pub id: String,
    pub total: i64,
    pub mark: String,
}

impl Ledger for Ticket {
    const VARIES: bool = false;

    fn key_of(id: &str) -> dynacond::Key<Self> {
        Self::key(id)
    }

    fn new(id: &str, mark: &str) -> Self {
        Self {
            id: id.to_owned(),
            total: 1,
            mark: mark.to_owned(),
        }
    }

    fn change(&mut self, mark: &str) {
        self.total += 1;
        mark.clone_into(&mut self.mark);
    }

    fn keep(put: WriteRequest<Self, Unguarded<Put>>) -> WriteRequest<Self, Unguarded<Put>> {
        put.keep(|item| item.total)
    }

    fn at_version<V: AtVersion>(
        _: WriteRequest<Self, V>,
        _: u64,
    ) -> Option<WriteRequest<Self, V::At>> {
        None
    }
}
