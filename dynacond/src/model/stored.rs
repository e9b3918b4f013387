//! Items as they are stored: a value, and what was read with it.
use std::fmt;
use std::ops::{Deref, DerefMut};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::error::error::{Error, Result};
use crate::model::encoding::{DecodeError, decode, encode, rewritten};
use crate::model::item::{Item, Versioned};
use crate::model::key::{Key, RawKey};
use crate::model::tag::Tag;
use crate::write::merge::Merge;

/// An item as it is stored: your value, and what was read with it (key, version, write id, unknown attributes).
///
/// It derefs to `T`, so fields are read and changed as if it were one; its own accessors are associated functions, so
/// nothing of `T` is hidden. Writes consume it and give the new one, so a stale copy is never left in hand. There is no way
/// to make one with a version of one's own.
pub struct Stored<T> {
    value: T,
    pub(crate) key: RawKey,
    pub(crate) raw: Item,
    /// What the struct would have written when it was read: the base of the three-way merge.
    pub(crate) base: Item,
    /// Whether it holds all that was stored: an item of a query may be a projection.
    pub(crate) whole: bool,
    /// `None`: the item was never versioned.
    pub(crate) version: Option<u64>,
}

impl<T: Clone> Clone for Stored<T> {
    fn clone(&self) -> Self {
        Self {
            value: self.value.clone(),
            key: self.key.clone(),
            raw: self.raw.clone(),
            base: self.base.clone(),
            whole: self.whole,
            version: self.version,
        }
    }
}

impl<T: Versioned> Stored<T> {
    /// An item from the SDK's own Query, Scan or Streams. A projection that is to be saved must hold every attribute of `T`:
    /// one that is left out is taken for one that is not there.
    ///
    /// # Errors
    /// [`Error::Decode`] if it is not a `T`, or carries no version: a projection must include the key, the version and the
    /// write id, or a later save would not notice other writers. Items that were never versioned:
    /// [`from_unversioned_item`](Self::from_unversioned_item).
    pub fn from_item(item: Item) -> Result<Self> {
        let model = const { &T::MODEL };
        let missing = if item.contains_key(model.version) {
            // Written while the write id was switched off is possible; read by a projection is likely: the guard notices.
            return Self::from_item_at(item).map(|stored| Self {
                whole: false,
                ..stored
            });
        } else if model.write_id.is_some_and(|id| item.contains_key(id)) {
            "its version is missing, though it has a write id"
        } else {
            "its version is missing"
        };
        Err(DecodeError::new::<T>(format!(
            "{missing}: project `{}` too, or use `from_unversioned_item` if it was never versioned",
            model.version
        ))
        .into())
    }

    /// An item that was written before versions were used, read whole by the SDK's own Query or Scan. The first save
    /// adopts it, if it is still as it was read.
    ///
    /// # Errors
    /// [`Error::Decode`] if it is not a `T`.
    pub fn from_unversioned_item(item: Item) -> Result<Self> {
        Self::from_item_at(item)
    }

    /// An item that was read whole: without a version it is unversioned.
    pub(crate) fn from_item_at(item: Item) -> Result<Self> {
        let value = decode(&item)?;
        Self::with_value(value, item)
    }

    /// A value beside the item that it was written to, or read from.
    pub(crate) fn with_value(value: T, raw: Item) -> Result<Self> {
        let base = encode(&value)?;
        Self::with_base(value, base, raw)
    }

    /// The same, where what the value writes is at hand.
    pub(crate) fn with_base(mut value: T, base: Item, raw: Item) -> Result<Self> {
        let model = const { &T::MODEL };
        let version = version_of::<T>(&raw)?;
        if let Some(AttributeValue::S(_)) | None = model.write_id.and_then(|id| raw.get(id)) {
        } else {
            return Err(DecodeError::of_item::<T>("its write id is not a string", &raw).into());
        }
        let key = value.to_key();
        if !key.raw().is_key_of(&raw) {
            let stored = Key::<T>::of_item(&raw)?;
            return Err(DecodeError::new::<T>(format!(
                "it is stored under the key {stored}, and its fields give {key}"
            ))
            .into());
        }
        // What it writes stays the same: the version is not part of it.
        value.mirror_version(version.unwrap_or(0));
        Ok(Self {
            value,
            key: key.into_raw(),
            raw,
            base,
            whole: true,
            version,
        })
    }

