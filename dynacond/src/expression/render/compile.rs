//! Compiling: the tree written as text with placeholders, each clause after DynamoDB's rules have been asked of it.
//!
//! One namespace of placeholders serves a whole request, its condition and its update together. Values move out of the
//! tree into the request.
use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::condition::Condition;
use crate::expression::error::ExpressionError;
use crate::expression::render::compiled::MAX_BYTES;
use crate::expression::render::compiled::{Compiled, Placeholders, Prefixes};
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

impl<I> Condition<I> {
    /// Compiles into a request that has placeholders already, or gets some later: theirs are kept and not taken again, and
    /// ours begin otherwise.
    pub(crate) fn compile_beside(
        self,
        prefixes: Prefixes,
        given: Placeholders,
    ) -> Result<Expression, ExpressionError> {
        let mut compiled = compile_into(Expressions::of(self.node), prefixes, Some(&given))?;
        compiled.placeholders.names.extend(given.names);
        compiled.placeholders.values.extend(given.values);
        Ok(compiled.into())
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

/// What a request says of attributes. All of it shares one namespace of placeholders.
#[derive(Default)]
pub(crate) struct Expressions<'e> {
    /// The key condition of a query.
    pub(crate) key_condition: Option<Node>,
    /// The condition of a write, or the filter of a read.
    pub(crate) condition: Option<Node>,
    pub(crate) update: Vec<Change>,
    /// What a read returns; empty is everything.
    pub(crate) projection: &'e [Path],
    /// The key attributes, which have no paths into them.
    pub(crate) keys: &'e [&'e str],
}

impl Expressions<'_> {
    /// A condition alone.
    pub(crate) fn of(condition: Node) -> Self {
        Self {
            condition: Some(condition),
            ..Self::default()
        }
    }
}

/// Compiles all that a request says, each clause checked against DynamoDB's rules before it is written.
pub(crate) fn compile(expressions: Expressions<'_>) -> Result<Compiled, ExpressionError> {
    compile_into(expressions, Prefixes::SHORT, None)
}

pub(crate) fn compile_into(
    expressions: Expressions<'_>,
    prefixes: Prefixes,
    given: Option<&Placeholders>,
) -> Result<Compiled, ExpressionError> {
    let Expressions {
        key_condition,
        condition,
        update,
        projection,
        keys,
    } = expressions;
    let clauses = |node: &Option<Node>| node.as_ref().map_or(0, Node::clauses);
    let (in_key, in_condition) = (clauses(&key_condition), clauses(&condition));
    let mut compiled = Compiled::with_room(in_key + in_condition + update.len() + projection.len());
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
