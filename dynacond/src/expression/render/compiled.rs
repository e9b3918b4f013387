//! The result of compiling: the texts of one request, and the names and values of their placeholders.
use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::error::ExpressionError;
use crate::expression::tree::name::Prefix;
use crate::value;
use crate::value::item::Item;
use crate::value::rule::Rule;

/// The most bytes of an expression.
///
/// [Constraints: expression parameters](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters)
pub(crate) const MAX_BYTES: usize = 4096;
/// The most bytes of names and values in a request.
pub(crate) const MAX_SUBSTITUTIONS: usize = 2 * 1024 * 1024;

/// A map with at most this many keys is searched without hashing.
const FEW: usize = 4;

/// The prefixes of placeholders.
#[derive(Clone, Copy)]
pub(crate) struct Prefixes {
    pub(crate) name: Prefix,
    pub(crate) value: Prefix,
}

impl Prefixes {
    /// All placeholders of the request are ours.
    pub(super) const ALONE: Self = Self {
        name: Prefix::Name,
        value: Prefix::Value,
    };
    /// The caller's placeholders are in the same request. Without a prefix of our own, a placeholder that the caller sets later under
    /// the same name would change what a condition compares.
    pub(crate) const BESIDE: Self = Self {
        name: Prefix::OurName,
        value: Prefix::OurValue,
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

/// The placeholders that a request already has, borrowed from the SDK's builder. They stay, and ours have other names.
#[derive(Clone, Copy, Default)]
pub(crate) struct Given<'g> {
    pub(crate) names: Option<&'g HashMap<String, String>>,
    pub(crate) values: Option<&'g Item>,
}

impl<'g> Given<'g> {
    pub(crate) fn is_empty(self) -> bool {
        self.names.is_none_or(HashMap::is_empty) && self.values.is_none_or(HashMap::is_empty)
    }

    pub(super) fn name(self, placeholder: &str) -> Option<&'g String> {
        self.names.and_then(|names| entry(names, placeholder))
    }

    pub(super) fn value(self, placeholder: &str) -> Option<&'g AttributeValue> {
        self.values.and_then(|values| entry(values, placeholder))
    }
}

/// An entry of a map. It is faster to compare a few keys than to hash one.
fn entry<'g, T>(map: &'g HashMap<String, T>, key: &str) -> Option<&'g T> {
    if map.len() > FEW {
        return map.get(key);
    }
    let is_it = |entry: &(&String, &T)| entry.0 == key;
    let found = map.iter().find(is_it);
    found.map(|(_, value)| value)
}

impl Placeholders {
    const fn lent(&self) -> Given<'_> {
        Given {
            names: Some(&self.names),
            values: Some(&self.values),
        }
    }
}

/// The bytes of names and values, with their placeholders.
fn bytes(of: Given<'_>) -> usize {
    let names = of.names.into_iter().flatten();
    let names = names.map(|(placeholder, name)| placeholder.len() + name.len());
    let values = of.values.into_iter().flatten();
    let values = values.map(|(placeholder, value)| placeholder.len() + value::stored_size(value));
    names.chain(values).sum()
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
    pub(super) fn check_size(&self, bytes: usize, given: Given<'_>) -> Result<(), ExpressionError> {
        let given = self::bytes(given);
        if given + bytes <= MAX_SUBSTITUTIONS {
            return Ok(());
        }
        let (bytes, limit) = (
            given + self::bytes(self.placeholders.lent()),
            MAX_SUBSTITUTIONS,
        );
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
