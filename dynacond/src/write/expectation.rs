//! What a write expects of the item. Expectations accumulate: a second one joins the first, and takes nothing from it.
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
    /// Nothing: an unconditional write.
    Nothing,
    /// No item under the key.
    Absent,
    /// An item under the key.
    Exists,
    /// An item at a version, under a write id. `None`: an item without a version, or of a model without one.
    At {
        version: Option<u64>,
        write_id: ExpectedId,
    },
    /// An item without a version, or without a write id where the model has no version.
    Unversioned(Unversioned),
    /// Two that no item meets at once. DynamoDB refuses the write, and the refusal brings the item as it is now.
    Contradictory(Box<[Expectation; 2]>),
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

/// What is known of an item without a version.
#[doc(hidden)]
#[derive(Clone, Debug, Default)]
pub struct Unversioned {
    /// The attributes that were read, without the key.
    pub(crate) as_read: Option<Vec<(String, AttributeValue)>>,
    /// Attributes that the struct may write, and that were not there.
    pub(crate) absent: Vec<&'static str>,
    /// The tags that the caller gave. Each names a content by its digest, or none at all, and is compared with the item
    /// before the write is sent.
    pub(crate) tags: Vec<Option<String>>,
}

impl Expectation {
    /// What a tag names: a version and a write id, a write id alone, or a content.
    pub(crate) fn at(model: &Model, tag: &Tag) -> Self {
        if model.version.is_none()
            && tag.version.is_some()
            && let Some(id) = &tag.write_id
        {
            // Given out while the model had a version: the id says as much by itself.
            return Self::at_version(None, ExpectedId::Is(id.clone()));
        }
        let version = tag.version.filter(|_| model.version.is_some());
        match (version, &tag.write_id, model.write_id) {
            (Some(_), _, None) => Self::at_version(version, ExpectedId::Unstated),
            (Some(_), None, Some(_)) => Self::at_version(version, ExpectedId::Missing),
            (version, Some(id), Some(_)) => Self::at_version(version, ExpectedId::Is(id.clone())),
            // Also the tag of a write id that this model does not read: it names no content.
            (None, _, _) => Self::Unversioned(Unversioned {
                tags: vec![tag.content.clone()],
                ..Unversioned::default()
            }),
        }
    }

    pub(crate) const fn at_version(version: Option<u64>, write_id: ExpectedId) -> Self {
        Self::At { version, write_id }
    }

    /// The item as it is once it was adopted by this write id.
    pub(crate) fn after_adoption(model: &Model, write_id: ExpectedId) -> Self {
        Self::at_version(model.version.map(|_| 1), write_id)
    }

    /// What was read: the version and the write id, or for an unversioned item everything.
    pub(crate) fn as_read(model: &Model, item: &Item) -> Self {
        let mut read = Self::version_read(model, item);
        if let Self::Unversioned(unversioned) = &mut read {
            unversioned.holds(model, item);
        }
        read
    }

    /// The version and the write id that were read, or that there is none of what marks a written item.
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

    /// Both of them.
    pub(crate) fn and(self, model: &Model, other: Self) -> Self {
        match (self, other) {
            // What says less is part of what says more: an item is there in all that follow.
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
            // The write id is one of the attributes.
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

    /// Whether only the item that was read, and no later one, satisfies it: such a write may be sent twice.
    pub(crate) const fn names_write_id(&self) -> bool {
        match self {
            Self::At { write_id, .. } => matches!(write_id, ExpectedId::Is(_)),
            // No item does.
            Self::Contradictory(_) => true,
            Self::Nothing | Self::Absent | Self::Exists | Self::Unversioned(_) => false,
        }
    }

    /// Whether it names a content by a tag, with which the item was not compared yet.
    pub(crate) const fn names_content(&self) -> bool {
        matches!(self, Self::Unversioned(unversioned) if !unversioned.tags.is_empty())
    }

    /// Whether an item that holds this very write may satisfy it.
    pub(crate) const fn holds_after_the_write(&self) -> bool {
        matches!(self, Self::Nothing | Self::Exists)
    }

    /// The version that the write gives the item, where that is known.
    pub(crate) fn next_version(&self) -> Option<u64> {
        match self {
            Self::At { version, .. } => Some(version.map_or(1, |n| n.saturating_add(1))),
            Self::Absent | Self::Unversioned(_) | Self::Contradictory(_) => Some(1),
            Self::Nothing | Self::Exists => None,
        }
    }

    /// The id of a write under this expectation: in the incarnation of the write that it replaces, where it names that one.
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
    /// As this item was read.
    pub(crate) fn holds(&mut self, model: &Model, item: &Item) {
        let keys: Vec<_> = model.key_names().collect();
        let read = item
            .iter()
            .filter(|(name, _)| !keys.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()));
        self.add_read(read);
        // The stamp sets a write id, too.
        let set = model.names().filter(|name| !model.is_own(name));
        let set = set.chain(model.write_id.filter(|_| model.version.is_some()));
        self.absent
            .extend(set.filter(|name| !item.contains_key(*name)));
    }

    /// In order, and each once: the same item gives the same request.
    fn add_read(&mut self, read: impl IntoIterator<Item = (String, AttributeValue)>) {
        let all = self.as_read.get_or_insert_default();
        all.extend(read);
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all.dedup_by(|a, b| a.0 == b.0 && value::equal(&a.1, &b.1));
    }

    /// What was not there when the item was read: attributes that the struct may write, and those that the write `changes`.
    /// Nothing, where the item was not read.
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

/// The version that an item has.
pub(crate) fn version_in(model: &Model, item: &Item) -> Option<u64> {
    match item.get(model.version?) {
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
