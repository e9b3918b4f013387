//! The first pass of compiling: every static rule of DynamoDB, and a measure of the text and its placeholders.
//!
//! Rules: [Condition expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html),
//! [Update expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html).
use std::cmp::Ordering;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use super::node::{Node, Operator};
use super::operand::{Measured, Operand, Path, Segment};
use super::update::{ActionKind, Change};
use super::value::{self, MAX_DEPTH, data_type};
use crate::data_type::DataType;
use crate::rule::{ExpressionError, Rule};

/// Operators and functions in an expression.
///
/// [Constraints: expression parameters](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters)
pub(crate) const MAX_OPERATORS: usize = 300;
/// A readable placeholder keeps this much of the attribute's name; DynamoDB takes 255 bytes.
pub(super) const MAX_PLACEHOLDER: usize = 64;
/// Room for `_` and a number behind a placeholder that is taken, and for the longest [`Signs`](super::compile::Signs).
const MAX_SUFFIX: usize = 9;

/// What the expressions of one request come to; all of it at most.
#[derive(Default)]
pub(super) struct Check<'a> {
    /// The key attributes: nothing leads into them, and nothing changes them.
    keys: &'a [&'a str],
    operators: usize,
    /// The length of the longest text with readable placeholders.
    pub(super) text: usize,
    bytes: usize,
    /// How many placeholders there are.
    pub(super) names: usize,
    pub(super) values: usize,
    /// The bytes of names and values, with their placeholders.
    pub(super) substitutions: usize,
}

impl<'a> Check<'a> {
    pub(super) fn new(keys: &'a [&'a str]) -> Self {
        Self {
            keys,
            ..Self::default()
        }
    }

    pub(super) fn condition(&mut self, node: &Node) -> Result<(), ExpressionError> {
        self.node(node)?;
        self.end("condition")
    }

    /// The end of a text.
    fn end(&mut self, what: &str) -> Result<(), ExpressionError> {
        self.text = self.text.max(std::mem::take(&mut self.bytes));
        let operators = std::mem::take(&mut self.operators);
        if operators <= MAX_OPERATORS {
            return Ok(());
        }
        let rule = Rule::TooManyOperators {
            operators,
            limit: MAX_OPERATORS,
        };
        Err(ExpressionError {
            rule,
            clause: format!("the whole {what}"),
        })
    }

    fn node(&mut self, node: &Node) -> Result<(), ExpressionError> {
        match node {
            Node::And(parts) | Node::Or(parts) => {
                self.operators += parts.len().saturating_sub(1);
                self.bytes += parts.len() * " AND ".len() + 2;
                parts.iter().try_for_each(|part| self.node(part))
            }
            Node::Not(inner) => {
                self.operators += 1;
                self.bytes += "NOT ()".len();
                self.node(inner)
            }
            Node::Invalid(rule, clause) => Err(broken(rule.clone(), clause)),
            clause => self.clause(clause).map_err(|rule| broken(rule, clause)),
        }
    }

    fn clause(&mut self, clause: &Node) -> Result<(), Rule> {
        self.operators += 1;
        self.bytes += "attribute_not_exists()".len();
        let (first, more) = clause.operand_slices();
        let path = first.iter().chain(more).find_map(Operand::path);
        let name = path.map_or(1, |path| path.last_name().len());
        for operand in first.iter().chain(more) {
            self.operand(operand, name)?;
        }
        if let [a, rest @ ..] = first
            && rest.iter().chain(more).any(|b| a == b)
        {
            return Err(Rule::SameOperand);
        }
        rules(clause)
    }

    #[inline]
    fn operand(&mut self, operand: &Operand, name: usize) -> Result<(), Rule> {
        self.bytes += ", ".len();
        match operand {
            Operand::Path(path) => self.path(path),
            Operand::Value(value) => self.value(value, name),
            Operand::Size(measured) => self.size(measured, name),
            Operand::Invalid(rule) => Err(rule.clone()),
        }
    }

    fn value(&mut self, value: &AttributeValue, name: usize) -> Result<(), Rule> {
        let placeholder = 1 + name.min(MAX_PLACEHOLDER) + MAX_SUFFIX;
        self.values += 1;
        self.bytes += placeholder;
        self.substitutions += placeholder + value::size_at_most(value);
        value::check(value)
    }

    fn size(&mut self, measured: &Measured, name: usize) -> Result<(), Rule> {
        self.bytes += "size()".len();
        match measured {
            Measured::Path(path) => self.path(path),
            Measured::Value(value) if value::size(value).is_none() => Err(Rule::NoSize {
                data_type: data_type(value),
            }),
            Measured::Value(value) => self.value(value, name),
        }
    }

    fn path(&mut self, path: &Path) -> Result<(), Rule> {
        self.name(&path.root)?;
        if path.rest.is_empty() {
            return Ok(());
        }
        if path.rest.len() >= MAX_DEPTH {
            return Err(Rule::TooDeep { limit: MAX_DEPTH });
        }
        if self.keys.contains(&&*path.root) {
            return Err(Rule::PathIntoKey);
        }
        path.rest.iter().try_for_each(|segment| match segment {
            Segment::Name(name) => self.name(name),
            Segment::Index(_) => {
                self.bytes += "[4294967295]".len();
                Ok(())
            }
        })
    }

    fn name(&mut self, name: &str) -> Result<(), Rule> {
        if name.is_empty() || name.len() > 65_535 {
            return Err(Rule::NameLength);
        }
        let placeholder = 2 + name.len().min(MAX_PLACEHOLDER) + MAX_SUFFIX;
        self.names += 1;
        self.bytes += placeholder;
        self.substitutions += placeholder + name.len();
        Ok(())
    }

    pub(super) fn update(&mut self, changes: &[Change]) -> Result<(), ExpressionError> {
        for change in changes {
            self.change(change).map_err(|rule| broken(rule, change))?;
        }
        // Sorted, a path stands right before the first of those that lead into it.
        let mut paths: Vec<&Path> = changes.iter().map(|change| &change.path).collect();
        paths.sort_by(|a, b| a.root.cmp(&b.root).then_with(|| a.rest.cmp(&b.rest)));
        match paths.windows(2).find(|pair| pair[0].covers(pair[1])) {
            Some(pair) => Err(broken(Rule::Overlap, pair[1])),
            None => self.end("update"),
        }
    }

    fn change(&mut self, Change { path, action }: &Change) -> Result<(), Rule> {
        if self.keys.contains(&&*path.root) {
            return Err(Rule::UpdatesKey);
        }
        let before = self.bytes;
        self.path(path)?;
        // The path stands twice in arithmetic and in functions; its placeholders are the same.
        self.bytes += self.bytes - before + "DELETE , = list_append(, if_not_exists(, ))".len();
        let name = path.last_name().len();
        for operand in action.operands() {
            self.operand(operand, name)?;
        }
        self.operators += action.operators();
        update_rules(action)
    }
}

