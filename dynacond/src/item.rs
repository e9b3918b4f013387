//! Items: the derived model, keys, versions, and an item as it is stored.
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::data_type::DataType;
use crate::error::{DecodeError, Error, InvalidItem, Result};
use crate::key_field::KeyPart;

/// An item as the SDK holds it: attribute names and values.
pub type Item = HashMap<String, AttributeValue>;

/// The type of an item: a struct with a key, a version and typed attributes. Derived by `#[derive(Versioned)]`.
///
/// Version and write id are attributes of the *item*, read and written by dynacond. Its guarantees hold among writers that
/// raise the version. Consoles, `BatchWriteItem`, PartiQL, TTL deletes, imports and replication do not raise it; they are
/// noticed only as far as they change what a guard names.
#[diagnostic::on_unimplemented(
    message = "expected an item, a struct with `#[derive(Versioned)]`, found `{Self}`",
    label = "not an item",
    note = "derive it: `#[derive(Versioned)] #[dynacond(table = \"…\")]`",
    note = "a `Stored` item is in the table already: `save`, `replace` or `delete` it, or take its value by `Stored::into_inner(..)`"
)]
pub trait Versioned: Serialize + DeserializeOwned {
    /// The generated struct whose fields are the attributes.
    type Attributes: Copy;
    /// What [`key`](Self::key) takes: the key's field, or a tuple of them in order of first appearance.
    type KeyFields<'a>
    where
        Self: 'a;
    /// The attributes.
    const ATTRIBUTES: Self::Attributes;
    /// Table, key, version and names.
    const MODEL: Model;

    /// The key of an item that is not at hand: `Order::key("o1")`.
    fn key(fields: Self::KeyFields<'_>) -> Key<Self>;

    /// An item's own key.
    fn to_key(&self) -> Key<Self>;

    /// The attributes, outside of a closure: `Order::attributes().status`.
    #[must_use]
    fn attributes() -> Self::Attributes {
        Self::ATTRIBUTES
    }

    /// Writes the version into the field that mirrors it, where there is one.
    #[doc(hidden)]
    fn mirror_version(&mut self, _version: u64) {}
}

/// What the derive knows of an item type.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Model {
    /// The Rust type's name.
    pub name: &'static str,
    /// The table, unless the store names another.
    pub table: &'static str,
    /// The partition key.
    pub partition_key: KeyAttribute,
    /// The sort key.
    pub sort_key: Option<KeyAttribute>,
    /// The version attribute.
    pub version: &'static str,
    /// The attribute of the write id, unless it is switched off.
    pub write_id: Option<&'static str>,
    /// Attributes that make the key: the key's own, and the fields of its templates.
    pub(crate) fixed: &'static [&'static str],
    /// The attributes that the struct may write.
    pub(crate) known: &'static [&'static str],
    /// The attributes that the struct may write, and whether their values are never shown.
    pub(crate) sensitive: &'static [(&'static str, bool)],
}

/// A key attribute.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct KeyAttribute {
    /// Its name.
    pub name: &'static str,
    /// `S`, `N` or `B`.
    pub data_type: DataType,
}

impl KeyAttribute {
    /// What the derive writes.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, data_type: DataType) -> Self {
        Self { name, data_type }
    }
}

impl Model {
    /// What the derive writes.
    #[doc(hidden)]
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "called by generated code only")]
    pub const fn new(
        name: &'static str,
        table: &'static str,
        partition_key: KeyAttribute,
        sort_key: Option<KeyAttribute>,
        version: &'static str,
        write_id: Option<&'static str>,
        fixed: &'static [&'static str],
        known: &'static [&'static str],
        sensitive: &'static [(&'static str, bool)],
    ) -> Self {
        Self {
            name,
            table,
            partition_key,
            sort_key,
            version,
            write_id,
            fixed,
            known,
            sensitive,
        }
    }

    /// The names of the key attributes.
    pub(crate) fn key_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.partition_key.name).chain(self.sort_key.map(|sort| sort.name))
    }

    /// Whether the attribute is dynacond's to write: key, version or write id.
    pub(crate) fn is_own(&self, name: &str) -> bool {
        self.is_reserved(name) || self.key_names().any(|key| key == name)
    }

    /// Attributes that dynacond writes: never the struct's, and never set by an update.
    pub(crate) fn is_reserved(&self, name: &str) -> bool {
        name == self.version || self.write_id == Some(name)
    }
}

/// The key of an item of type `I`: `Order::key("o1")`, `order.to_key()`.
pub struct Key<I> {
    raw: RawKey,
    invalid: Option<InvalidItem>,
    of: PhantomData<fn() -> I>,
}

