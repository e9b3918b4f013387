//! Prepares a write request: makes its plain value, with all checks that need no item.
use std::sync::Arc;

use crate::error::error::{Error, Result};
use crate::expression::tree::change::{Change, not_repeatable};
use crate::expression::tree::node::Node;
use crate::model::encoding::encode;
use crate::model::invalid::InvalidInput;
use crate::model::item::{Model, Versioned};
use crate::model::raw_key::RawKey;
use crate::model::stored::check_table;
use crate::value::item::Item;
use crate::verbs::verb::Verb;
use crate::verbs::write_request::{Body, WriteRequest};
use crate::write::expectation::Expectation;
use crate::write::in_range::in_range;
use crate::write::merge::difference;
use crate::write::or_create::{check_created, with_defaults};
use crate::write::preview::Preview;
use crate::write::put::overwrite;
use crate::write::update::{check_actions, check_values};
use crate::write::write::{Effect, Write};

/// A write, before it is sent.
pub(super) struct Prepared {
    pub(super) write: Write,
    /// What the struct writes, for verbs that return the struct.
    pub(super) mine: Item,
}

impl<I: Versioned, V: Verb> WriteRequest<I, V> {
    /// Returns the request that [`send`](Self::send) would send, with its expressions and placeholders. Nothing is sent. (A separate request
    /// may first give a version to an item without one. A `replace` that names no version is shown as for a missing item.)
    ///
    /// # Errors
    /// The errors of `send` that come before anything is sent.
    pub fn preview(&self) -> Result<Preview> {
        let mut write = self.write()?;
        if write.replaces_any() {
            write.expectation = Expectation::Absent;
        }
        let lowered = write.lower_or_whole()?;
        Ok(Preview::of(&write, lowered))
    }

    /// The write as a plain value: everything is checked that can be checked without the item.
    pub(crate) fn write(&self) -> Result<Write> {
        Ok(self.prepared()?.write)
    }

    /// As [`write`](Self::write), with what the struct writes.
    pub(super) fn prepared(&self) -> Result<Prepared> {
        let changes = match &self.body {
            Body::Update { actions, .. } => actions.0.clone(),
            _ => Vec::new(),
        };
        self.prepare(changes)
    }

    /// Returns the write with the changes of an update.
    pub(super) fn prepare(&self, changes: Vec<Change>) -> Result<Prepared> {
        let model = const { &I::MODEL };
        let mut mine = Item::new();
        let mut write = Write {
            model,
            target: self
                .connection
                .target::<I>(self.key.validated()?, self.verb),
            effect: Effect::Delete,
            whole: None,
            expectation: self.expectation.clone(),
            in_range: Vec::new(),
            condition: self.condition.clone(),
            write_id: self.write_id.clone().map(|id| self.expectation.stamp(id)),
            written_at: self.connection.written_at(model),
            returns_old: V::RETURNS_OLD,
            or_gone: V::OR_GONE,
            until_answered: V::UNTIL_ANSWERED,
        };
        let read_from = match &self.body {
            Body::Save(stored) => &stored.table,
            _ => &self.read_from,
        };
        check_table(model.name, read_from.as_deref(), &write.target.table)?;
        match &self.body {
            Body::Create(value) => {
                mine = encode(value)?;
                write.effect = write.put(mine.clone());
            }
            Body::Replace(value) => {
                check_key(value, &write.target.key)?;
                mine = encode(value)?;
                write.effect = write.put(mine.clone());
            }
            Body::Save(stored) => {
                check_key(&***stored, &stored.key)?;
                mine = encode(&***stored)?;
                let merged = stored.merged(&mine)?;
                write.effect = Effect::Update(difference(&stored.raw, &merged));
                // What a projection left out would be taken for removed.
                write.whole = stored.whole.then(|| Arc::new(merged));
            }
            Body::Overwrite(value) => {
                let attributes = encode(value)?;
                if model.varies() {
                    return Err(flattened(model, "put"));
                }
                write.effect = Effect::Update(overwrite(model, attributes, &self.kept));
            }
            Body::Update { default, .. } => update(&mut write, changes, default.as_ref())?,
            Body::Delete => {}
            Body::Check => write.effect = Effect::Check,
        }
        if let Effect::Update(changes) = &write.effect
            && V::UNTIL_ANSWERED
            && let Some(change) = not_repeatable(changes, |name| model.is_reserved(name))
        {
            return Err(InvalidInput::NotRepeatable {
                item_type: model.name,
                clause: change.to_string(),
            }
            .into());
        }
        Ok(Prepared { write, mine })
    }
}

/// Makes the write an update with these changes, which creates the item from `default` if there is none.
fn update<I: Versioned>(
    write: &mut Write,
    mut changes: Vec<Change>,
    default: Option<&I>,
) -> Result<()> {
    let model = write.model;
    check_actions(model, &changes)?;
    check_values::<I>(&changes)?;
    match default {
        Some(default) => start_from(write, &mut changes, default)?,
        None if changes.is_empty() => {
            let item_type = model.name;
            return Err(InvalidInput::NoAction { item_type }.into());
        }
        None => {}
    }
    write.in_range = in_range(model, &changes, write.condition.as_ref());
    if default.is_some() && write.may_create() {
        check_created::<I>(&changes, &write.target.key)?;
    }
    write.effect = Effect::Update(changes);
    Ok(())
}

/// Adds changes so that the update makes a whole item if there is none.
fn start_from<I: Versioned>(
    write: &mut Write,
    changes: &mut Vec<Change>,
    default: &I,
) -> Result<()> {
    let model = write.model;
    check_default(default, &write.target.key)?;
    let attributes = encode(default)?;
    let is_known = |name: &String| model.names().any(|known| known == name);
    if !attributes.keys().all(is_known) {
        return Err(flattened(model, "or_create"));
    }
    let consistent = model.default_stamps(&attributes);
    write.condition = Node::all(write.condition.take().into_iter().chain(consistent));
    with_defaults(model, changes, attributes)?;
    if matches!(write.expectation, Expectation::Exists) {
        write.expectation = Expectation::Nothing;
    }
    Ok(())
}

pub(crate) fn check_key<I: Versioned>(value: &I, read: &RawKey) -> Result<()> {
    let now = value.to_key().validated()?;
    if now == *read {
        return Ok(());
    }
    Err(InvalidInput::KeyChanged {
        item_type: I::MODEL.name,
        read: Box::new(read.clone()),
        now: Box::new(now),
    }
    .into())
}

pub(super) fn check_default<I: Versioned>(default: &I, key: &RawKey) -> Result<()> {
    let given = default.to_key().validated()?;
    if given == *key {
        return Ok(());
    }
    Err(InvalidInput::OtherKey {
        item_type: I::MODEL.name,
        key: Box::new(key.clone()),
        given: Box::new(given),
    }
    .into())
}

fn flattened(model: &Model, verb: &'static str) -> Error {
    let item_type = model.name;
    InvalidInput::Flattened { item_type, verb }.into()
}
