//! The guards of arithmetic: an integer attribute stays in the range of its Rust type, or the item would no longer decode.
use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::evaluate::truth::holds_on;
use crate::expression::tree::change::{ActionKind, Change};
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

fn guard(model: &Model, change: &Change) -> Option<InRange> {
    let ActionKind::Arithmetic {
        minus,
        by,
        start,
        range,
    } = &change.action
    else {
        return None;
    };
    let path = &change.path;
    let range = if *range == NumberRange::ANY && path.rest.is_empty() {
        model.range(&path.root)
    } else {
        *range
    };
    let amount = match by {
        Operand::Value(AttributeValue::N(number)) => whole(number),
        _ => None,
    };
    let change = amount.map(|amount| if *minus { -amount } else { amount });
    let takes = change.map_or(*minus, |change| change < 0 || (change == 0 && *minus));
    let above_zero = takes && range.is_unsigned();
    let bound = match change {
        // As the caller wrote it.
        _ if above_zero && *minus => Bound::at_least(by.clone()),
        Some(change) if takes => Bound::at_least(number(range.least()? - change)),
        Some(0) | None => return None,
        Some(change) => Bound::at_most(number(range.greatest()? - change)),
    };
    let node = match start.as_deref() {
        // Nothing can be taken from what is not there, and the refusal says so.
        None if above_zero && *minus => bound.is_kept(path),
        // DynamoDB rejects arithmetic on what is missing or no number.
        None => bound.is_not_passed(path),
        Some(Operand::Value(AttributeValue::N(start))) if fits(start, change, range) => {
            bound.is_not_passed(path)
        }
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

fn number(number: i128) -> Operand {
    Operand::Value(AttributeValue::N(number.to_string()))
}

/// Whether the start of a missing attribute is in range after the change, too.
fn fits(start: &str, change: Option<i128>, range: NumberRange) -> bool {
    let (Some(start), Some(change)) = (whole(start), change) else {
        return false;
    };
    let result = start + change;
    range.least().is_none_or(|least| least <= result)
        && range.greatest().is_none_or(|greatest| result <= greatest)
}
