//! DynamoDB's static rules for one clause or one change. The writer checks them before it writes, and the parser after it has read.
//! For the evaluator, a clause that breaks a rule is never true.
//!
//! Rules: [Condition expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html),
//! [Update expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html).
use std::cmp::Ordering;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::error::ExpressionError;
use crate::expression::tree::change::{Change, Edit};
use crate::expression::tree::formula::{Formula, Join};
use crate::expression::tree::name::Name;
use crate::expression::tree::node::{MAX_OPERATORS, Node, Operator};
use crate::expression::tree::operand::{Measured, Operand, Path, Segment};
use crate::types::data_type::DataType;
use crate::value::rule::Rule;
use crate::value::show::{LONGEST_CLAUSE, at_most};
use crate::value::{self, MAX_DEPTH, data_type};

/// Checks a clause. `keys` are the key attributes, into which no path may lead.
pub(super) fn check_clause(clause: &Node, keys: &[&str]) -> Result<(), ExpressionError> {
    let checked = match clause {
        Node::Binary(operator, operands) => check_operands(&operands[0], &operands[1..], keys)
            .and_then(|()| binary_rules(*operator, operands)),
        Node::Between(operands) => check_operands(&operands[0], &operands[1..], keys)
            .and_then(|()| between_rules(operands)),
        Node::In(a, list) => check_operands(a, list, keys),
        Node::Exists(Operand::Path(path)) | Node::NotExists(Operand::Path(path)) => {
            check_path(path, keys)
        }
        Node::Exists(_) | Node::NotExists(_) => Err(Rule::NotAPath),
        Node::Invalid(rule, _) => Err(rule.clone()),
        Node::Not(_) | Node::And(_) | Node::Or(_) => Ok(()),
    };
    checked.map_err(|rule| broken(rule, clause))
}

/// Checks a change. `keys` are the key attributes, which never change.
pub(super) fn check_change(change: &Change, keys: &[&str]) -> Result<(), ExpressionError> {
    let Change { path, edit } = change;
    let checked = if keys.contains(&&*path.root) {
        Err(Rule::UpdatesKey)
    } else {
        check_path(path, keys)
            .and_then(|()| {
                edit.operands()
                    .try_for_each(|operand| check_operand(operand, keys))
            })
            .and_then(|()| update_rules(edit))
            .and_then(|()| match edit {
                Edit::Formula(formula) => formula_rules(formula),
                _ => Ok(()),
            })
    };
    checked.map_err(|rule| broken(rule, change))
}

/// Checks that no two paths lead to the same place, that no path leads into another, and that no two paths use the same place as a
/// map and as a list.
pub(super) fn check_paths(mut paths: Vec<&Path>) -> Result<(), ExpressionError> {
    // After sorting, a path comes right before the first path that leads into it, and within one place the names come before the
    // indexes.
    paths.sort_by(|a, b| a.root.cmp(&b.root).then_with(|| a.rest.cmp(&b.rest)));
    paths
        .windows(2)
        .try_for_each(|pair| check_pair(pair[0], pair[1]))
}

/// Checks two paths of one expression. An error names the second one.
pub(super) fn check_pair(other: &Path, path: &Path) -> Result<(), ExpressionError> {
    if other.covers(path) || path.covers(other) {
        Err(broken(Rule::Overlap, path))
    } else if other.conflicts_with(path) {
        Err(broken(Rule::PathConflict, path))
    } else {
        Ok(())
    }
}

/// Checks the number of operators and functions of a whole text.
pub(super) fn check_operators(operators: usize, what: &str) -> Result<(), ExpressionError> {
    if operators <= MAX_OPERATORS {
        return Ok(());
    }
    let limit = MAX_OPERATORS;
    let rule = Rule::TooManyOperators { operators, limit };
    Err(broken(rule, &format_args!("the whole {what}")))
}

fn broken(rule: Rule, clause: &dyn fmt::Display) -> ExpressionError {
    let clause = at_most(LONGEST_CLAUSE, clause);
    ExpressionError { rule, clause }
}

#[inline]
fn check_operands(first: &Operand, more: &[Operand], keys: &[&str]) -> Result<(), Rule> {
    check_operand(first, keys)?;
    for operand in more {
        check_operand(operand, keys)?;
    }
    // DynamoDB does compare equal values and equal sizes (captured in us-east-1 and eu-west-2).
    if matches!(first, Operand::Path(_)) && more.contains(first) {
        return Err(Rule::SameOperand);
    }
    Ok(())
}

