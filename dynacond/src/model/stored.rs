//! Stored items: a value with its key, version, write id and unknown attributes.
use std::borrow::Cow;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::model::conversion::{ConversionError, DecodeError};
use crate::model::encoding::{decode, encode_read, undecodable};
use crate::model::invalid::InvalidInput;
use crate::model::item::{Model, Versioned};
use crate::model::key::Key;
use crate::model::raw_key::RawKey;
use crate::model::tag::Tag;
use crate::value::digest::digest;
use crate::value::item::Item;

/// A stored item: your value with its key, version, write id and unknown attributes.
///
/// `Stored<T>` derefs to `T`, so you read and change fields as on a `T`. Its own accessors are associated functions, so they do not
/// hide methods of `T`. A write consumes the stored item and returns the new one, so no stale copy is left. Nobody can make a
/// `Stored` with a version that was not read.
pub struct Stored<T> {
    value: T,
    pub(crate) key: RawKey,
    pub(crate) raw: Item,
    /// What the struct would have written when it was read. This is the base of the three-way merge.
    pub(crate) base: Item,
    /// Whether `raw` is the whole item. An item of a query may be a projection.
    pub(crate) whole: bool,
    /// The version; `None` if the item was never versioned.
    pub(crate) version: Option<u64>,
    /// The table that the item was read from or written to; `None` for an item that the SDK read.
    pub(crate) table: Table,
    /// The transaction function that read this copy, until the function writes it.
    pub(crate) watch: Option<Watch>,
}

/// Notes that a transaction function dropped a changed copy without writing it.
#[derive(Debug)]
pub(crate) struct Watch {
    /// The item's index in the transaction.
    pub(crate) entry: usize,
    pub(crate) changed: bool,
    pub(crate) forgotten: Arc<Mutex<Vec<usize>>>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        if self.changed {
            let forgotten = self.forgotten.lock();
            forgotten
                .unwrap_or_else(PoisonError::into_inner)
                .push(self.entry);
        }
    }
}

/// The name of an item's table, if it is known.
pub(crate) type Table = Option<Cow<'static, str>>;

impl<T: Clone> Clone for Stored<T> {
    fn clone(&self) -> Self {
        Self {
            value: self.value.clone(),
            key: self.key.clone(),
            raw: self.raw.clone(),
            base: self.base.clone(),
            whole: self.whole,
            version: self.version,
            table: self.table.clone(),
            // Only one of the copies is written, and it is not known which one.
            watch: None,
        }
    }
}

impl<T: Versioned> Stored<T> {
    /// Makes a stored item from a whole item. If the item has no version, it is unversioned.
    pub(crate) fn from_item_at(item: Item) -> Result<Self, ConversionError> {
        let value = decode(&item)?;
        let base = encode_read(&value)?;
        Self::with_base(value, base, item)
    }

    /// Makes a stored item from a value, what the value writes, and the item that was written.
    pub(crate) fn with_value(value: T, mine: Item, raw: Item) -> Result<Self, ConversionError> {
        if T::MODEL.shows_time() {
            return Self::from_item_at(raw);
        }
        Self::with_base(value, mine, raw)
    }

    /// As [`with_value`](Self::with_value), if no field of the value shows the time of the write, or the field shows it already.
    pub(crate) fn with_base(
        mut value: T,
        mut base: Item,
        raw: Item,
    ) -> Result<Self, ConversionError> {
        let model = const { &T::MODEL };
        model.stamps_as_stored(&mut base, &raw);
        let version = check_stamps(model, &raw)?;
        let key = key_of(&value, &raw)?;
        // This does not change what the value writes, because the version is left out of that.
        value.mirror_version(version.unwrap_or(0));
        Ok(Self {
            value,
            key: key.into_raw(),
            raw,
            base,
            whole: true,
            version,
            table: None,
            watch: None,
        })
    }

    /// Sets the table of the item.
    pub(crate) fn of_table(mut self, table: &str) -> Self {
        let usual = const { T::MODEL.table };
        self.table = Some(if table == usual {
            Cow::Borrowed(usual)
        } else {
            Cow::Owned(table.to_owned())
        });
        self
    }

    /// Returns the item as it is, except for the field that shows the version, which the caller may have changed.
    pub(crate) fn unsaved(mut self) -> Self {
        self.value.mirror_version(self.version.unwrap_or(0));
        self
    }

    /// Makes a stored item from a value and the item that an update returned. If the item differs from what was sent, because of a
    /// writer that did not increment the version, the value is read from the item.
    pub(crate) fn as_written(value: T, mine: Item, item: Item) -> Result<Self, ConversionError> {
        let model = const { &T::MODEL };
        let extra =
            |name: &str| !mine.contains_key(name) && !model.is_own(name) && item.contains_key(name);
        let is_as_sent = covers(&item, &mine) && !model.shows_time();
        if is_as_sent && !model.varies() && !model.names().any(extra) {
            return Self::with_base(value, mine, item);
        }
        Self::from_item_at(item)
    }

    /// Returns the key of the item.
    #[must_use]
    pub fn key(this: &Self) -> Key<T> {
        Key::stored(this.key.clone())
    }

    /// Returns the write id, which says which write was the last one.
    #[must_use]
    pub fn write_id(this: &Self) -> Option<&str> {
        match this.raw.get(T::MODEL.write_id?) {
            Some(AttributeValue::S(id)) => Some(id),
            _ => None,
        }
    }

