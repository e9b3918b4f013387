//! The guards of arithmetic: an integer attribute stays in the range of its Rust type, or the item would no longer decode.
use std::cmp::Ordering;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::evaluate::truth::holds_on;
use crate::expression::tree::change::{Change, Edit};
use crate::expression::tree::node::{Node, Operator};
use crate::expression::tree::operand::{Operand, Path};
use crate::model::item::Model;
use crate::types::number_range::NumberRange;
use crate::value::item::Item;
use crate::value::whole;
use crate::write::guard_result::Guard;

/// The guard of an `add` or a `subtract`.
#[derive(Clone, Debug)]
pub(crate) struct InRange {
    path: Path,
    pub(crate) node: Node,
    /// Whether it keeps an unsigned attribute from falling below zero.
    above_zero: bool,
}

impl InRange {
    pub(crate) fn holds_on(&self, item: &Item) -> bool {
        holds_on(&self.node, item)
    }

    pub(crate) fn guard(&self) -> Guard {
        let (attribute, clause) = (self.path.to_string(), self.node.to_string());
        if self.above_zero {
            Guard::NotNegative { attribute, clause }
        } else {
            Guard::InRange { attribute, clause }
        }
    }
}

/// The guards of what is added to and subtracted from integer attributes, but those that the caller's condition states
/// already.
pub(crate) fn in_range(
    model: &Model,
    changes: &[Change],
    condition: Option<&Node>,
) -> Vec<InRange> {
    let stated = |node: &Node| match condition {
        Some(Node::And(parts)) => parts.contains(node),
        Some(other) => other == node,
        None => false,
    };
    let guards = changes.iter().filter_map(|change| guard(model, change));
    guards.filter(|guard| !stated(&guard.node)).collect()
}

/// What the attribute must be before the change: on this side of a bound.
struct Bound {
    within: Operator,
    beyond: Operator,
    number: Operand,
}

impl Bound {
    const fn at_least(number: Operand) -> Self {
        Self {
            within: Operator::Ge,
            beyond: Operator::Lt,
            number,
        }
    }

    const fn at_most(number: Operand) -> Self {
        Self {
            within: Operator::Le,
            beyond: Operator::Gt,
            number,
        }
    }

    /// There is a number, and it is within the bound.
    fn is_kept(&self, path: &Path) -> Node {
        self.compared(self.within, path)
    }

    /// There is no number beyond the bound: also true of what is missing, or is no number.
    fn is_not_passed(&self, path: &Path) -> Node {
        self.compared(self.beyond, path).not()
    }

    fn compared(&self, operator: Operator, path: &Path) -> Node {
        Node::Binary(operator, [Operand::Path(path.clone()), self.number.clone()])
    }
}

/// What a change makes of the number at its path.
#[derive(Clone, Copy)]
enum Arithmetic {
    /// The number and an amount.
    Plus,
    /// The number less an amount.
    Minus,
    /// An amount less the number.
    From,
}

fn guard(model: &Model, change: &Change) -> Option<InRange> {
    let path = &change.path;
    let zero;
    let (arithmetic, by, start, range) = match &change.edit {
        Edit::Arithmetic {
            minus: false,
            by,
            start,
            range,
        } => (Arithmetic::Plus, by, start.as_deref(), *range),
        Edit::Arithmetic {
            minus: true,
            by,
            start,
            range,
        } => (Arithmetic::Minus, by, start.as_deref(), *range),
        Edit::AddNumber(by) => {
            zero = number(0);
            (Arithmetic::Plus, by, Some(&zero), NumberRange::ANY)
        }
        Edit::Formula(formula) => {
            let (by, start) = formula.less_the_number_at(path)?;
            (Arithmetic::From, by, start, NumberRange::ANY)
        }
        _ => return None,
    };
    let range = if range == NumberRange::ANY && path.rest.is_empty() {
        model.range(&path.root)
    } else {
        range
    };
    let amount = match by {
        Operand::Value(AttributeValue::N(number)) => whole(number),
        _ => None,
    };
    let takes_all =
        matches!(arithmetic, Arithmetic::Minus) && amount.is_none_or(|amount| amount >= 0);
    let (bound, above_zero) = match arithmetic {
        // As the caller wrote it.
        Arithmetic::Minus if takes_all && range.is_unsigned() => {
            (Bound::at_least(by.clone()), true)
        }
        Arithmetic::Plus => changed_by(amount?, range)?,
        Arithmetic::Minus => changed_by(-amount?, range)?,
        Arithmetic::From => taken_from(amount?, range)?,
    };
    let fits = |start: &str| {
        let result = whole(start)
            .zip(amount)
            .map(|(start, amount)| match arithmetic {
                Arithmetic::Plus => start + amount,
                Arithmetic::Minus => start - amount,
                Arithmetic::From => amount - start,
            });
        result.is_some_and(|result| range.contains(result))
    };
    let node = match start {
        // Nothing can be taken from what is not there, and the refusal says so.
        None if takes_all && above_zero => bound.is_kept(path),
        // DynamoDB rejects arithmetic on what is missing or no number.
        None => bound.is_not_passed(path),
        Some(Operand::Value(AttributeValue::N(start))) if fits(start) => bound.is_not_passed(path),
        Some(Operand::Path(start)) => {
            let exists = Node::Exists(Operand::Path(path.clone()));
            let from_start = exists.or(bound.is_not_passed(start));
            bound.is_not_passed(path).and(from_start)
        }
        Some(_) => bound.is_kept(path),
    };
    Some(InRange {
        path: path.clone(),
        node,
        above_zero,
    })
}

/// The bound of a number to which `change` is added, and whether the bound keeps an unsigned number above zero.
fn changed_by(change: i128, range: NumberRange) -> Option<(Bound, bool)> {
    match change.cmp(&0) {
        Ordering::Less => {
            let bound = Bound::at_least(number(range.least()? - change));
            Some((bound, range.is_unsigned()))
        }
        Ordering::Equal => None,
        Ordering::Greater => Some((Bound::at_most(number(range.greatest()? - change)), false)),
    }
}

/// The same of a number that is taken from `amount`. The other bound is one that every number in the range keeps.
fn taken_from(amount: i128, range: NumberRange) -> Option<(Bound, bool)> {
    let least = range.least()?;
    match range.greatest() {
        Some(greatest) if amount == least + greatest => None,
        Some(greatest) if amount > least + greatest => {
            Some((Bound::at_least(number(amount - greatest)), false))
        }
        _ => Some((Bound::at_most(number(amount - least)), range.is_unsigned())),
    }
}

fn number(number: i128) -> Operand {
    Operand::Value(AttributeValue::N(number.to_string()))
}
