//! What a transaction knows about each item, and what it plans for the item.
use std::time::SystemTime;

use uuid::Uuid;

use crate::error::error::{Error, Result};
use crate::error::refusal::Refusal;
use crate::error::service::ServiceError;
use crate::expression::evaluate::apply::apply;
use crate::expression::evaluate::truth::explain;
use crate::expression::render::compile::{Expressions, compile};
use crate::expression::tree::change::Change;
use crate::expression::tree::node::Node;
use crate::model::encoding::encode;
use crate::model::invalid::InvalidInput;
use crate::model::item::{Model, Versioned};
use crate::model::key::Key;
use crate::model::stored::{Stored, check_stamps, check_table};
use crate::value::item::Item;
use crate::verbs::prepare::check_key;
use crate::wire::clock::seconds;
use crate::write::expectation::Expectation;
use crate::write::guard_result::Guard;
use crate::write::in_range::InRange;
use crate::write::merge::difference;
use crate::write::put::overwrite_item;
use crate::write::stored::as_read;
use crate::write::target::Target;
use crate::write::update::check_actions;
use crate::write::whole_item::{Stamps, whole_item};

use super::Transaction;

/// What is known about an item. `None` means that it is known not to exist.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) item: Option<Item>,
    pub(super) source: Source,
}

/// How an item became known. Items that were seen at the same moment belong together.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Source {
    /// A guess, or an item from the caller, which must be compared with the database.
    Presumed,
    /// Read alone, or returned with a refusal. It was true at its own moment.
    Seen,
    /// Read without a version, and adopted by this run.
    Adopted,
    /// Read with the TransactGetItems of this number, at the same moment as all others with the number.
    Snapshot(usize),
}

/// One item in one pass of the function.
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) model: &'static Model,
    pub(super) target: Target,
    pub(super) read: bool,
    pub(super) planned: Option<Planned>,
    pub(super) conditions: Vec<Node>,
    pub(super) in_range: Vec<InRange>,
    /// The write id. It is chosen before sending, so that the function sees the item as it will be.
    pub(super) write_id: Option<String>,
    /// The time that a write of the item stamps.
    pub(super) written_at: Option<u64>,
}

/// What the function wants to write.
pub(super) enum Planned {
    /// The item as it will be.
    Image(Item),
    /// Changes to an item that was not read.
    Changes(Vec<Change>),
    Deleted,
}

/// An item as the function sees it.
pub(super) enum View<'a> {
    Unknown,
    Absent,
    Present(&'a Item),
}

impl Transaction {
    pub(super) fn guess(&mut self, entry: usize, item: Option<Item>) {
        // A guess is about the item before the planned write.
        if self.entries[entry].planned.is_some() {
            return;
        }
        let (id, source) = (self.entries[entry].id.clone(), Source::Presumed);
        self.known.entry(id).or_insert(Known { item, source });
    }

