//! Compiling: the tree written as text with placeholders, each clause after DynamoDB's rules have been asked of it.
//!
//! One namespace of placeholders serves a whole request, its condition and its update together. Values move out of the
//! tree into the request.
use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use super::change::Change;
use super::condition::Condition;
use super::node::Node;
use super::writer::Writer;
use crate::error::error::Result;
use crate::expression::rule::{ExpressionError, Rule};
use crate::model::item::Item;
use crate::value::rules as value;

/// Bytes of an expression as sent.
///
/// [Constraints: expression parameters](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters)
pub(crate) const MAX_BYTES: usize = 4096;
/// Bytes of names and values of a request.
pub(crate) const MAX_SUBSTITUTIONS: usize = 2 * 1024 * 1024;

/// A compiled condition: what the SDK's `condition_expression`, `expression_attribute_names` and
/// `expression_attribute_values` take.
///
/// The maps hold exactly the placeholders that the text uses; DynamoDB refuses an empty map, so give it `None` then.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Expression {
    /// The text: `#status = :status AND #stock >= :stock`.
    pub text: String,
    /// From name placeholder to attribute name.
    pub names: HashMap<String, String>,
    /// From value placeholder to value.
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
    /// The text with its placeholders: deterministic, with the fewest parentheses that DynamoDB's precedence needs.
    ///
    /// Placeholders are the attributes' names, or numbers when the text would pass 4,096 bytes.
    ///
    /// ```
    /// use dynacond::attr;
    /// let compiled = attr("status").eq("pending").and(attr("stock").ge(3)).compile()?;
    /// assert_eq!(compiled.text, "#status = :status AND #stock >= :stock");
    /// assert_eq!(compiled.names["#status"], "status");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Expression`](crate::Error::Expression) names the rule of DynamoDB that it breaks, and the clause.
    pub fn compile(self) -> Result<Expression> {
        Ok(compile(Some(self.node), Vec::new(), &[])?.into())
    }

    /// Compiles into a request that has placeholders already, or gets some later: theirs are kept and not taken again, and
    /// ours begin otherwise.
    pub(crate) fn compile_beside(
        self,
        signs: Signs,
        given: Placeholders,
    ) -> Result<Expression, ExpressionError> {
        let mut compiled = compile_into(Some(self.node), Vec::new(), &[], signs, Some(&given))?;
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

/// How placeholders begin.
#[derive(Clone, Copy)]
pub(crate) struct Signs {
    pub(crate) name: &'static str,
    pub(crate) value: &'static str,
}

impl Signs {
    const PLAIN: Self = Self {
        name: "#",
        value: ":",
    };
}

/// The expressions of one request.
pub(crate) struct Compiled {
    pub(crate) condition: Option<String>,
    pub(crate) update: Option<String>,
    pub(crate) placeholders: Placeholders,
}

/// What the placeholders of a request stand for.
#[derive(Default)]
pub(crate) struct Placeholders {
    pub(crate) names: HashMap<String, String>,
    pub(crate) values: Item,
}

/// Compiles a request's condition and update; `keys` are the key attributes, which have no paths into them.
pub(crate) fn compile(
    condition: Option<Node>,
    update: Vec<Change>,
    keys: &[&str],
) -> Result<Compiled, ExpressionError> {
    compile_into(condition, update, keys, Signs::PLAIN, None)
}

fn compile_into(
    condition: Option<Node>,
    update: Vec<Change>,
    keys: &[&str],
    signs: Signs,
    given: Option<&Placeholders>,
) -> Result<Compiled, ExpressionError> {
    let clauses = condition.as_ref().map_or(0, Node::clauses);
    let mut compiled = Compiled::with_room(clauses + update.len());
    let mut writer = Writer::new(keys, signs, given, &mut compiled.placeholders);
    if let Some(node) = condition {
        compiled.condition = Some(writer.condition(node, clauses)?);
    }
    if !update.is_empty() {
        compiled.update = Some(writer.update(update)?);
    }
    let bytes = writer.bytes;
    if compiled.longest() > MAX_BYTES {
        compiled.number(signs, given)?;
    }
    compiled.check_size(bytes, given)?;
    Ok(compiled)
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
    fn with_room(clauses: usize) -> Self {
        Self {
            condition: None,
            update: None,
            placeholders: Placeholders {
                names: HashMap::with_capacity(clauses),
                values: HashMap::with_capacity(clauses),
            },
        }
    }

    /// Names and values within their limit; `bytes` is an upper bound of ours.
    fn check_size(
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

    fn longest(&self) -> usize {
        let texts = self.condition.iter().chain(&self.update);
        texts.map(String::len).max().unwrap_or(0)
    }
}
