//! Writes as plain values: what is to be written, under which guards.
use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::evaluate::truth::{holds_on, withheld_values};
use crate::expression::tree::change::Change;
use crate::expression::tree::node::Node;
use crate::expression::tree::operand::Operand;
use crate::model::item::Model;
use crate::model::write_id;
use crate::value::item::Item;
use crate::write::expectation::{Expectation, ExpectedId, write_id_in};
use crate::write::guard_result::GuardResult;
use crate::write::in_range::InRange;
use crate::write::target::Target;
use crate::write::whole_item::{Stamps, whole_item};

/// A write on one item.
#[expect(
    clippy::struct_field_names,
    reason = "`write_id` is the attribute's name"
)]
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) model: &'static Model,
    pub(crate) target: Target,
    pub(crate) effect: Effect,
    pub(crate) expectation: Expectation,
    /// Integer attributes that must stay in the range of their Rust type.
    pub(crate) in_range: Vec<InRange>,
    /// The caller's condition.
    pub(crate) condition: Option<Node>,
    /// The id that this write stamps, where it stamps one.
    pub(crate) write_id: Option<String>,
    /// The time that this write stamps, where its model asks for one: seconds since 1970.
    pub(crate) written_at: Option<u64>,
    /// Whether the answer is the item as it was before.
    pub(crate) returns_old: bool,
    /// Whether a deletion is done if there is no item.
    pub(crate) or_gone: bool,
    /// Whether it is sent again after a lost answer although its guard names no write id.
    pub(crate) until_answered: bool,
}

/// What a write does to the item.
#[derive(Clone, Debug)]
pub(crate) enum Effect {
    /// Stores this item, key and stamps included, in place of what is there.
    Put(Item),
    /// Changes attributes; the stamps are added when it is lowered.
    Update(Vec<Change>),
    /// Deletes the item.
    Delete,
    /// Changes nothing: part of a transaction.
    Check,
}

impl Write {
    /// The write as it is once its item has a version.
    pub(crate) fn adopted(&self) -> Self {
        let expectation = match &self.expectation {
            // Without a mark nothing is adopted.
            Expectation::Unversioned(_) if self.model.mark().is_some() => {
                Expectation::after_adoption(self.model, ExpectedId::Unstated)
            }
            other => other.clone(),
        };
        Self {
            expectation,
            ..self.clone()
        }
    }

    /// Whether it is the save of what was not changed.
    pub(crate) fn changes_nothing(&self) -> bool {
        self.condition.is_none()
            && matches!(&self.effect, Effect::Update(changes) if changes.is_empty())
    }

    /// Whether its guards and its condition hold where there is no item.
    pub(crate) fn may_create(&self) -> bool {
        let absent = Item::new();
        let holds = |node: &Node| holds_on(node, &absent);
        matches!(self.expectation, Expectation::Nothing)
            && self.in_range.iter().all(|guard| guard.holds_on(&absent))
            && self.condition.as_ref().is_none_or(holds)
    }

    /// Stores these attributes whole, at the version after the expected one.
    pub(crate) fn put(&self, attributes: Item) -> Effect {
        let version = self.expectation.next_version().unwrap_or(1);
        let stamps = Stamps {
            version,
            write_id: self.write_id.as_deref(),
            written_at: self.written_at,
        };
        Effect::Put(whole_item(
            self.model,
            &self.target.key,
            attributes,
            &stamps,
        ))
    }

    /// Whether an item with the id `held` says that this write was applied, if it was sent with the id `sent`.
    ///
    /// A write that begins an incarnation may have been sent under other ids of the same stem. A write that names the id which
    /// it replaces shares the stem with others, and is sent under one id only.
    pub(crate) fn is_told_by(&self, held: &str, sent: &str) -> bool {
        if self.expectation.names_write_id() {
            held == sent
        } else {
            write_id::same_stem(held, sent)
        }
    }

    /// Whether the item holds another write than this one.
    pub(crate) fn is_overwritten_in(&self, item: &Item) -> bool {
        self.write_id.is_some() && write_id_in(self.model, item) != self.write_id.as_deref()
    }

    /// Gives the write the id `fresh`, to be sent once more: a write that begins an incarnation keeps its stem. A write that
    /// names the id which it replaces is the same request each time, for nothing makes its guard true again. Gives whether the
    /// id is another one now.
    pub(crate) fn renew(&mut self, fresh: Option<String>) -> bool {
        if !self.expectation.names_write_id()
            && let (Some(fresh), Some(sent)) = (fresh, &self.write_id)
        {
            let id = write_id::again(fresh, sent);
            self.restamp(id, None);
            return true;
        }
        false
    }

    /// Replaces the write's id and the time that it stamps, where it stamps them. `None` keeps the time.
    pub(crate) fn restamp(&mut self, id: String, seconds: Option<u64>) {
        let model = self.model;
        let mut put = |name: Option<&str>, value: AttributeValue| {
            if let (Effect::Put(item), Some(name)) = (&mut self.effect, name) {
                item.insert(name.to_owned(), value);
            }
        };
        if let (Some(stamped), Some(seconds)) = (&mut self.written_at, seconds) {
            put(model.written_at, AttributeValue::N(seconds.to_string()));
            *stamped = seconds;
        }
        if let Some(stamped) = &mut self.write_id {
            put(model.write_id, AttributeValue::S(id.clone()));
            *stamped = id;
        }
    }

    /// Whether it stores an item in place of one at whatever version. No PutItem can do that, because the next version is
    /// not known: such a write is given an expectation before it is sent.
    pub(crate) const fn replaces_any(&self) -> bool {
        matches!(self.effect, Effect::Put(_)) && matches!(self.expectation, Expectation::Nothing)
    }

    /// What an update changes.
    pub(super) fn changes(&self) -> &[Change] {
        match &self.effect {
            Effect::Update(changes) => changes,
            Effect::Put(_) | Effect::Delete | Effect::Check => &[],
        }
    }

    /// The values beside attributes that are never shown.
    pub(crate) fn withheld(&self) -> Vec<AttributeValue> {
        let guards = self.in_range.iter().map(|guard| guard.node.clone());
        let expected = self.expectation.node(self.model, self.changes());
        let nodes = expected
            .into_iter()
            .chain(guards)
            .chain(self.condition.clone());
        let mut values: Vec<_> = nodes
            .flat_map(|node| withheld_values(&node, Some(self.model)))
            .collect();
        for Change { path, edit } in self.changes() {
            if path.is_sensitive() || self.model.withholds(&path.root) {
                values.extend(edit.operands().filter_map(Operand::value).cloned());
            }
        }
        values
    }

    /// dynacond's own guards on the item that DynamoDB evaluated.
    pub(crate) fn evaluate_guards(&self, item: Option<&Item>) -> Vec<GuardResult> {
        let empty = Item::new();
        let on = item.unwrap_or(&empty);
        let in_range = self.in_range.iter().map(|guard| GuardResult {
            holds: guard.holds_on(on),
            guard: guard.guard(),
        });
        self.expectation
            .evaluate(self.model, self.changes(), item)
            .into_iter()
            .chain(in_range)
            .collect()
    }
}