impl<I> Clone for Key<I> {
    fn clone(&self) -> Self {
        Self {
            raw: self.raw.clone(),
            invalid: self.invalid.clone(),
            of: PhantomData,
        }
    }
}
impl<I> PartialEq for Key<I> {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw && self.invalid == other.invalid
    }
}
impl<I> Eq for Key<I> {}
impl<I> fmt::Debug for Key<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.raw)
    }
}
impl<I> fmt::Display for Key<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.raw.fmt(f)
    }
}

impl<I: Versioned> Key<I> {
    /// What the derive writes.
    #[doc(hidden)]
    #[must_use]
    pub fn from_parts(partition: KeyPart, sort: Option<KeyPart>) -> Self {
        let model = const { &I::MODEL };
        let mut invalid = None;
        let mut part = |attribute: &KeyAttribute, part: KeyPart, limit| {
            let (value, error) = match part {
                Ok(value) => {
                    let error = key_error(model.name, attribute, &value, limit);
                    (value, error)
                }
                Err(error) => {
                    let reason = error.to_string();
                    let error = InvalidItem::Key {
                        item_type: model.name,
                        attribute: attribute.name,
                        reason,
                    };
                    (AttributeValue::Null(true), Some(error))
                }
            };
            invalid = invalid.take().or(error);
            (attribute.name, value)
        };
        // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
        let partition = part(&model.partition_key, partition, 2048);
        let sort = model
            .sort_key
            .as_ref()
            .zip(sort)
            .map(|(attribute, value)| part(attribute, value, 1024));
        Self {
            raw: RawKey { partition, sort },
            invalid,
            of: PhantomData,
        }
    }

    /// As DynamoDB holds it.
    #[must_use]
    pub const fn raw(&self) -> &RawKey {
        &self.raw
    }

    pub(crate) fn validated(&self) -> Result<RawKey> {
        match &self.invalid {
            None => Ok(self.raw.clone()),
            Some(invalid) => Err(invalid.clone().into()),
        }
    }

    /// The key that an item is stored under.
    fn of_item(item: &Item) -> Result<Self> {
        let model = const { &I::MODEL };
        let part = |attribute: &KeyAttribute| {
            item.get(attribute.name).cloned().ok_or_else(|| {
                Error::from(DecodeError::new::<I>(format!(
                    "the key attribute `{}` is missing",
                    attribute.name
                )))
            })
        };
        let partition = part(&model.partition_key)?;
        let sort = model.sort_key.as_ref().map(part).transpose()?;
        Ok(Self::from_parts(Ok(partition), sort.map(Ok)))
    }
}

fn key_error(
    item_type: &'static str,
    attribute: &KeyAttribute,
    value: &AttributeValue,
    limit: usize,
) -> Option<InvalidItem> {
    let attribute_name = attribute.name;
    let bytes = match (value, &attribute.data_type) {
        (AttributeValue::S(text), DataType::S) => text.len(),
        (AttributeValue::B(blob), DataType::B) => blob.as_ref().len(),
        (AttributeValue::N(number), DataType::N) => {
            return crate::expression::value::check_number(number)
                .err()
                .map(|rule| InvalidItem::Key {
                    item_type,
                    attribute: attribute_name,
                    reason: rule.to_string(),
                });
        }
        _ => {
            return Some(InvalidItem::Key {
                item_type,
                attribute: attribute_name,
                reason: format!("the table's key is of type {}", attribute.data_type),
            });
        }
    };
    (bytes == 0 || bytes > limit).then_some(InvalidItem::KeyLength {
        item_type,
        attribute: attribute_name,
        bytes,
        limit,
    })
}

/// A key as DynamoDB holds it: one or two attributes with their values.
#[derive(Clone, Debug)]
pub struct RawKey {
    partition: (&'static str, AttributeValue),
    sort: Option<(&'static str, AttributeValue)>,
}

impl RawKey {
    /// The key attributes: the partition key, then the sort key.
    pub fn attributes(&self) -> impl Iterator<Item = (&'static str, &AttributeValue)> {
        std::iter::once(&self.partition)
            .chain(&self.sort)
            .map(|(name, value)| (*name, value))
    }

    pub(crate) const fn none() -> Self {
        Self {
            partition: ("", AttributeValue::Null(true)),
            sort: None,
        }
    }

    /// One text for one item of a table: a number has one spelling.
    pub(crate) fn identity(&self, table: &str) -> String {
        let part = |value: &AttributeValue| match value {
            AttributeValue::N(number) => {
                format!("N{}", crate::expression::value::canonical(number))
            }
            AttributeValue::B(blob) => format!("B{:?}", blob.as_ref()),
            AttributeValue::S(text) => format!("S{}:{text}", text.len()),
            _ => String::new(),
        };
        let parts: Vec<_> = self.attributes().map(|(_, value)| part(value)).collect();
        format!("{table}\0{}", parts.join("\0"))
    }

    /// Whether an item is stored under this key.
    pub(crate) fn is_key_of(&self, item: &Item) -> bool {
        self.attributes().all(|(name, value)| {
            item.get(name)
                .is_some_and(|stored| crate::expression::value::equal(stored, value))
        })
    }

    /// As the SDK takes it.
    #[must_use]
    pub fn to_item(&self) -> Item {
        self.attributes()
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect()
    }
}

impl PartialEq for RawKey {
    /// By value: the number 1 is the number 1.0.
    fn eq(&self, other: &Self) -> bool {
        self.attributes().count() == other.attributes().count()
            && self
                .attributes()
                .zip(other.attributes())
                .all(|((a, x), (b, y))| a == b && crate::expression::value::equal(x, y))
    }
}
impl Eq for RawKey {}

impl fmt::Display for RawKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (i, (name, value)) in self.attributes().enumerate() {
            let separator = if i > 0 { ", " } else { "" };
            write!(
                f,
                "{separator}{name}: {}",
                crate::expression::value::Shown(value)
            )?;
        }
        f.write_str("}")
    }
}

