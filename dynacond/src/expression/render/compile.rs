//! Compiles a tree to text with placeholders. Each clause is checked against DynamoDB's rules before it is written.
//!
//! All expressions of a request share one namespace of placeholders. Values are moved from the tree into the request.
use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::error::ExpressionError;
use crate::expression::render::compiled::{Compiled, Given, MAX_BYTES, Placeholders, Prefixes};
use crate::expression::render::writer::Writer;
use crate::expression::tree::change::Change;
use crate::expression::tree::node::Node;
use crate::expression::tree::operand::Path;

/// A compiled condition, for the SDK's `condition_expression`, `expression_attribute_names` and `expression_attribute_values`.
///
/// The maps contain exactly the placeholders that the text uses. DynamoDB refuses an empty map, so pass `None` instead of one.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Expression {
    /// The text: `#status = :status AND #stock >= :stock`.
    pub text: String,
    /// The attribute name of each name placeholder.
    pub names: HashMap<String, String>,
    /// The value of each value placeholder.
    pub values: HashMap<String, AttributeValue>,
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values stay out of logs.
        f.debug_struct("Expression")
            .field("text", &self.text)
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

impl From<Compiled> for Expression {
    fn from(compiled: Compiled) -> Self {
        let Placeholders { names, values } = compiled.placeholders;
        Self {
            text: compiled.condition.unwrap_or_default(),
            names,
            values,
        }
    }
}

/// The expressions of a request, which share one namespace of placeholders. The values of the conditions move out of the caller's
/// trees.
#[derive(Default)]
pub(crate) struct Expressions<'e> {
    /// The key condition of a query.
    pub(crate) key_condition: Option<&'e mut Node>,
    /// The condition of a write, or the filter of a read.
    pub(crate) condition: Option<&'e mut Node>,
    pub(crate) update: Vec<Change>,
    /// The projection of a read; empty for all attributes.
    pub(crate) projection: &'e [Path],
    /// The key attributes, into which no path may lead.
    pub(crate) keys: &'e [&'e str],
}

impl<'e> Expressions<'e> {
    /// Only a condition.
    pub(crate) fn of(condition: &'e mut Node) -> Self {
        Self {
            condition: Some(condition),
            ..Self::default()
        }
    }
}

/// Compiles the expressions of a request. Each clause is checked against DynamoDB's rules before it is written.
pub(crate) fn compile(expressions: Expressions<'_>) -> Result<Compiled, ExpressionError> {
    compile_beside(expressions, Prefixes::ALONE, Given::default())
}

/// Compiles for a request that has its own placeholders, or may get some later. Its placeholders are kept and not used again, and
/// ours have another prefix.
pub(crate) fn compile_beside(
    expressions: Expressions<'_>,
    prefixes: Prefixes,
    given: Given<'_>,
) -> Result<Compiled, ExpressionError> {
    let Expressions {
        key_condition,
        condition,
        update,
        projection,
        keys,
    } = expressions;
    let clauses = |node: &Option<&mut Node>| node.as_ref().map_or(0, |node| node.clauses());
    let (in_key, in_condition) = (clauses(&key_condition), clauses(&condition));
    // A request of the SDK that has a key condition may get a filter later, into the same maps.
    let room = 2 * in_key + in_condition + update.len() + projection.len();
    let mut compiled = Compiled::with_room(room);
    let mut writer = Writer::new(keys, prefixes, given, &mut compiled.placeholders);
    if let Some(node) = key_condition {
        compiled.key_condition = Some(writer.condition(node, in_key)?);
    }
    if let Some(node) = condition {
        compiled.condition = Some(writer.condition(node, in_condition)?);
    }
    if !update.is_empty() {
        compiled.update = Some(writer.update(update)?);
    }
    if !projection.is_empty() {
        compiled.projection = Some(writer.projection(projection)?);
    }
    let bytes = writer.bytes;
    if compiled.texts().any(|text| text.len() > MAX_BYTES) {
        compiled.number(prefixes, given)?;
    }
    compiled.check_size(bytes, given)?;
    Ok(compiled)
}
