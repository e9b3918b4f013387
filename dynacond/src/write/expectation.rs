//! What a write expects of the item: stated to DynamoDB as a guard, and evaluated on the item of a refusal.
use std::borrow::Cow;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::error::refusal::{Guard, GuardResult};
use crate::expression::node::{Node, Operator};
use crate::expression::operand::{Operand, Path};
use crate::model::item::{Item, Model};
use crate::model::tag::Tag;
use crate::value::rules as value;

/// What a write expects of the item.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub enum Expectation {
    /// Nothing: an unconditional write.
    Nothing,
    /// No item under the key.
    Absent,
    /// An item under the key.
    Exists,
    /// An item at a version, under a write id.
    At { version: u64, write_id: ExpectedId },
    /// An item without a version, and with the attributes that were read, where they are known: those that the struct may
    /// write and that were not there still are not.
    Unversioned {
        as_read: Option<Vec<(String, AttributeValue)>>,
        absent: Vec<&'static str>,
    },
}

/// Whose write the item is expected to hold.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectedId {
    Is(String),
    /// It was read without one.
    Missing,
    /// Not stated: the write id is switched off, or only a version was given.
    Unstated,
}

impl Expectation {
    /// The version and write id of a tag; `None` for what is unversioned states no more than that.
    pub(crate) fn at(model: &Model, tag: &Tag) -> Self {
        let Some(version) = tag.version else {
            return Self::Unversioned {
                as_read: None,
                absent: Vec::new(),
            };
        };
        let write_id = match (&tag.write_id, model.write_id) {
            (_, None) => ExpectedId::Unstated,
            (Some(id), Some(_)) => ExpectedId::Is(id.clone()),
            (None, Some(_)) => ExpectedId::Missing,
        };
        Self::At { version, write_id }
    }

    /// What was read: the version, or for an unversioned item everything.
    pub(crate) fn as_read(model: &Model, tag: &Tag, item: &Item) -> Self {
        match Self::at(model, tag) {
            Self::Unversioned { .. } => {
                let keys: Vec<_> = model.key_names().collect();
                let mut as_read: Vec<_> = item
                    .iter()
                    .filter(|(name, _)| !keys.contains(&name.as_str()))
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect();
                as_read.sort_by(|a, b| a.0.cmp(&b.0));
                let absent = |name: &&str| !model.is_own(name) && !item.contains_key(*name);
                Self::Unversioned {
                    as_read: Some(as_read),
                    absent: model.names().filter(absent).collect(),
                }
            }
            at => at,
        }
    }

    /// Whether only the item that was read, and no later one, satisfies it: such a write may be sent twice.
    pub(crate) const fn names_write_id(&self) -> bool {
        matches!(
            self,
            Self::At {
                write_id: ExpectedId::Is(_),
                ..
            }
        )
    }

    /// The guard as DynamoDB evaluates it.
    pub(crate) fn node(&self, model: &Model) -> Option<Node> {
        let key = || Operand::Path(Path::new(model.partition_key.name));
        let absent = |name: &'static str| Node::NotExists(Operand::Path(Path::new(name)));
        let equals = |name: Cow<'static, str>, value| {
            let operands = [Operand::Path(Path::new(name)), Operand::Value(value)];
            Node::Binary(Operator::Eq, operands)
        };
        match self {
            Self::Nothing => None,
            Self::Absent => Some(Node::NotExists(key())),
            Self::Exists => Some(Node::Exists(key())),
            Self::At { version, write_id } => {
                let at = equals(model.version.into(), AttributeValue::N(version.to_string()));
                let by = match (write_id, model.write_id) {
                    (ExpectedId::Is(id), Some(name)) => {
                        Some(equals(name.into(), AttributeValue::S(id.clone())))
                    }
                    (ExpectedId::Missing, Some(name)) => Some(absent(name)),
                    _ => None,
                };
                Node::all(std::iter::once(at).chain(by))
            }
            Self::Unversioned {
                as_read,
                absent: still_absent,
            } => {
                let unversioned = [Node::Exists(key()), absent(model.version)];
                let same = as_read
                    .iter()
                    .flatten()
                    .map(|(name, value)| equals(name.clone().into(), value.clone()));
                let still_absent = still_absent.iter().copied().map(absent);
                Node::all(unversioned.into_iter().chain(same).chain(still_absent))
            }
        }
    }

    /// The guard as it stands on the item that DynamoDB evaluated; `None` is a missing item.
    pub(crate) fn evaluate(&self, model: &Model, item: Option<&Item>) -> Option<GuardResult> {
        let found = || item.and_then(|item| version_in(model, item));
        let (guard, holds) = match self {
            Self::Nothing => return None,
            Self::Absent => (Guard::Absent, item.is_none()),
            Self::Exists => (Guard::Exists, item.is_some()),
            // A missing item is its own answer, not a version.
            Self::At { .. } | Self::Unversioned { .. } if item.is_none() => (Guard::Exists, false),
            Self::At { version, write_id } => {
                let same_version = found() == Some(*version);
                let id = model.write_id.and_then(|name| item?.get(name));
                let same_id = match write_id {
                    ExpectedId::Is(expected) => {
                        matches!(id, Some(AttributeValue::S(id)) if id == expected)
                    }
                    ExpectedId::Missing => id.is_none(),
                    ExpectedId::Unstated => true,
                };
                let differs = same_version && !same_id;
                let guard = match (write_id, id, model.write_id) {
                    (ExpectedId::Missing, _, Some(attribute))
                    | (ExpectedId::Is(_), None, Some(attribute))
                        if differs =>
                    {
                        Guard::WriteId {
                            version: *version,
                            attribute,
                            found: id.is_some(),
                        }
                    }
                    _ => Guard::Version {
                        expected: *version,
                        found: found(),
                        recreated: differs,
                    },
                };
                (guard, same_version && same_id)
            }
            Self::Unversioned { as_read, absent } => {
                let unversioned = item.is_some_and(|item| !item.contains_key(model.version));
                let same = as_read.iter().flatten().all(|(name, read)| {
                    item.and_then(|item| item.get(name))
                        .is_some_and(|now| value::equal(now, read))
                });
                let is_absent = |name: &&str| item.is_none_or(|item| !item.contains_key(*name));
                let same = same && absent.iter().all(is_absent);
                (Guard::Unversioned { found: found() }, unversioned && same)
            }
        };
        Some(GuardResult { guard, holds })
    }
}

/// The version that an item has.
pub(crate) fn version_in(model: &Model, item: &Item) -> Option<u64> {
    match item.get(model.version) {
        Some(AttributeValue::N(number)) => number.parse().ok(),
        _ => None,
    }
}

/// The write id that an item holds.
pub(crate) fn write_id_in<'a>(model: &Model, item: &'a Item) -> Option<&'a str> {
    match item.get(model.write_id?) {
        Some(AttributeValue::S(id)) => Some(id),
        _ => None,
    }
}