    /// The entry of a key in this pass.
    pub(super) fn entry<I: Versioned>(
        &mut self,
        key: &Key<I>,
        verb: &'static str,
    ) -> Result<usize> {
        let model = const { &I::MODEL };
        let key = key.validated()?;
        let table = match &self.connection {
            Some(connection) => connection.table_name::<I>(),
            None => model.table.to_owned(),
        };
        let id = key.identity(&table);
        if let Some(entry) = self.index.get(&id) {
            let first = self.entries[*entry].model;
            if (first.version, first.write_id) != (model.version, model.write_id) {
                return Err(InvalidInput::TwoModels {
                    first: first.name,
                    second: model.name,
                    key: Box::new(key),
                }
                .into());
            }
            return Ok(*entry);
        }
        // No guard can name such a version, so the commit would always be refused.
        if let Some(Known {
            item: Some(item), ..
        }) = self.known.get(&id)
            && let Err(error) = check_stamps(model, item)
        {
            self.undecodable.get_or_insert(error.clone());
            return Err(error.into());
        }
        let (write_id, written_at) = match &self.connection {
            Some(connection) => (connection.fresh_id(model), connection.written_at(model)),
            None => (
                model.write_id.map(|_| Uuid::new_v4().simple().to_string()),
                model.written_at.map(|_| seconds(SystemTime::now())),
            ),
        };
        let target = Target {
            table,
            item_type: model.name,
            type_id: typeid::of::<I>(),
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
            in_range: Vec::new(),
            write_id,
            written_at,
        });
        Ok(self.entries.len() - 1)
    }

    pub(super) fn view(&self, entry: usize) -> View<'_> {
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

    pub(super) fn source(&self, entry: usize) -> Option<Source> {
        let known = self.known.get(&self.entries[entry].id)?;
        Some(known.source)
    }

    /// Notes that the result of the verb depends on the known item, as if the function had read it.
    pub(super) fn rely_on_known(&mut self, entry: usize) {
        if self.source(entry).is_some() {
            self.entries[entry].read = true;
        }
    }

    pub(super) fn is_changed_unread(&self, entry: usize) -> bool {
        matches!(self.entries[entry].planned, Some(Planned::Changes(_)))
    }

    /// Whether the caller's `Stored` item, by its expectation, is the item that this transaction sees.
    pub(super) fn is_in_view(&self, entry: usize, expectation: &Expectation) -> bool {
        match (self.view(entry), &self.entries[entry].planned) {
            (View::Unknown, _) => true,
            (View::Absent, _) => self.is_as_expected(entry, None, expectation),
            (View::Present(_), None) => self.is_known(entry, expectation),
            (View::Present(item), _) => self.is_as_expected(entry, Some(item), expectation),
        }
    }

    /// Whether it is the item before this pass.
    fn is_known(&self, entry: usize, expectation: &Expectation) -> bool {
        let Entry { id, model, .. } = &self.entries[entry];
        let Some(Known {
            item: Some(item),
            source,
        }) = self.known.get(id)
        else {
            return false;
        };
        match expectation {
            // The item was read without a version. The stamps that this run has given it are not from a rival.
            Expectation::Unversioned(_) if *source == Source::Adopted => {
                self.is_as_expected(entry, Some(&unstamped(model, item)), expectation)
            }
            _ => self.is_as_expected(entry, Some(item), expectation),
        }
    }

    fn is_as_expected(&self, entry: usize, item: Option<&Item>, expectation: &Expectation) -> bool {
        expectation.holds_on(self.entries[entry].model, item)
    }

    /// Plans the item with these attributes, and returns it as it will be, with the next version and a new write id. If nothing
    /// changes, it keeps its version and write id.
    pub(super) fn plan(&mut self, entry: usize, attributes: Item) -> Item {
        let entry = &mut self.entries[entry];
        let model = entry.model;
        let known = self.known.get(&entry.id);
        let known = known.and_then(|known| known.item.as_ref());
        let expected = known.map_or(Expectation::Absent, |item| {
            Expectation::version_read(model, item)
        });
        let version = expected.next_version().unwrap_or(1);
        let write_id = entry.write_id.clone().map(|id| expected.stamp(id));
        let key = &entry.target.key;
        let stamps = Stamps {
            version,
            write_id: write_id.as_deref(),
            written_at: entry.written_at,
        };
        let image = whole_item(model, key, attributes, &stamps);
        let image = match known {
            Some(item) if changes(model, item, &image).is_empty() => item.clone(),
            _ => image,
        };
        entry.planned = Some(Planned::Image(image.clone()));
        image
    }

    /// Checks that a `Stored` item belongs to the entry's table. A transaction without a store, as in tests, has no tables.
    pub(super) fn check_table(
        &self,
        entry: usize,
        read_from: Option<&str>,
    ) -> Result<(), InvalidInput> {
        let Target {
            item_type, table, ..
        } = &self.entries[entry].target;
        let read_from = read_from.filter(|_| self.connection.is_some());
        check_table(item_type, read_from, table)
    }

    pub(super) fn put_value<I: Versioned>(&mut self, entry: usize, value: I) -> Result<Stored<I>> {
        if self.is_changed_unread(entry) {
            return Err(self.ask_for(entry));
        }
        self.rely_on_known(entry);
        let mine = encode(&value)?;
        let attributes = match self.view(entry) {
            View::Present(item) => overwrite_item::<I>(mine.clone(), item)?,
            _ => mine.clone(),
        };
        let stored = Stored::with_value(value, mine, self.plan(entry, attributes))?;
        Ok(stored.of_table(&self.entries[entry].target.table))
    }

    pub(super) fn put_stored<I: Versioned>(&mut self, stored: Stored<I>) -> Result<Stored<I>> {
        let stored = stored.unwatched();
        let key = Stored::key(&stored);
        check_key(&*stored, key.raw())?;
        let entry = self.entry(&key, "put")?;
        self.check_table(entry, stored.table.as_deref())?;
        if self.is_changed_unread(entry) {
            return Err(self.ask_for(entry));
        }
        let expectation = as_read(&stored);
        if !self.is_in_view(entry, &expectation) {
            self.entries[entry].read = true;
            return Err(self.stale(entry, &key, "put", &expectation));
        }
        if matches!(self.view(entry), View::Unknown) {
            if !stored.whole {
                // Attributes that a projection left out would look removed, so the item is read.
                return Err(self.ask_for(entry));
            }
            self.guess(entry, Some(stored.raw.clone()));
        }
        self.entries[entry].read = true;
        let mine = encode(&*stored)?;
        let attributes = match self.view(entry) {
            View::Present(item) => stored.merged_into(&mine, item)?,
            _ => stored.merged(&mine)?,
        };
        let image = self.plan(entry, attributes);
        let stored = Stored::with_value(Stored::into_inner(stored), mine, image)?;
        Ok(stored.of_table(&self.entries[entry].target.table))
    }

    pub(super) fn apply(&mut self, entry: usize, changes: &[Change]) -> Result<()> {
        let View::Present(item) = self.view(entry) else {
            return Ok(());
        };
        let after = apply(changes, item).map_err(|message| {
            let target = Target {
                verb: "update",
                ..self.entries[entry].target.clone()
            };
            let source =
                std::sync::Arc::from(aws_sdk_dynamodb::error::BoxError::from(message.clone()));
            Error::UpdateRejected(Box::new(ServiceError {
                subject: target.into(),
                code: None,
                message,
                is_transient: false,
                source,
            }))
        })?;
        self.plan(entry, after);
        Ok(())
    }

    pub(super) fn refused<I: Versioned>(
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
        let mut refusal = Refusal::by_guard(target, guard, item);
        refusal.in_transaction = true;
        make(refusal)
    }

    /// The error of an update that would take an integer attribute out of its range.
    pub(super) fn out_of_range<I: Versioned>(
        &mut self,
        key: &Key<I>,
        guards: &[InRange],
        item: Item,
    ) -> Error {
        let broken = guards.iter().find(|guard| !guard.holds_on(&item));
        let guard = broken.map_or(Guard::Exists, InRange::guard);
        let nodes = guards.iter().map(|guard| guard.node.clone());
        let condition = Node::all(nodes).map(|node| explain(&node, &item, Some(&I::MODEL)));
        let mut error = self.refused(key, "update", guard, Some(item));
        if let Some(refusal) = error.refusal_mut() {
            refusal.condition = condition;
        }
        error
    }

    /// The error of a `Stored` item that is not the one that this transaction sees.
    pub(super) fn stale<I: Versioned>(
        &mut self,
        entry: usize,
        key: &Key<I>,
        verb: &'static str,
        expectation: &Expectation,
    ) -> Error {
        if self.entries[entry].planned.is_some() && self.is_known(entry, expectation) {
            // No other writer is involved.
            let (item_type, key) = (I::MODEL.name, Box::new(key.raw().clone()));
            return InvalidInput::StaleCopy { item_type, key }.into();
        }
        let found = match self.view(entry) {
            View::Present(item) => Some(item.clone()),
            _ => None,
        };
        let guards = expectation.evaluate(const { &I::MODEL }, &[], found.as_ref());
        let broken = guards.into_iter().find(|result| !result.holds);
        let guard = broken.map_or(Guard::Exists, |result| result.guard);
        self.refused(key, verb, guard, found)
    }
}

/// Refuses an update without actions, and one that DynamoDB would refuse for every item.
pub(super) fn check_update(model: &'static Model, changes: &[Change]) -> Result<()> {
    if changes.is_empty() {
        let item_type = model.name;
        return Err(InvalidInput::NoAction { item_type }.into());
    }
    check_actions(model, changes)?;
    let keys: Vec<&str> = model.key_names().collect();
    compile(Expressions {
        update: changes.to_vec(),
        keys: &keys,
        ..Expressions::default()
    })?;
    Ok(())
}

/// Returns the item without its key and its stamps.
fn unstamped(model: &Model, item: &Item) -> Item {
    item.iter()
        .filter(|(name, _)| !model.is_own(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Returns the changes that lead from one item to the other. The stamps are no changes, because a write without changes does not
/// renew them.
pub(super) fn changes(model: &Model, before: &Item, after: &Item) -> Vec<Change> {
    let mut changes = difference(before, after);
    changes.retain(|change| !model.is_own(&change.path.root));
    changes
}
