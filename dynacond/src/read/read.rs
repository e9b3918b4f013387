//! A query or a scan as a plain value, and in DynamoDB's terms.
use std::any::TypeId;
use std::cmp::Ordering;
use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Select};

use crate::expression::error::ExpressionError;
use crate::expression::evaluate::truth::holds_on;
use crate::expression::render::compile::{Expressions, compile};
use crate::expression::render::compiled::{Compiled, Placeholders};
use crate::expression::tree::node::Node;
use crate::expression::tree::operand::Path;
use crate::model::raw_key::RawKey;
use crate::model::schema::Schema;
use crate::model::sort_check::SortCheck;
use crate::read::consistency::Consistency;
use crate::read::filter::check_filter;
use crate::read::fingerprint::{Fingerprint, Fingerprinting};
use crate::value::compare;
use crate::value::item::Item;
use crate::write::target::{Subject, Target};

/// What a query or a scan reads. Nothing in it is generic over the item.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    pub(crate) subject: Subject,
    pub(crate) type_id: TypeId,
    /// The table or the index, as the model declares it.
    pub(crate) schema: &'static Schema,
    /// The key attributes of a position: those of the table, and then those of the index.
    pub(crate) position: &'static [&'static str],
    /// The partition key and the sort key of the table.
    pub(crate) table_keys: (&'static str, Option<&'static str>),
    /// The key attributes of the table or index that is read. A query's filter must not name them.
    pub(crate) keys: &'static [&'static str],
    /// The checks of each item's sort key, if DynamoDB is asked for a wider range.
    pub(crate) checks: Vec<SortCheck>,
    /// The key condition; `None` for a scan.
    pub(crate) key_condition: Option<Node>,
    pub(crate) filter: Option<Node>,
    /// Whether the filter is expected to leave out many of the items that are examined: it is the caller's, or that of a scan.
    pub(crate) is_selective: bool,
    /// The projection; empty for all attributes.
    pub(crate) projection: Vec<Path>,
    pub(crate) consistency: Consistency,
    pub(crate) descending: bool,
    /// Whether only the number of items is wanted.
    pub(crate) count: bool,
}

/// A read in DynamoDB's terms.
#[derive(Clone)]
pub(crate) struct LoweredRead {
    pub(crate) table: String,
    pub(crate) index: Option<&'static str>,
    pub(crate) key_condition: Option<String>,
    pub(crate) filter: Option<String>,
    pub(crate) projection: Option<String>,
    pub(crate) names: Option<HashMap<String, String>>,
    pub(crate) values: Option<Item>,
    pub(crate) consistency: Consistency,
    pub(crate) descending: bool,
    /// With `ALL_ATTRIBUTES`, DynamoDB refuses an index that projects less.
    pub(crate) select: Option<Select>,
}

impl Read {
    /// Compiles the read. The read itself is kept, because its conditions are evaluated again on the items.
    pub(crate) fn lower(&self) -> Result<LoweredRead, ExpressionError> {
        self.clone().into_lowered()
    }

    /// Compiles the read, and consumes it.
    pub(crate) fn into_lowered(mut self) -> Result<LoweredRead, ExpressionError> {
        if let Some(filter) = &self.filter {
            let is_query = self.key_condition.is_some();
            let keys = if is_query { self.keys } else { &[] };
            check_filter(filter, keys, |name| self.projects(name))?;
        }
        // The checks need the items, so they prevent a mere count.
        let counts = self.count && self.checks.is_empty();
        // Without this, an index that projects less than declared would return only parts of items.
        let of_whole_items = self.schema.index.is_some()
            && self.schema.projected.is_none()
            && self.projection.is_empty();
        let select = match (counts, of_whole_items) {
            (true, _) => Some(Select::Count),
            (false, true) => Some(Select::AllAttributes),
            (false, false) => None,
        };
        let Compiled {
            key_condition,
            condition: filter,
            projection,
            placeholders: Placeholders { names, values },
            ..
        } = compile(Expressions {
            key_condition: self.key_condition.as_mut(),
            condition: self.filter.as_mut(),
            projection: &self.projection,
            keys: self.keys,
            ..Expressions::default()
        })?;
        Ok(LoweredRead {
            table: self.subject.table,
            index: self.schema.index,
            key_condition,
            filter,
            projection,
            // DynamoDB refuses empty maps.
            names: (!names.is_empty()).then_some(names),
            values: (!values.is_empty()).then_some(values),
            consistency: self.consistency,
            descending: self.descending,
            select,
        })
    }

    /// Whether the table or index has the attribute.
    pub(crate) fn projects(&self, name: &str) -> bool {
        self.schema.projects(name, self.position)
    }