#[inline]
fn check_operand(operand: &Operand, keys: &[&str]) -> Result<(), Rule> {
    match operand {
        Operand::Path(path) | Operand::Size(Measured::Path(path)) => check_path(path, keys),
        Operand::Value(value) => value::check(value),
        Operand::Size(Measured::Value(value)) => match value::size(value) {
            Some(_) => value::check(value),
            None => Err(Rule::NoSize {
                data_type: data_type(value),
            }),
        },
        Operand::Invalid(rule) => Err(rule.clone()),
    }
}

#[inline]
fn check_path(path: &Path, keys: &[&str]) -> Result<(), Rule> {
    check_name(&path.root)?;
    if path.rest.is_empty() {
        return Ok(());
    }
    if path.rest.len() >= MAX_DEPTH {
        return Err(Rule::TooDeep { limit: MAX_DEPTH });
    }
    if keys.contains(&&*path.root) {
        return Err(Rule::PathIntoKey);
    }
    path.rest.iter().try_for_each(|segment| match segment {
        Segment::Name(name) => check_name(name),
        Segment::Index(_) => Ok(()),
    })
}

#[inline]
fn check_name(name: &Name) -> Result<(), Rule> {
    match name {
        Name::NoText(reason) => Err(Rule::Encode(reason.to_string())),
        name if name.is_empty() || name.len() > 65_535 => Err(Rule::NameLength),
        _ => Ok(()),
    }
}

fn literal(operand: &Operand) -> Option<&AttributeValue> {
    match operand {
        Operand::Value(value) => Some(value),
        _ => None,
    }
}

/// Checks the operands of an operator, as DynamoDB does before it reads the item.
fn binary_rules(operator: Operator, operands: &[Operand; 2]) -> Result<(), Rule> {
    let [a, b] = operands;
    match operator {
        Operator::Eq | Operator::Ne | Operator::Contains => Ok(()),
        Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge => ordered(a).and(ordered(b)),
        Operator::BeginsWith => operands.iter().try_for_each(|operand| match operand {
            // A size is a number.
            Operand::Size(_) => Err(Rule::NotAPrefix { data_type: "N" }),
            Operand::Value(AttributeValue::S(_) | AttributeValue::B(_))
            | Operand::Path(_)
            | Operand::Invalid(_) => Ok(()),
            Operand::Value(value) => Err(Rule::NotAPrefix {
                data_type: data_type(value),
            }),
        }),
        Operator::AttributeType => match literal(b) {
            Some(AttributeValue::S(name)) if DataType::NAMES.contains(&name.as_str()) => Ok(()),
            _ => Err(Rule::NotATypeName),
        },
    }
}

fn between_rules([a, low, high]: &[Operand; 3]) -> Result<(), Rule> {
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

fn ordered(operand: &Operand) -> Result<(), Rule> {
    match literal(operand) {
        None | Some(AttributeValue::S(_) | AttributeValue::N(_) | AttributeValue::B(_)) => Ok(()),
        Some(value) => Err(Rule::NotOrdered {
            data_type: data_type(value),
        }),
    }
}

/// Checks the terms of a formula, which have their own rules.
fn formula_rules(formula: &Formula) -> Result<(), Rule> {
    let literals = formula.terms().filter_map(|term| literal(term.operand()));
    match formula.right.as_ref().map(|(join, _)| *join) {
        None => Ok(()),
        Some(Join::Plus | Join::Minus) => numbers(literals),
        Some(Join::Append) => lists(literals),
    }
}

fn numbers<'v>(mut literals: impl Iterator<Item = &'v AttributeValue>) -> Result<(), Rule> {
    match literals.find(|value| !matches!(value, AttributeValue::N(_))) {
        Some(value) => Err(Rule::NotANumeric {
            data_type: data_type(value),
        }),
        None => Ok(()),
    }
}

fn lists<'v>(mut literals: impl Iterator<Item = &'v AttributeValue>) -> Result<(), Rule> {
    match literals.find(|value| !matches!(value, AttributeValue::L(_))) {
        Some(value) => Err(Rule::NotAList {
            data_type: data_type(value),
        }),
        None => Ok(()),
    }
}

fn update_rules(edit: &Edit) -> Result<(), Rule> {
    if edit
        .operands()
        .any(|operand| matches!(operand, Operand::Size(_)))
    {
        return Err(Rule::SizeInUpdate);
    }
    let mut literals = edit.operands().filter_map(literal);
    match edit {
        Edit::Arithmetic { .. } | Edit::AddNumber(_) => numbers(literals),
        Edit::Append { .. } => lists(literals),
        Edit::Insert(_) | Edit::Delete(_) => {
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