/// A key by value or by reference.
#[diagnostic::on_unimplemented(
    message = "expected a key, such as `Order::key(\"o1\")` or `order.to_key()`, found `{Self}`",
    label = "not a key"
)]
pub trait IntoKey {
    /// The item type.
    type Item: Versioned;
    /// The key.
    fn into_key(self) -> Key<Self::Item>;
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> IntoKey for Key<I> {
    type Item = I;
    fn into_key(self) -> Self {
        self
    }
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> IntoKey for &Key<I> {
    type Item = I;
    fn into_key(self) -> Key<I> {
        self.clone()
    }
}

/// A field that mirrors the version: `u64`, or `Option<u64>` with `None` until the item is stored.
#[diagnostic::on_unimplemented(
    message = "the version is a `u64`, and the field that mirrors it a `u64` or an `Option<u64>`, not a `{Self}`",
    label = "cannot hold a version"
)]
pub trait VersionField {
    /// The field's value at a version.
    #[doc(hidden)]
    fn from_version(version: u64) -> Self;
}
impl VersionField for u64 {
    fn from_version(version: u64) -> Self {
        version
    }
}
impl VersionField for Option<u64> {
    fn from_version(version: u64) -> Self {
        (version > 0).then_some(version)
    }
}

/// Version and write id of an item as it was read: printable and parseable, for an HTTP `ETag`.
///
/// ```
/// use dynacond::Tag;
/// let tag: Tag = "7-6f1e0a5c".parse()?;
/// assert_eq!(tag.version(), 7);
/// assert_eq!(tag.to_string(), "7-6f1e0a5c");
/// # Ok::<(), dynacond::InvalidTag>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tag {
    pub(crate) version: Option<u64>,
    pub(crate) write_id: Option<String>,
}

impl Tag {
    /// The version; 0 for an item without one.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version.unwrap_or(0)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.version, &self.write_id) {
            (None, _) => f.write_str("unversioned"),
            (Some(version), None) => write!(f, "{version}"),
            (Some(version), Some(id)) => write!(f, "{version}-{id}"),
        }
    }
}

/// A text that is no [`Tag`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a tag: expected a version, or a version and a write id such as `7-6f1e0a5c`")]
pub struct InvalidTag;