    /// The item that a save leaves, where the struct writes `mine` now: a change of what was read.
    pub(crate) fn merged(&self, mine: &Item) -> Result<Item> {
        self.merged_into(mine, &self.raw)
    }

    /// The same, as a change of another state of the item.
    pub(crate) fn merged_into(&self, mine: &Item, stored: &Item) -> Result<Item> {
        let merge = Merge {
            model: const { &T::MODEL },
            stored,
            rewritten: &rewritten::<T>,
        };
        Ok(merge.item(&self.base, mine)?)
    }

    /// Unchanged, but for a version that was written into the field that mirrors it.
    pub(crate) fn unsaved(mut self) -> Self {
        self.value.mirror_version(self.version.unwrap_or(0));
        self
    }

    /// A value beside the item that an update answered with. Where the item holds something else than was sent, by a writer
    /// that raised no version, the item is the truth.
    pub(crate) fn as_written(value: T, mine: Item, item: Item) -> Result<Self> {
        let model = const { &T::MODEL };
        let extra =
            |name: &str| !mine.contains_key(name) && !model.is_own(name) && item.contains_key(name);
        if covers(&item, &mine) && !model.varies() && !model.names().any(extra) {
            return Self::with_base(value, mine, item);
        }
        Self::from_item_at(item)
    }

    /// The key it is stored under.
    #[must_use]
    pub fn key(this: &Self) -> Key<T> {
        Key::stored(this.key.clone())
    }

    /// The write id: whose write the item holds.
    #[must_use]
    pub fn write_id(this: &Self) -> Option<&str> {
        match this.raw.get(T::MODEL.write_id?) {
            Some(AttributeValue::S(id)) => Some(id),
            _ => None,
        }
    }

    /// Version and write id, to be given to a client and back to `.at(&tag)`.
    #[must_use]
    pub fn tag(this: &Self) -> Tag {
        Tag {
            version: this.version,
            write_id: Self::write_id(this).map(str::to_owned),
        }
    }
}

impl<T> Stored<T> {
    /// The version: 1 after `create`, raised by one by each write; 0 for an item that was never versioned.
    #[must_use]
    pub fn version(this: &Self) -> u64 {
        this.version.unwrap_or(0)
    }

    /// The item as DynamoDB holds it, with the attributes that `T` does not know.
    #[must_use]
    pub const fn item(this: &Self) -> &Item {
        &this.raw
    }

    /// The value alone.
    #[must_use]
    pub fn into_inner(this: Self) -> T {
        this.value
    }
}

impl<T> Deref for Stored<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}
impl<T> DerefMut for Stored<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}
impl<T: fmt::Debug> fmt::Debug for Stored<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored")
            .field("value", &self.value)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
impl<T: PartialEq> PartialEq<T> for Stored<T> {
    fn eq(&self, other: &T) -> bool {
        self.value == *other
    }
}
impl<T: Serialize> Serialize for Stored<T> {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

fn version_of<T: Versioned>(item: &Item) -> Result<Option<u64>> {
    let name = T::MODEL.version;
    let wrong = || {
        Error::from(DecodeError::of_item::<T>(
            format!("its version `{name}` is not a whole number"),
            item,
        ))
    };
    match item.get(name) {
        None => Ok(None),
        Some(AttributeValue::N(number)) => number.parse().map(Some).map_err(|_| wrong()),
        Some(_) => Err(wrong()),
    }
}

/// Whether the item holds all of `mine`, perhaps among other things.
fn covers(item: &Item, mine: &Item) -> bool {
    mine.iter()
        .all(|(name, mine)| match (item.get(name), mine) {
            (Some(AttributeValue::M(stored)), AttributeValue::M(mine)) => covers(stored, mine),
            (Some(stored), mine) => crate::value::rules::equal(stored, mine),
            (None, _) => false,
        })
}
