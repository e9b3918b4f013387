//! Writes as plain values: what is written, and under which guards.
use std::sync::Arc;

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
    /// The whole item after the changes of an update, if it is known. It is sent if the changes do not fit into an update, and then it is
    /// no longer here. It is shared, because a write is copied to be checked.
    pub(crate) whole: Option<Arc<Item>>,
    pub(crate) expectation: Expectation,
    /// The guards of integer attributes that must stay in the range of their Rust type.
    pub(crate) in_range: Vec<InRange>,
    /// The caller's condition.
    pub(crate) condition: Option<Node>,
    /// The write id that this write stamps, if it stamps one.
    pub(crate) write_id: Option<String>,
    /// The time that this write stamps, if its model declares one, in seconds since 1970.
    pub(crate) written_at: Option<u64>,
    /// Whether the answer is the item before the write.
    pub(crate) returns_old: bool,
    /// Whether a deletion succeeds if there is no item.
    pub(crate) or_gone: bool,
    /// Whether the write is sent again after a lost answer, although its guard names no write id.
    pub(crate) until_answered: bool,
}

/// The effect of a write on the item.
#[derive(Clone, Debug)]
pub(crate) enum Effect {
    /// Replaces the stored item by this one, which includes key and stamps.
    Put(Item),
    /// Changes attributes. The stamps are added when the write is lowered.
    Update(Vec<Change>),
    /// Deletes the item.
    Delete,
    /// Changes nothing. This is only for transactions.
    Check,
}

impl Write {
    /// Returns the write after its item was adopted, when it has a version.
    pub(crate) fn adopted(&self) -> Self {
        let expectation = match &self.expectation {
            // Without a version or write id in the model, there is no adoption.
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

    /// Whether this is a save of an unchanged item.
    pub(crate) fn changes_nothing(&self) -> bool {
        self.condition.is_none()
            && matches!(&self.effect, Effect::Update(changes) if changes.is_empty())
    }

    /// Whether the guards and the condition of the write are true if there is no item.
    pub(crate) fn may_create(&self) -> bool {
        let absent = Item::new();
        let holds = |node: &Node| holds_on(node, &absent);
        matches!(self.expectation, Expectation::Nothing)
            && self.in_range.iter().all(|guard| guard.holds_on(&absent))
            && self.condition.as_ref().is_none_or(holds)
    }

    /// Returns the effect that stores these attributes as a whole item, at the version after the expected one.
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

    /// Whether an item with the write id `held` proves that this write was applied, if it was sent with the id `sent`.
    ///
    /// A write that begins an incarnation may have been sent with other ids of the same stem. If the guard of a write names the id
    /// that it replaces, other writes have the same stem, and this write is sent with only one id.
    pub(crate) fn is_told_by(&self, held: &str, sent: &str) -> bool {
        if self.expectation.names_write_id() {
            held == sent
        } else {
            write_id::same_stem(held, sent)
        }
    }

    /// Whether the item contains another write than this one.
    pub(crate) fn is_overwritten_in(&self, item: &Item) -> bool {
        self.write_id.is_some() && write_id_in(self.model, item) != self.write_id.as_deref()
    }

    /// Sets the id `fresh` for another attempt. A write that begins an incarnation keeps its stem. If the guard names the id that
    /// is replaced, every attempt is the same request, because the guard cannot become true again. Returns whether the id has
    /// changed.
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

    /// Replaces the write id and the time that the write stamps, if it stamps them. `None` keeps the time.
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

    /// Whether the write expects an item without a version.
    pub(crate) const fn is_unversioned(&self) -> bool {
        matches!(self.expectation, Expectation::Unversioned(_))
    }

    /// Whether the write replaces an item at any version. No PutItem can do this, because the next version is not known. So such a
    /// write gets an expectation before it is sent.
    pub(crate) const fn replaces_any(&self) -> bool {
        matches!(self.effect, Effect::Put(_)) && matches!(self.expectation, Expectation::Nothing)
    }

    /// The changes of an update.
    pub(super) fn changes(&self) -> &[Change] {
        match &self.effect {
            Effect::Update(changes) => changes,
            Effect::Put(_) | Effect::Delete | Effect::Check => &[],
        }
    }

    /// Returns the values that are compared with sensitive attributes or written to them.
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

    /// Returns the results of dynacond's own guards on the item that DynamoDB evaluated.
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