impl FromStr for Tag {
    type Err = InvalidTag;
    fn from_str(text: &str) -> std::result::Result<Self, InvalidTag> {
        if text == "unversioned" {
            return Ok(Self {
                version: None,
                write_id: None,
            });
        }
        let (version, write_id) = match text.split_once('-') {
            None => (text, None),
            Some((_, "")) => return Err(InvalidTag),
            Some((version, id)) => (version, Some(id.to_owned())),
        };
        // `u64::from_str` takes a leading `+` and zeros; a tag has one spelling.
        let canonical = version == "0" || !version.starts_with('0');
        if !canonical || !version.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidTag);
        }
        let version = version.parse().map_err(|_| InvalidTag)?;
        Ok(Self {
            version: Some(version),
            write_id,
        })
    }
}

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
    pub(crate) fn with_value(mut value: T, raw: Item) -> Result<Self> {
        let model = const { &T::MODEL };
        let version = version_of::<T>(&raw)?;
        if let Some(AttributeValue::S(_)) | None = model.write_id.and_then(|id| raw.get(id)) {
        } else {
            return Err(DecodeError::new::<T>("its write id is not a string").into());
        }
        let key = Key::<T>::of_item(&raw)?;
        if value.to_key() != key {
            return Err(DecodeError::new::<T>(format!(
                "it is stored under the key {key}, and its fields give {}",
                value.to_key()
            ))
            .into());
        }
        value.mirror_version(version.unwrap_or(0));
        let base = encode(&value)?;
        Ok(Self {
            value,
            key: key.raw,
            raw,
            base,
            whole: true,
            version,
        })
    }

    /// Unchanged, but for a version that was written into the field that mirrors it.
    pub(crate) fn unsaved(mut self) -> Self {
        self.value.mirror_version(self.version.unwrap_or(0));
        self
    }

    /// A value beside the item that an update answered with. Where the item holds something else than was sent, by a writer
    /// that raised no version, the item is the truth.
    pub(crate) fn as_written(value: T, item: Item) -> Result<Self> {
        let model = const { &T::MODEL };
        let mine = encode(&value)?;
        let extra = |name: &&str| {
            !mine.contains_key(*name) && !model.is_own(name) && item.contains_key(*name)
        };
        if covers(&item, &mine) && !model.known.iter().any(extra) {
            return Self::with_value(value, item);
        }
        Self::from_item_at(item)
    }

    /// The key it is stored under.
    #[must_use]
    pub fn key(this: &Self) -> Key<T> {
        Key {
            raw: this.key.clone(),
            invalid: None,
            of: PhantomData,
        }
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

/// Whether the item holds all of `mine`, perhaps among other things.
fn covers(item: &Item, mine: &Item) -> bool {
    mine.iter()
        .all(|(name, mine)| match (item.get(name), mine) {
            (Some(AttributeValue::M(stored)), AttributeValue::M(mine)) => covers(stored, mine),
            (Some(stored), mine) => crate::expression::value::equal(stored, mine),
            (None, _) => false,
        })
}

/// What the struct writes: without the version that it mirrors.
pub(crate) fn encode<T: Versioned>(value: &T) -> Result<Item> {
    let model = const { &T::MODEL };
    let mut item: Item = serde_dynamo::to_item(value).map_err(|source| Error::Encode {
        item_type: model.name,
        source,
    })?;
    if item.remove(model.version).is_some() && !model.known.contains(&model.version) {
        return Err(reserved::<T>(model.version));
    }
    for name in model.write_id.into_iter().chain(template_keys(model)) {
        if item.contains_key(name) {
            return Err(reserved::<T>(name));
        }
    }
    Ok(item)
}

fn reserved<T: Versioned>(attribute: &str) -> Error {
    InvalidItem::ReservedAttribute {
        item_type: T::MODEL.name,
        attribute: attribute.to_owned(),
    }
    .into()
}

/// Key attributes that are not fields of the struct.
fn template_keys(model: &'static Model) -> impl Iterator<Item = &'static str> {
    model.key_names().filter(|name| !model.known.contains(name))
}

/// What the struct reads: without what belongs to dynacond, so that a `flatten`ed map does not swallow it.
fn decode<T: Versioned>(item: &Item) -> Result<T> {
    let model = const { &T::MODEL };
    let hidden: Vec<&str> = template_keys(model)
        .chain(model.write_id)
        .chain((!model.known.contains(&model.version)).then_some(model.version))
        .collect();
    let mut visible: Item = item
        .iter()
        .filter(|(name, _)| !hidden.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if model.known.contains(&model.version) && !item.contains_key(model.version) {
        // A mirrored version is never trusted from elsewhere: an unversioned item is at 0 until it is adopted.
        visible.insert(model.version.to_owned(), AttributeValue::N("0".to_owned()));
    }
    serde_dynamo::from_item(visible)
        .map_err(|error| DecodeError::new::<T>(without_values(&error.to_string())).into())
}

fn version_of<T: Versioned>(item: &Item) -> Result<Option<u64>> {
    let name = T::MODEL.version;
    let wrong = || {
        Error::from(DecodeError::new::<T>(format!(
            "its version `{name}` is not a whole number"
        )))
    };
    match item.get(name) {
        None => Ok(None),
        Some(AttributeValue::N(number)) => number.parse().map(Some).map_err(|_| wrong()),
        Some(_) => Err(wrong()),
    }
}

/// serde's reason without what was found: it quotes values, and errors end up in logs.
fn without_values(reason: &str) -> String {
    let starts = |words: &[&str]| words.iter().any(|word| reason.starts_with(word));
    if starts(&["missing field", "duplicate field"]) {
        // They name a field, and quote nothing else.
        return reason.to_owned();
    }
    let what = [
        "unknown variant",
        "unknown field",
        "invalid type",
        "invalid value",
        "invalid length",
    ];
    let what = what.iter().find(|what| reason.starts_with(**what));
    // What was expected stands last, and comes from the Rust type.
    match (what, reason.rsplit_once(", expected ")) {
        (Some(what), Some((_, expected))) => format!("{what}, expected {expected}"),
        _ => "an attribute has another type than the field".to_owned(),
    }
}