    /// Returns the version and the write id as a tag. Give it to a client, and pass it to `.at(&tag)` when it comes back. If the item
    /// has neither, the tag names the content, and each call computes a hash.
    #[must_use]
    pub fn tag(this: &Self) -> Tag {
        let (version, write_id) = (this.version, Self::write_id(this).map(str::to_owned));
        let named = version.is_some() || write_id.is_some();
        Tag {
            version,
            write_id,
            content: if named { None } else { digest(&this.raw) },
        }
    }
}

/// Returns the key that the fields of a value give, if the item is stored under this key. Otherwise the item belongs to another type,
/// although it has all fields.
fn key_of<T: Versioned>(value: &T, item: &Item) -> Result<Key<T>, ConversionError> {
    let key = value.to_key();
    if key.raw().is_key_of(item) {
        return Ok(key);
    }
    let stored = Key::<T>::of_item(item)?;
    let reason = format!("it is stored under the key {stored}, and its fields give {key}");
    Err(DecodeError::new(T::MODEL.name, reason).into())
}

/// Returns the plain value of an item that was read whole.
pub(crate) fn plain_value<T: Versioned>(item: &Item) -> Result<T, ConversionError> {
    let value = decode(item)?;
    key_of(&value, item)?;
    Ok(value)
}

impl<T: Versioned> Stored<T> {
    /// Returns the time of the latest write, for an item type with `#[dynacond(written_at = "…")]`; `None` if the item has no such
    /// attribute yet. The time is that of the writer's clock, in whole seconds, so it does not show the order of two writes. Use
    /// the version for that.
    #[must_use]
    pub fn written_at(this: &Self) -> Option<SystemTime> {
        let AttributeValue::N(seconds) = this.raw.get(T::MODEL.written_at?)? else {
            return None;
        };
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds.parse().ok()?))
    }
}

impl<T> Stored<T> {
    /// Returns the version: 1 after `create`, and one more after each write. It is 0 for an item that was never versioned, and always 0
    /// if the item type has no version.
    #[must_use]
    pub fn version(this: &Self) -> u64 {
        this.version.unwrap_or(0)
    }

    /// Returns the item as DynamoDB stores it, with the attributes that `T` does not know.
    #[must_use]
    pub const fn item(this: &Self) -> &Item {
        &this.raw
    }

    /// Separates the copy from its transaction.
    pub(crate) fn unwatched(mut self) -> Self {
        if let Some(mut watch) = self.watch.take() {
            watch.changed = false;
        }
        self
    }

    /// Returns the value, and everything else that was read.
    pub(crate) fn into_parts(self) -> (T, Stored<()>) {
        (
            self.value,
            Stored {
                value: (),
                key: self.key,
                raw: self.raw,
                base: self.base,
                whole: self.whole,
                version: self.version,
                table: self.table,
                watch: self.watch,
            },
        )
    }

    /// Returns the value without the rest.
    #[must_use]
    pub fn into_inner(this: Self) -> T {
        this.unwatched().value
    }
}

impl Stored<()> {
    /// Adds a value to the parts of a stored item.
    pub(crate) fn with<T>(self, value: T) -> Stored<T> {
        Stored {
            value,
            key: self.key,
            raw: self.raw,
            base: self.base,
            whole: self.whole,
            version: self.version,
            table: self.table,
            watch: self.watch,
        }
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
        if let Some(watch) = &mut self.watch {
            watch.changed = true;
        }
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

/// Checks that an item that was read from one table may be written to this one.
pub(crate) fn check_table(
    item_type: &'static str,
    read_from: Option<&str>,
    table: &str,
) -> Result<(), InvalidInput> {
    match read_from {
        Some(read_from) if read_from != table => Err(InvalidInput::OtherTable {
            item_type,
            read_from: read_from.to_owned(),
            table: table.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// Returns the version of an item, and checks that a guard can name its write id.
pub(crate) fn check_stamps(model: &Model, item: &Item) -> Result<Option<u64>, DecodeError> {
    let wrong = |reason: String| undecodable(model, reason, item);
    if let Some(AttributeValue::S(_)) | None = model.write_id.and_then(|id| item.get(id)) {
    } else {
        return Err(wrong("its write id is not a string".to_owned()));
    }
    let stored = model.version.and_then(|name| Some((name, item.get(name)?)));
    let Some((name, version)) = stored else {
        return Ok(None);
    };
    let AttributeValue::N(number) = version else {
        return Err(wrong(format!("its version `{name}` is not a whole number")));
    };
    number.parse().map(Some).map_err(|_| {
        if number.bytes().all(|byte| byte.is_ascii_digit()) {
            wrong(format!(
                "its version `{name}` is above {}, so the item can no longer be read; give it a lower version by hand",
                u64::MAX
            ))
        } else {
            wrong(format!("its version `{name}` is not a whole number"))
        }
    })
}

/// Whether the item contains all of `mine`. It may contain more.
fn covers(item: &Item, mine: &Item) -> bool {
    mine.iter()
        .all(|(name, mine)| match (item.get(name), mine) {
            (Some(AttributeValue::M(stored)), AttributeValue::M(mine)) => covers(stored, mine),
            (Some(stored), mine) => crate::value::equal(stored, mine),
            (None, _) => false,
        })
}
