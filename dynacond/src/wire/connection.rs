//! The part of a store that all its requests share: the client, the tables' names, and the retry policy.
use std::any::TypeId;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_dynamodb::Client;
use uuid::Uuid;

use crate::model::item::{HasTable, Model, Versioned};
use crate::model::raw_key::RawKey;
use crate::read::consistency::Consistency;
use crate::read::cursor::CursorKeys;
use crate::wire::clock::{now, seconds};
use crate::wire::lanes::Lanes;
use crate::wire::retry_policy::RetryPolicy;
use crate::write::target::Target;

/// The shared state of all verbs.
pub(crate) struct Connection {
    pub(crate) client: Client,
    pub(crate) tables: HashMap<TypeId, String>,
    /// The names of renamed tables, by the name in the derive.
    pub(crate) renamed: HashMap<String, String>,
    pub(crate) prefix: String,
    pub(crate) retry: RetryPolicy,
    pub(crate) random: Box<dyn Fn() -> u128 + Send + Sync>,
    pub(crate) trace_keys: bool,
    /// The keys that sign cursors.
    pub(crate) cursor_keys: CursorKeys,
    /// How consistent queries and scans are, where they can be strongly consistent.
    pub(crate) consistency: Consistency,
    /// Whether every `modify` is grouped.
    pub(crate) group_modifies: bool,
    /// The lanes in which callers of grouped modifies wait.
    pub(crate) lanes: Lanes,
    /// Whether the endpoint has returned the item with a refusal.
    returns_items: AtomicBool,
}

impl Connection {
    /// Returns a connection with the tables of the derive, the default policy, and the system's randomness.
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            tables: HashMap::new(),
            renamed: HashMap::new(),
            prefix: String::new(),
            retry: RetryPolicy::default(),
            random: Box::new(|| Uuid::new_v4().as_u128()),
            trace_keys: true,
            cursor_keys: CursorKeys::default(),
            consistency: Consistency::Strong,
            group_modifies: false,
            lanes: Lanes::default(),
            returns_items: AtomicBool::new(false),
        }
    }

    pub(crate) fn table_name<T: HasTable>(&self) -> String {
        let declared = T::Of::MODEL.table;
        match self.tables.get(&typeid::of::<T::Of>()) {
            Some(name) => name.clone(),
            None => match self.renamed.get(declared) {
                Some(name) => name.clone(),
                None => format!("{}{declared}", self.prefix),
            },
        }
    }

    /// Returns the target of a request, which errors name.
    pub(crate) fn target<T: Versioned>(&self, key: RawKey, verb: &'static str) -> Target {
        Target {
            table: self.table_name::<T>(),
            item_type: T::MODEL.name,
            type_id: typeid::of::<T>(),
            key,
            verb,
        }
    }

    /// Returns a new write id, if the model has write ids.
    pub(crate) fn fresh_id(&self, model: &Model) -> Option<String> {
        // The factor is odd, so each number gives a different id. Consecutive numbers give ids that differ in every part.
        const SPREAD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
        let id = || Uuid::from_u128((self.random)().wrapping_mul(SPREAD));
        model.write_id.map(|_| id().simple().to_string())
    }

    /// Returns the time that a write stamps if it begins now, if the model declares such an attribute.
    pub(crate) fn written_at(&self, model: &Model) -> Option<u64> {
        let now = || now(self.client.config().time_source().as_ref());
        model.written_at.map(|_| seconds(now()))
    }

    pub(crate) fn returns_items(&self) {
        self.returns_items.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_known_to_return_items(&self) -> bool {
        self.returns_items.load(Ordering::Relaxed)
    }
}
