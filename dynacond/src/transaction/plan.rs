//! The plan of a pass: the writes and checks of the commit.
use std::sync::Arc;

use crate::error::error::Result;
use crate::expression::tree::node::Node;
use crate::write::expectation::{Expectation, write_id_in};
use crate::write::preview::Preview;
use crate::write::target::Target;
use crate::write::write::{Effect, Write};

use super::Transaction;
use super::known::{Entry, Planned, changes};

impl Transaction {
    /// Returns how many items the transaction would change.
    #[must_use]
    pub fn effect_count(&self) -> usize {
        self.plan_all()
            .iter()
            .filter(|write| !matches!(write.effect, Effect::Check))
            .count()
    }

    /// Returns how many items the commit would only check: those that were read or named by `ensure`, but not written.
    #[must_use]
    pub fn check_count(&self) -> usize {
        self.plan_all()
            .iter()
            .filter(|write| matches!(write.effect, Effect::Check))
            .count()
    }

    /// Returns what the commit would send, action by action.
    ///
    /// # Errors
    /// [`Error::Expression`](crate::Error::Expression) and [`Error::Invalid`](crate::Error::Invalid) if DynamoDB would refuse an
    /// action.
    pub fn preview(&self) -> Result<Vec<Preview>> {
        let preview = |mut write: Write| {
            let lowered = write.lower_action()?;
            Ok(Preview::of(&write, lowered))
        };
        self.plan_all().into_iter().map(preview).collect()
    }

    pub(super) fn plan_all(&self) -> Vec<Write> {
        self.entries
            .iter()
            .filter_map(|entry| self.plan_entry(entry))
            .collect()
    }

    fn plan_entry(&self, entry: &Entry) -> Option<Write> {
        let known = self.known.get(&entry.id).map(|known| known.item.as_ref());
        let model = entry.model;
        let (effect, expectation) = match (&entry.planned, known) {
            (Some(Planned::Image(image)), Some(Some(item))) => {
                let changes = changes(model, item, image);
                let effect = if changes.is_empty() {
                    // The write is left out, but its check remains.
                    Effect::Check
                } else {
                    Effect::Update(changes)
                };
                (effect, Expectation::as_read(model, item))
            }
            (Some(Planned::Image(image)), _) => (Effect::Put(image.clone()), Expectation::Absent),
            (Some(Planned::Changes(changes)), _) => {
                (Effect::Update(changes.clone()), Expectation::Exists)
            }
            (Some(Planned::Deleted), Some(Some(item))) => {
                (Effect::Delete, Expectation::as_read(model, item))
            }
            (Some(Planned::Deleted), _) => (Effect::Check, Expectation::Absent),
            (None, Some(Some(item))) if entry.read => {
                (Effect::Check, Expectation::as_read(model, item))
            }
            (None, Some(None)) if entry.read => (Effect::Check, Expectation::Absent),
            (None, _) if entry.conditions.is_empty() => return None,
            (None, _) => (Effect::Check, Expectation::Nothing),
        };
        let write_id = match (&effect, &entry.planned) {
            (Effect::Delete | Effect::Check, _) => None,
            // The function has seen this item.
            (_, Some(Planned::Image(image))) => write_id_in(model, image).map(str::to_owned),
            _ => entry.write_id.clone(),
        };
        let whole = match (&effect, &entry.planned) {
            (Effect::Update(_), Some(Planned::Image(image))) => Some(Arc::new(image.clone())),
            _ => None,
        };
        Some(Write {
            model,
            target: Target {
                verb: entry.verb(),
                ..entry.target.clone()
            },
            effect,
            whole,
            expectation,
            in_range: entry.in_range.clone(),
            returns_old: false,
            or_gone: false,
            until_answered: false,
            condition: Node::all(entry.conditions.iter().cloned()),
            write_id,
            written_at: entry.written_at,
        })
    }
}

impl Entry {
    /// Returns the verb of the commit for this item, which errors name.
    const fn verb(&self) -> &'static str {
        match self.planned {
            Some(Planned::Image(_)) => "put",
            Some(Planned::Changes(_)) => "update",
            Some(Planned::Deleted) => "delete",
            None if self.conditions.is_empty() => "get",
            None => "ensure",
        }
    }
}