    /// Returns the target for one item of the table.
    pub(crate) fn target(&self, key: RawKey) -> Target {
        Target {
            table: self.subject.table.clone(),
            item_type: self.subject.item_type,
            type_id: self.type_id,
            key,
            verb: self.subject.verb,
        }
    }

    /// Whether an item in its present state matches the read.
    pub(crate) fn matches(&self, item: &Item) -> bool {
        // An item without one of the keys is not in the index.
        let is_listed = self.schema.keys().all(|name| item.contains_key(name));
        let mut conditions = self.key_condition.iter().chain(&self.filter);
        let mut checks = self.checks.iter();
        is_listed
            && conditions.all(|node| holds_on(node, item))
            && checks.all(|check| check.holds_on(item))
    }

    /// Returns a position in the form that DynamoDB takes.
    pub(crate) fn start(&self, position: Vec<AttributeValue>) -> Item {
        let names = self.position.iter().map(|name| (*name).to_owned());
        names.zip(position).collect()
    }

    /// Returns the position after this item: the values of the position's attributes, in their order.
    pub(crate) fn position_of(&self, item: &Item) -> Option<Vec<AttributeValue>> {
        let names = self.position.iter();
        names.map(|name| item.get(*name).cloned()).collect()
    }

    /// Returns how a page contradicts the declared table or index: a position has other attributes, an item lacks a key attribute
    /// of the index, or the items are not in the order of the sort key.
    pub(crate) fn contradiction(&self, items: &[Item], last: Option<&Item>) -> Option<String> {
        if let Some(last) = last {
            let is_named = |name: &&str| last.contains_key(*name);
            if last.len() != self.position.len() || !self.position.iter().all(is_named) {
                let mut names: Vec<_> = last.keys().map(String::as_str).collect();
                names.sort_unstable();
                return Some(format!(
                    "its key attributes in DynamoDB are {}",
                    names.join(", ")
                ));
            }
        }
        // Wrong keys of a table are found by every other verb, but wrong keys of an index only here.
        self.schema.index?;
        let is_query = self.key_condition.is_some();
        let mut before = None;
        for item in items {
            let mut names = self.position.iter().copied().chain(self.schema.keys());
            if let Some(name) = names.find(|name| !item.contains_key(*name)) {
                return Some(format!("one of its items has no `{name}`"));
            }
            if let Some(before) = before.replace(item)
                && is_query
                && !self.is_sorted(before, item)
            {
                return Some("DynamoDB returns its items in another order".to_owned());
            }
        }
        None
    }

    /// Whether one item may come before another in the results.
    fn is_sorted(&self, before: &Item, after: &Item) -> bool {
        let (first, second) = if self.descending {
            (after, before)
        } else {
            (before, after)
        };
        for attribute in self.schema.sort {
            let [first, second] = [first, second].map(|item| item.get(attribute.name));
            match first
                .zip(second)
                .and_then(|(first, second)| compare(first, second))
            {
                Some(Ordering::Equal) => {}
                order => return order == Some(Ordering::Less),
            }
        }
        true
    }

    /// Returns the fingerprint of the read, which cursors and checkpoints carry. DESIGN.md lists its parts.
    pub(crate) fn fingerprint(&self, lowered: &LoweredRead, bound_to: &[Vec<u8>]) -> Fingerprint {
        let mut asked = Fingerprinting::new();
        asked.part(b'T', &self.subject.table);
        asked.part(b'Y', self.subject.item_type);
        asked.part(b'I', self.schema.index.unwrap_or_default());
        asked.part(b'D', if self.descending { "DESC" } else { "ASC" });
        asked.list(b'U', bound_to.len());
        for data in bound_to {
            asked.part(b'u', data);
        }
        // If the model declares other keys, the positions have other attributes.
        asked.list(b'P', self.position.len());
        for name in self.position {
            asked.part(b'K', name);
        }
        let keys = || self.schema.partition.iter().chain(self.schema.sort);
        asked.list(b'H', keys().count());
        for key in keys() {
            asked.part(b'K', key.name);
            asked.part(b't', key.data_type.name());
        }
        let (names, values) = (lowered.names.as_ref(), lowered.values.as_ref());
        for (letter, text) in [
            (b'C', &lowered.key_condition),
            (b'F', &lowered.filter),
            (b'J', &lowered.projection),
        ] {
            asked.expression(letter, text.as_deref(), names, values);
        }
        // Two different conditions on a field may have the same range.
        asked.list(b'R', self.checks.len());
        for check in &self.checks {
            asked.check(check);
        }
        asked.finish()
    }
}