fn broken(rule: Rule, clause: &dyn fmt::Display) -> ExpressionError {
    ExpressionError {
        rule,
        clause: clause.to_string(),
    }
}

/// The static rules of one clause: `parse` reports them with their place, and the evaluator lets no such clause hold.
pub(super) fn check_clause(clause: &Node) -> Result<(), ExpressionError> {
    Check::default().node(clause)
}

fn literal(operand: &Operand) -> Option<&AttributeValue> {
    match operand {
        Operand::Value(value) => Some(value),
        _ => None,
    }
}

/// What DynamoDB refuses of an operator's operands whatever the item holds.
fn rules(clause: &Node) -> Result<(), Rule> {
    match clause {
        Node::Binary(Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge, [a, b]) => {
            ordered(a).and(ordered(b))
        }
        // A size is a number.
        Node::Binary(Operator::BeginsWith, [Operand::Size(_), _] | [_, Operand::Size(_)]) => {
            Err(Rule::NotAPrefix { data_type: "N" })
        }
        Node::Binary(Operator::BeginsWith, [a, b]) => {
            match [a, b]
                .into_iter()
                .filter_map(literal)
                .find(|v| !matches!(v, AttributeValue::S(_) | AttributeValue::B(_)))
            {
                Some(value) => Err(Rule::NotAPrefix {
                    data_type: data_type(value),
                }),
                None => Ok(()),
            }
        }
        Node::Binary(Operator::AttributeType, [_, b]) => match literal(b) {
            Some(AttributeValue::S(name)) if DataType::NAMES.contains(&name.as_str()) => Ok(()),
            _ => Err(Rule::NotATypeName),
        },
        Node::Between(operands) => {
            let [a, low, high] = &**operands;
            ordered(a).and(ordered(low)).and(ordered(high))?;
            match (literal(low), literal(high)) {
                (Some(low), Some(high)) => match value::compare(low, high) {
                    Some(Ordering::Greater) => Err(Rule::BoundsReversed),
                    Some(_) => Ok(()),
                    None => Err(Rule::BoundsDiffer {
                        low: data_type(low),
                        high: data_type(high),
                    }),
                },
                _ => Ok(()),
            }
        }
        Node::Exists(a) | Node::NotExists(a) if !matches!(a, Operand::Path(_)) => {
            Err(Rule::NotAPath)
        }
        _ => Ok(()),
    }
}

fn ordered(operand: &Operand) -> Result<(), Rule> {
    match literal(operand) {
        None | Some(AttributeValue::S(_) | AttributeValue::N(_) | AttributeValue::B(_)) => Ok(()),
        Some(value) => Err(Rule::NotOrdered {
            data_type: data_type(value),
        }),
    }
}

fn update_rules(action: &ActionKind) -> Result<(), Rule> {
    if action
        .operands()
        .any(|operand| matches!(operand, Operand::Size(_)))
    {
        return Err(Rule::SizeInUpdate);
    }
    let mut literals = action.operands().filter_map(literal);
    match action {
        ActionKind::Arithmetic { .. } => {
            match literals.find(|value| !matches!(value, AttributeValue::N(_))) {
                Some(value) => Err(Rule::NotANumeric {
                    data_type: data_type(value),
                }),
                None => Ok(()),
            }
        }
        ActionKind::Append { .. } => {
            match literals.find(|value| !matches!(value, AttributeValue::L(_))) {
                Some(value) => Err(Rule::NotAList {
                    data_type: data_type(value),
                }),
                None => Ok(()),
            }
        }
        ActionKind::Insert(_) | ActionKind::Delete(_) => {
            let set = |value: &&AttributeValue| {
                !matches!(
                    value,
                    AttributeValue::Ss(_) | AttributeValue::Ns(_) | AttributeValue::Bs(_)
                )
            };
            match literals.find(set) {
                Some(value) => Err(Rule::NotASet {
                    data_type: data_type(value),
                }),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}
