//! The guards of arithmetic. They keep an integer attribute in the range of its Rust type, because otherwise the item would no
//! longer decode.
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
    /// Whether the guard prevents that an unsigned attribute falls below zero.
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

/// Returns the guards for additions to and subtractions from integer attributes, except those that the caller's condition already
/// contains.
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

/// The bound that the attribute must keep before the change.
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

    /// The attribute is a number within the bound.
    fn is_kept(&self, path: &Path) -> Node {
        self.compared(self.within, path)
    }

    /// The attribute is not a number beyond the bound. This is also true if it is missing or is not a number.
    fn is_not_passed(&self, path: &Path) -> Node {
        self.compared(self.beyond, path).not()
    }

    fn compared(&self, operator: Operator, path: &Path) -> Node {
        Node::Binary(operator, [Operand::Path(path.clone()), self.number.clone()])
    }
}

/// The arithmetic of a change on the number at its path.
#[derive(Clone, Copy)]
enum Arithmetic {
    /// The number plus an amount.
    Plus,
    /// The number minus an amount.
    Minus,
    /// An amount minus the number.
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
        // In the form in which a caller would write it.
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
        // A missing number cannot be reduced, and the refusal shows that it is missing.
        None if takes_all && above_zero => bound.is_kept(path),
        // DynamoDB itself rejects arithmetic on a missing attribute or a value that is not a number.
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

/// Returns the bound of a number to which `change` is added, and whether the bound prevents that an unsigned number falls below
/// zero.
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

/// Returns the same for a number that is subtracted from `amount`. Every number in the range keeps the other bound.
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
