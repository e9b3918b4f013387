//! What a write expects of the item. Expectations accumulate: a second expectation is added to the first and never replaces it.
use std::borrow::Cow;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::model::item::Model;
use crate::model::tag::Tag;
use crate::model::write_id;
use crate::value;
use crate::value::item::Item;

/// What a write expects of the item.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub enum Expectation {
    /// Nothing, for an unconditional write.
    Nothing,
    /// There is no item with the key.
    Absent,
    /// There is an item with the key.
    Exists,
    /// The item has this version and write id. `None` means an item without a version, or a model without one.
    At {
        version: Option<u64>,
        write_id: ExpectedId,
    },
    /// The item has no version, or no write id if the model has no version.
    Unversioned(Unversioned),
    /// Two expectations that no item can fulfil together. DynamoDB refuses the write, and the refusal carries the current item.
    Contradictory(Box<[Expectation; 2]>),
}

/// The write id that the item is expected to have.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectedId {
    Is(String),
    /// The item was read without a write id.
    Missing,
    /// Nothing is expected, because the write id is switched off or only a version was given.
    Unstated,
}

/// What is known of an item without a version.
#[doc(hidden)]
#[derive(Clone, Debug, Default)]
pub struct Unversioned {
    /// The attributes that were read, without the key.
    pub(crate) as_read: Option<Vec<(String, AttributeValue)>>,
    /// Attributes that the struct may write and that the item did not have.
    pub(crate) absent: Vec<&'static str>,
    /// The caller's tags that name a content by its digest, or no content at all. Each is compared with the item before the write
    /// is sent.
    pub(crate) tags: Vec<Option<String>>,
}

impl Expectation {
    /// Returns the expectation for a tag, which names a version and a write id, only a write id, or a content.
    pub(crate) fn at(model: &Model, tag: &Tag) -> Self {
        if model.version.is_none()
            && tag.version.is_some()
            && let Some(id) = &tag.write_id
        {
            // The tag is from a time when the model had a version. The write id alone says as much.
            return Self::at_version(None, ExpectedId::Is(id.clone()));
        }
        let version = tag.version.filter(|_| model.version.is_some());
        match (version, &tag.write_id, model.write_id) {
            (Some(_), _, None) => Self::at_version(version, ExpectedId::Unstated),
            (Some(_), None, Some(_)) => Self::at_version(version, ExpectedId::Missing),
            (version, Some(id), Some(_)) => Self::at_version(version, ExpectedId::Is(id.clone())),
            // A tag with a write id that this model does not read also comes here, and names no content.
            (None, _, _) => Self::Unversioned(Unversioned {
                tags: vec![tag.content.clone()],
                ..Unversioned::default()
            }),
        }
    }

    pub(crate) const fn at_version(version: Option<u64>, write_id: ExpectedId) -> Self {
        Self::At { version, write_id }
    }

    /// Returns the expectation after the item was adopted with this write id.
    pub(crate) fn after_adoption(model: &Model, write_id: ExpectedId) -> Self {
        Self::at_version(model.version.map(|_| 1), write_id)
    }

    /// Returns the expectation for an item that was read: its version and write id, or all its attributes if it has no version.
    pub(crate) fn as_read(model: &Model, item: &Item) -> Self {
        let mut read = Self::version_read(model, item);
        if let Self::Unversioned(unversioned) = &mut read {
            unversioned.holds(model, item);
        }
        read
    }

    /// Returns the expectation for the version and the write id that were read, or for an item that has neither.
    pub(crate) fn version_read(model: &Model, item: &Item) -> Self {
        let version = version_in(model, item);
        let marked = match model.version {
            Some(_) => version.is_some(),
            None => write_id_in(model, item).is_some(),
        };
        if !marked {
            return Self::Unversioned(Unversioned::default());
        }
        let write_id = match (write_id_in(model, item), model.write_id) {
            (_, None) => ExpectedId::Unstated,
            (Some(id), Some(_)) => ExpectedId::Is(id.to_owned()),
            (None, Some(_)) => ExpectedId::Missing,
        };
        Self::at_version(version, write_id)
    }

    /// Joins two expectations.
    pub(crate) fn and(self, model: &Model, other: Self) -> Self {
        match (self, other) {
            // The weaker expectation is part of the stronger one. All that follow imply that the item exists.
            (Self::Nothing, more)
            | (more, Self::Nothing)
            | (
                Self::Exists,
                more @ (Self::Exists
                | Self::At { .. }
                | Self::Unversioned(_)
                | Self::Contradictory(_)),
            )
            | (
                more @ (Self::At { .. } | Self::Unversioned(_) | Self::Contradictory(_)),
                Self::Exists,
            ) => more,
            (Self::Absent, Self::Absent) => Self::Absent,
            (
                Self::At {
                    version: a,
                    write_id: by_a,
                },
                Self::At {
                    version: b,
                    write_id: by_b,
                },
            ) if a == b => match by_a.and(by_b) {
                Ok(write_id) => Self::At {
                    version: a,
                    write_id,
                },
                Err([by_a, by_b]) => Self::Contradictory(Box::new([
                    Self::at_version(a, by_a),
                    Self::at_version(b, by_b),
                ])),
            },
            (Self::Unversioned(mut a), Self::Unversioned(b)) => {
                if let Some(read) = b.as_read {
                    a.add_read(read);
                }
                a.absent.extend(b.absent);
                a.tags.extend(b.tags);
                Self::Unversioned(a)
            }
            // The write id is one of the expected attributes.
            (
                Self::Unversioned(mut unversioned),
                Self::At {
                    version: None,
                    write_id: ExpectedId::Is(id),
                },
            )
            | (
                Self::At {
                    version: None,
                    write_id: ExpectedId::Is(id),
                },
                Self::Unversioned(mut unversioned),
            ) => {
                let name = model.write_id.map(str::to_owned);
                unversioned.add_read(name.map(|name| (name, AttributeValue::S(id))));
                Self::Unversioned(unversioned)
            }
            (a, b) => Self::Contradictory(Box::new([a, b])),
        }
    }

