//! Guards: the conditions for what a write expects, and their results on the item of a refusal.
use std::borrow::Cow;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::tree::change::Change;
use crate::expression::tree::node::{Node, Operator};
use crate::expression::tree::operand::{Operand, Path};
use crate::model::item::Model;
use crate::value;
use crate::value::item::Item;
use crate::write::expectation::{Expectation, ExpectedId, Unversioned, version_in};
use crate::write::guard_result::{Guard, GuardResult};

fn equals(name: Cow<'static, str>, value: AttributeValue) -> Node {
    let operands = [Operand::Path(Path::new(name)), Operand::Value(value)];
    Node::Binary(Operator::Eq, operands)
}

fn exists(name: &'static str) -> Node {
    Node::Exists(Operand::Path(Path::new(name)))
}

fn absent(name: impl Into<Cow<'static, str>>) -> Node {
    Node::NotExists(Operand::Path(Path::new(name.into())))
}

/// The top-level attributes that an update changes.
fn roots(changes: &[Change]) -> impl Iterator<Item = &str> {
    changes.iter().map(|change| &*change.path.root)
}

impl Expectation {
    /// Returns the guard of a write with these changes, as a condition.
    pub(crate) fn node(&self, model: &Model, changes: &[Change]) -> Option<Node> {
        let key = model.partition_key.name;
        match self {
            Self::Nothing => None,
            Self::Absent => Some(absent(key)),
            Self::Exists => Some(exists(key)),
            Self::At { version, write_id } => {
                let at = model.version.map(|name| match version {
                    Some(version) => equals(name.into(), AttributeValue::N(version.to_string())),
                    None => absent(name),
                });
                let by = match (write_id, model.write_id) {
                    (ExpectedId::Is(id), Some(name)) => {
                        Some(equals(name.into(), AttributeValue::S(id.clone())))
                    }
                    (ExpectedId::Missing, Some(name)) => Some(absent(name)),
                    _ => None,
                };
                Node::all(at.into_iter().chain(by))
            }
            Self::Unversioned(unversioned) => {
                let same = unversioned.as_read.iter().flatten();
                let same = same.map(|(name, value)| equals(name.clone().into(), value.clone()));
                let absent_still = unversioned.absent(model, roots(changes));
                let guards = std::iter::once(exists(key)).chain(model.mark().map(absent));
                Node::all(
                    guards
                        .chain(same)
                        .chain(absent_still.into_iter().map(absent)),
                )
            }
            Self::Contradictory(both) => {
                Node::all(both.iter().filter_map(|one| one.node(model, changes)))
            }
        }
    }

    /// Returns the results of the guards on the item that DynamoDB evaluated. `None` is a missing item.
    pub(crate) fn evaluate(
        &self,
        model: &Model,
        changes: &[Change],
        item: Option<&Item>,
    ) -> Vec<GuardResult> {
        let found = || item.and_then(|item| version_in(model, item));
        let (guard, holds) = match self {
            Self::Nothing => return Vec::new(),
            Self::Contradictory(both) => {
                let one = |one: &Self| one.evaluate(model, changes, item);
                return both.iter().flat_map(one).collect();
            }
            Self::Absent => (Guard::Absent, item.is_none()),
            Self::Exists => (Guard::Exists, item.is_some()),
            // A missing item is reported as such, and not as another version.
            Self::At { .. } | Self::Unversioned(_) if item.is_none() => (Guard::Exists, false),
            Self::At { version, write_id } => at(model, *version, write_id, item),
            Self::Unversioned(unversioned) => {
                let holds = item.is_some_and(|item| is_as_read(model, unversioned, changes, item));
                (Guard::Unversioned { found: found() }, holds)
            }
        };
        vec![GuardResult { guard, holds }]
    }

    /// Whether the item fulfils the expectation.
    pub(crate) fn holds_on(&self, model: &Model, item: Option<&Item>) -> bool {
        let guards = self.evaluate(model, &[], item);
        guards.iter().all(|guard| guard.holds)
    }
}

fn at(
    model: &Model,
    version: Option<u64>,
    write_id: &ExpectedId,
    item: Option<&Item>,
) -> (Guard, bool) {
    let found = item.and_then(|item| version_in(model, item));
    let id = model.write_id.and_then(|name| item?.get(name));
    let same_id = match write_id {
        ExpectedId::Is(expected) => {
            matches!(id, Some(AttributeValue::S(id)) if id == expected)
        }
        ExpectedId::Missing => id.is_none(),
        ExpectedId::Unstated => true,
    };
    let Some(version) = version else {
        let guard = match (model.version, model.write_id) {
            (None, Some(attribute)) => Guard::SameWrite {
                attribute,
                found: id.is_some(),
            },
            _ => Guard::Unversioned { found },
        };
        let has_version = |item: &Item| model.version.is_some_and(|name| item.contains_key(name));
        return (
            guard,
            item.is_some_and(|item| !has_version(item)) && same_id,
        );
    };
    let same_version = found == Some(version);
    let differs = same_version && !same_id;
    let guard = match (write_id, id, model.write_id) {
        (ExpectedId::Missing, _, Some(attribute)) | (ExpectedId::Is(_), None, Some(attribute))
            if differs =>
        {
            Guard::WriteId {
                version,
                attribute,
                found: id.is_some(),
            }
        }
        _ => Guard::Version {
            expected: version,
            found,
            recreated: differs,
        },
    };
    (guard, same_version && same_id)
}

/// Whether the item has no version, and is as it was read.
fn is_as_read(model: &Model, unversioned: &Unversioned, changes: &[Change], item: &Item) -> bool {
    let read = unversioned.as_read.iter().flatten();
    let same = |(name, read): &(String, AttributeValue)| {
        item.get(name).is_some_and(|now| value::equal(now, read))
    };
    let absent = unversioned.absent(model, roots(changes));
    model.is_unmarked(item)
        && read.into_iter().all(same)
        && !absent.iter().any(|name| item.contains_key(&**name))
}
