//! Previews: what a read would send.
use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::error::ExpressionError;
use crate::expression::evaluate::truth::withheld_values;
use crate::read::read::{LoweredRead, Read};
use crate::value::equal;
use crate::value::item::Item;
use crate::value::show::Shown;

/// The request that a read would send. `Display` is for a terminal: it shows values, except those of `#[dynacond(sensitive)]`
/// attributes.
#[derive(Clone)]
pub struct ReadPreview {
    lowered: LoweredRead,
    /// The values of sensitive attributes, which `Display` does not show.
    withheld: Vec<AttributeValue>,
}

impl ReadPreview {
    pub(crate) fn of(read: Read) -> Result<Self, ExpressionError> {
        let filter = read.filter.iter();
        let withheld = filter.flat_map(|node| withheld_values(node, None));
        Ok(Self {
            withheld: withheld.collect(),
            lowered: read.into_lowered()?,
        })
    }

    /// Returns `Query` or `Scan`.
    #[must_use]
    pub const fn operation(&self) -> &'static str {
        if self.lowered.key_condition.is_some() {
            "Query"
        } else {
            "Scan"
        }
    }

    /// Returns the table's name.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.lowered.table
    }

    /// Returns the index's name.
    #[must_use]
    pub const fn index(&self) -> Option<&str> {
        self.lowered.index
    }

    /// Returns the key condition expression.
    #[must_use]
    pub fn key_condition(&self) -> Option<&str> {
        self.lowered.key_condition.as_deref()
    }

    /// Returns the filter expression.
    #[must_use]
    pub fn filter(&self) -> Option<&str> {
        self.lowered.filter.as_deref()
    }

    /// Returns the projection expression.
    #[must_use]
    pub fn projection(&self) -> Option<&str> {
        self.lowered.projection.as_deref()
    }

    /// Returns the attribute name of each name placeholder.
    #[must_use]
    pub const fn names(&self) -> Option<&HashMap<String, String>> {
        self.lowered.names.as_ref()
    }

    /// Returns the value of each value placeholder.
    #[must_use]
    pub const fn values(&self) -> Option<&Item> {
        self.lowered.values.as_ref()
    }

    /// Whether the read is strongly consistent.
    #[must_use]
    pub const fn is_consistent(&self) -> bool {
        self.lowered.consistency.is_strong()
    }

    /// Whether the results are in descending order of the sort key.
    #[must_use]
    pub const fn is_descending(&self) -> bool {
        self.lowered.descending
    }
}

impl fmt::Debug for ReadPreview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.operation(), self.table())
    }
}

impl fmt::Display for ReadPreview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.operation(), self.table())?;
        if let Some(index) = self.index() {
            write!(f, ", index {index}")?;
        }
        let texts = [
            ("key condition", self.key_condition()),
            ("filter", self.filter()),
            ("projection", self.projection()),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                write!(f, "\n  {name}: {text}")?;
            }
        }
        let mut names: Vec<_> = self.names().into_iter().flatten().collect();
        names.sort();
        for (placeholder, name) in names {
            write!(f, "\n  {placeholder} = {name}")?;
        }
        let mut values: Vec<_> = self.values().into_iter().flatten().collect();
        values.sort_by_key(|(placeholder, _)| *placeholder);
        for (placeholder, value) in values {
            if self.withheld.iter().any(|withheld| equal(withheld, value)) {
                write!(f, "\n  {placeholder} = (withheld)")?;
            } else {
                write!(f, "\n  {placeholder} = {}", Shown(value))?;
            }
        }
        Ok(())
    }
}