    /// Whether only the item that was read, and no later state of it, fulfils the expectation. Such a write may be sent twice.
    pub(crate) const fn names_write_id(&self) -> bool {
        match self {
            Self::At { write_id, .. } => matches!(write_id, ExpectedId::Is(_)),
            // No item fulfils it.
            Self::Contradictory(_) => true,
            Self::Nothing | Self::Absent | Self::Exists | Self::Unversioned(_) => false,
        }
    }

    /// Whether there is a tag with a content that was not compared with the item yet.
    pub(crate) const fn names_content(&self) -> bool {
        matches!(self, Self::Unversioned(unversioned) if !unversioned.tags.is_empty())
    }

    /// Whether an item may fulfil the expectation after this write was applied.
    pub(crate) const fn holds_after_the_write(&self) -> bool {
        matches!(self, Self::Nothing | Self::Exists)
    }

    /// Returns the version after the write, if it is known.
    pub(crate) fn next_version(&self) -> Option<u64> {
        match self {
            Self::At { version, .. } => Some(version.map_or(1, |n| n.saturating_add(1))),
            Self::Absent | Self::Unversioned(_) | Self::Contradictory(_) => Some(1),
            Self::Nothing | Self::Exists => None,
        }
    }

    /// Returns the id of a write with this expectation. If the expectation names the write id that is replaced, the incarnation
    /// stays the same.
    pub(crate) fn stamp(&self, fresh: String) -> String {
        match self {
            Self::At {
                write_id: ExpectedId::Is(replaced),
                ..
            } => write_id::following(fresh, replaced),
            _ => fresh,
        }
    }
}

impl ExpectedId {
    fn and(self, other: Self) -> Result<Self, [Self; 2]> {
        match (self, other) {
            (Self::Unstated, other) | (other, Self::Unstated) => Ok(other),
            (a, b) if a == b => Ok(a),
            both => Err(both.into()),
        }
    }
}

impl Unversioned {
    /// Adds what is known of an item that was read.
    pub(crate) fn holds(&mut self, model: &Model, item: &Item) {
        let keys: Vec<_> = model.key_names().collect();
        let read = item
            .iter()
            .filter(|(name, _)| !keys.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()));
        self.add_read(read);
        // Adoption also sets a write id.
        let set = model.names().filter(|name| !model.is_own(name));
        let set = set.chain(model.write_id.filter(|_| model.version.is_some()));
        self.absent
            .extend(set.filter(|name| !item.contains_key(*name)));
    }

    /// Sorted and without duplicates, so that the same item gives the same request.
    fn add_read(&mut self, read: impl IntoIterator<Item = (String, AttributeValue)>) {
        let all = self.as_read.get_or_insert_default();
        all.extend(read);
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all.dedup_by(|a, b| a.0 == b.0 && value::equal(&a.1, &b.1));
    }

    /// Returns the attributes that were missing when the item was read: those that the struct may write, and those that the write
    /// `changes`. It is empty if the item was not read.
    pub(crate) fn absent<'s>(
        &'s self,
        model: &'s Model,
        changes: impl Iterator<Item = &'s str>,
    ) -> Vec<Cow<'static, str>> {
        let Some(read) = &self.as_read else {
            return Vec::new();
        };
        let mut absent: Vec<Cow<'static, str>> =
            self.absent.iter().copied().map(Cow::Borrowed).collect();
        for name in changes {
            let known = model.is_own(name)
                || absent.iter().any(|absent| absent == name)
                || read.iter().any(|(read, _)| read == name);
            if !known {
                absent.push(Cow::Owned(name.to_owned()));
            }
        }
        absent
    }
}

/// Returns the version of an item.
pub(crate) fn version_in(model: &Model, item: &Item) -> Option<u64> {
    match item.get(model.version?) {
        Some(AttributeValue::N(number)) => number.parse().ok(),
        _ => None,
    }
}

/// Returns the write id of an item.
pub(crate) fn write_id_in<'a>(model: &Model, item: &'a Item) -> Option<&'a str> {
    match item.get(model.write_id?) {
        Some(AttributeValue::S(id)) => Some(id),
        _ => None,
    }
}
