//! The result of compiling: the texts of one request, and the names and values of their placeholders.
use std::collections::HashMap;

use crate::expression::error::ExpressionError;
use crate::value;
use crate::value::item::Item;
use crate::value::rule::Rule;

/// The most bytes of an expression.
///
/// [Constraints: expression parameters](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters)
pub(crate) const MAX_BYTES: usize = 4096;
/// The most bytes of names and values in a request.
pub(crate) const MAX_SUBSTITUTIONS: usize = 2 * 1024 * 1024;

/// The prefixes of placeholders.
#[derive(Clone, Copy)]
pub(crate) struct Prefixes {
    pub(crate) name: &'static str,
    pub(crate) value: &'static str,
}

impl Prefixes {
    pub(super) const SHORT: Self = Self {
        name: "#",
        value: ":",
    };
}

/// The texts of one request.
#[derive(Default)]
pub(crate) struct Compiled {
    pub(crate) key_condition: Option<String>,
    pub(crate) condition: Option<String>,
    pub(crate) update: Option<String>,
    pub(crate) projection: Option<String>,
    pub(crate) placeholders: Placeholders,
}

/// The names and values of a request's placeholders.
#[derive(Default)]
pub(crate) struct Placeholders {
    pub(crate) names: HashMap<String, String>,
    pub(crate) values: Item,
}

impl Placeholders {
    /// The bytes of names and values, with their placeholders.
    fn bytes(&self) -> usize {
        let names = self.names.iter();
        let names = names.map(|(placeholder, name)| placeholder.len() + name.len());
        let values = self.values.iter();
        let values =
            values.map(|(placeholder, value)| placeholder.len() + value::stored_size(value));
        names.chain(values).sum()
    }
}

impl Compiled {
    pub(super) fn with_room(clauses: usize) -> Self {
        Self {
            placeholders: Placeholders {
                names: HashMap::with_capacity(clauses),
                values: HashMap::with_capacity(clauses),
            },
            ..Self::default()
        }
    }

    /// Checks the limit of names and values. `bytes` is an upper bound for ours.
    pub(super) fn check_size(
        &self,
        bytes: usize,
        given: Option<&Placeholders>,
    ) -> Result<(), ExpressionError> {
        let given = given.map_or(0, Placeholders::bytes);
        if given + bytes <= MAX_SUBSTITUTIONS {
            return Ok(());
        }
        let (bytes, limit) = (given + self.placeholders.bytes(), MAX_SUBSTITUTIONS);
        if bytes <= limit {
            return Ok(());
        }
        let clause = "names and values".to_owned();
        let rule = Rule::TooLarge { bytes, limit };
        Err(ExpressionError { rule, clause })
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &String> {
        let conditions = self.key_condition.iter().chain(&self.condition);
        conditions.chain(&self.update).chain(&self.projection)
    }

    /// Returns the texts for rewriting, in the order in which they were written.
    pub(super) fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let conditions = self.key_condition.iter_mut().chain(&mut self.condition);
        conditions
            .chain(&mut self.update)
            .chain(&mut self.projection)
    }
}
