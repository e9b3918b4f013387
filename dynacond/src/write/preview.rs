//! Previews: the request that a write would send.
use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::model::item::Model;
use crate::value::equal;
use crate::value::item::Item;
use crate::value::show::Shown;
use crate::write::lower::{Lowered, UnlessApplied};
use crate::write::write::Write;

/// The request that a write would send. `Display` is for a terminal: it shows values, except those of `#[dynacond(sensitive)]`
/// attributes. [`item`](Self::item) and [`values`](Self::values) contain all values.
#[derive(Clone)]
pub struct Preview {
    lowered: Lowered,
    model: &'static Model,
    /// The values of sensitive attributes, which `Display` does not show.
    withheld: Vec<AttributeValue>,
}

impl Preview {
    pub(crate) fn of(write: &Write, lowered: Lowered) -> Self {
        Self {
            lowered,
            model: write.model,
            withheld: write.withheld(),
        }
    }

    /// Returns `PutItem`, `UpdateItem`, `DeleteItem` or `ConditionCheck`.
    #[must_use]
    pub const fn operation(&self) -> &'static str {
        self.lowered.effect.operation()
    }

    /// Returns the table's name.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.lowered.table
    }

    /// Returns the condition expression: dynacond's guards and your own condition. The request may contain one more clause: see
    /// [`only_once`](Self::only_once).
    #[must_use]
    pub fn condition(&self) -> Option<&str> {
        self.clauses().0
    }

    /// Returns the clause that an `update` or a `put` without a version adds to the condition with `AND`:
    /// `NOT begins_with(#item_write_id, :item_write_id)`. If the item already holds this write, the clause is false, so the write is not
    /// applied twice when its answer is lost. The clause is not part of your condition: if it is false, the write was applied.
    #[must_use]
    pub fn only_once(&self) -> Option<&str> {
        self.clauses().1
    }

    fn clauses(&self) -> (Option<&str>, Option<&str>) {
        let text = self.lowered.condition.as_deref();
        let (Some(text), last) = (text, self.lowered.unless_applied) else {
            return (None, None);
        };
        if last == UnlessApplied::Nowhere {
            return (Some(text), None);
        }
        let Some((condition, clause)) = text.rsplit_once(" AND ") else {
            return (None, Some(text));
        };
        let bare = condition
            .strip_prefix('(')
            .and_then(|c| c.strip_suffix(')'));
        let bare = bare.filter(|_| last == UnlessApplied::AfterParentheses);
        (Some(bare.unwrap_or(condition)), Some(clause))
    }

    /// Returns the update expression.
    #[must_use]
    pub fn update(&self) -> Option<&str> {
        self.lowered.effect.update()
    }

    /// Returns the item of a PutItem.
    #[must_use]
    pub fn item(&self) -> Option<&Item> {
        self.lowered.effect.item()
    }

    /// Returns the attribute name of each name placeholder.
    #[must_use]
    pub fn names(&self) -> Option<&HashMap<String, String>> {
        self.lowered.names.as_ref()
    }

    /// Returns the value of each value placeholder.
    #[must_use]
    pub fn values(&self) -> Option<&Item> {
        self.lowered.values.as_ref()
    }
}

impl fmt::Debug for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values stay out of logs; `Display` shows them on purpose.
        f.debug_struct("Preview")
            .field("table", &self.table())
            .field("condition", &self.condition())
            .field("update", &self.update())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn list(map: impl Iterator<Item = (String, String)>) -> String {
            let mut entries: Vec<_> = map
                .map(|(name, value)| format!("{name} = {value}"))
                .collect();
            entries.sort();
            entries.join(", ")
        }
        let shown = |item: &Item| {
            let entry = |(name, value): (&String, &AttributeValue)| {
                let secret = |withheld| equal(withheld, value);
                let withheld = self.model.withholds(name) || self.withheld.iter().any(secret);
                let shown = if withheld {
                    "(withheld)".to_owned()
                } else {
                    Shown(value).to_string()
                };
                (name.clone(), shown)
            };
            list(item.iter().map(entry))
        };
        write!(f, "{} {}", self.lowered.effect.operation(), self.table())?;
        let key = self.lowered.effect.key().map(shown);
        let names = self
            .names()
            .map(|names| list(names.iter().map(|(a, b)| (a.clone(), b.clone()))));
        let lines = [
            ("key", key),
            ("item", self.item().map(shown)),
            ("update", self.update().map(str::to_owned)),
            ("condition", self.condition().map(str::to_owned)),
            ("only once", self.only_once().map(str::to_owned)),
            ("names", names),
            ("values", self.values().map(shown)),
        ];
        lines
            .into_iter()
            .filter_map(|(label, text)| Some((label, text?)))
            .try_for_each(|(label, text)| write!(f, "\n  {label:<10} {text}"))
    }
}
