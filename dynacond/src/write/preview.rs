//! Previews: what a write would send.
use std::collections::HashMap;
use std::fmt;

use crate::model::item::Item;
use crate::value::show::Shown;
use crate::write::write::Lowered;

/// What a write would send, in DynamoDB's terms. `Display` is for a terminal, and shows values.
#[derive(Clone)]
pub struct Preview {
    lowered: Lowered,
}

impl Preview {
    pub(crate) const fn of(lowered: Lowered) -> Self {
        Self { lowered }
    }

    /// `PutItem`, `UpdateItem`, `DeleteItem` or `ConditionCheck`.
    #[must_use]
    pub const fn operation(&self) -> &'static str {
        self.lowered.effect.operation()
    }

    /// The table's name.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.lowered.table
    }

    /// The condition expression.
    #[must_use]
    pub fn condition(&self) -> Option<&str> {
        self.lowered.condition.as_deref()
    }

    /// The update expression.
    #[must_use]
    pub fn update(&self) -> Option<&str> {
        self.lowered.effect.update()
    }

    /// The item of a PutItem.
    #[must_use]
    pub fn item(&self) -> Option<&Item> {
        self.lowered.effect.item()
    }

    /// From name placeholder to attribute name.
    #[must_use]
    pub fn names(&self) -> Option<&HashMap<String, String>> {
        self.lowered.names.as_ref()
    }

    /// From value placeholder to value.
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
            list(
                item.iter()
                    .map(|(name, v)| (name.clone(), Shown(v).to_string())),
            )
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
            ("names", names),
            ("values", self.values().map(shown)),
        ];
        lines
            .into_iter()
            .filter_map(|(label, text)| Some((label, text?)))
            .try_for_each(|(label, text)| write!(f, "\n  {label:<10} {text}"))
    }
}
