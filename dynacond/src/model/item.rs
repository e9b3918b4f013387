//! Item types: what the derive knows about a struct, such as its table, key, version and names.
use std::fmt;

use aws_sdk_dynamodb::operation::create_table::builders::CreateTableInputBuilder;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::model::key::Key;
use crate::model::key_attribute::KeyAttribute;
use crate::model::partition::Partition;
use crate::model::schema::Schema;
use crate::model::template::TemplateField;
use crate::types::asked::Asked;
use crate::types::number_range::NumberRange;
use crate::types::verify::{Verified, Written};
use crate::value::item::Item;

/// A struct that is the type of an item, with a key, a version and typed attributes. Use `#[derive(Versioned)]`.
///
/// Version and write id are attributes of the *item*, which dynacond reads and writes. Its guarantees hold only if every writer
/// increments the version. Consoles, `BatchWriteItem`, PartiQL, TTL deletes, imports and replication do not. Their writes are noticed
/// only if they change what a guard names.
#[diagnostic::on_unimplemented(
    message = "expected an item, a struct with `#[derive(Versioned)]`, found `{Self}`",
    label = "not an item",
    note = "derive it: `#[derive(Versioned)] #[dynacond(table = \"…\")]`",
    note = "a `Stored` item is in the table already: `save`, `replace` or `delete` it, or take its value by `Stored::into_inner(..)`"
)]
pub trait Versioned: Serialize + DeserializeOwned {
    /// The generated struct whose fields are the attributes.
    type Attributes: Copy;
    /// What [`key`](Self::key) takes: the field of the key, or a tuple of fields in order of first appearance.
    type KeyFields<'a>
    where
        Self: 'a;
    /// What guards an item: [`ByVersion`], [`ByWriteId`] or [`ByNothing`].
    #[doc(hidden)]
    type Locking;
    /// The attributes.
    const ATTRIBUTES: Self::Attributes;
    /// Table, key, version and names.
    const MODEL: Model;
    /// Checks that serde wrote the data types that `stored_as` declares.
    ///
    /// # Errors
    /// A value has another data type.
    #[doc(hidden)]
    fn verify(_written: &Written<'_>) -> Verified {
        Ok(())
    }

    /// Returns the key for these fields: `Order::key("o1")`.
    fn key(fields: Self::KeyFields<'_>) -> Key<Self>;

    /// Returns the item's own key.
    fn to_key(&self) -> Key<Self>;

    /// What [`partition`](Self::partition) takes: the fields that make the partition key.
    type PartitionFields<'a>
    where
        Self: 'a;

    /// Returns a partition, which is all items with one partition key: `Order::partition("c1")`. Use it with
    /// [`Store::query`](crate::Store::query). It takes the field of the partition key, or a tuple of fields in order of first
    /// appearance.
    fn partition(fields: Self::PartitionFields<'_>) -> Partition<Self>;

    /// The parts of the sort key, the first of them as a field.
    #[doc(hidden)]
    type SortKey;
    #[doc(hidden)]
    const SORT_KEY: Self::SortKey;

    /// Returns the attributes, for use outside of a closure: `Order::attributes().status`.
    #[must_use]
    fn attributes() -> Self::Attributes {
        Self::ATTRIBUTES
    }

    /// Returns the SDK's `CreateTable` input for the table with its keys and indexes, billed on demand. It is for people who create
    /// tables in code. Set the name that the store uses, add what else the table needs, and send it: `Order::table_definition()
    /// .table_name(store.table_name::<Order>()).send_with(store.client())`. dynacond never creates a table by itself.
    #[must_use]
    fn table_definition() -> CreateTableInputBuilder {
        Self::definition()
    }

    /// Writes the version into the field that shows it, if there is one.
    #[doc(hidden)]
    fn mirror_version(&mut self, _version: u64) {}
}

/// What has a table: an item type, or a collection of the item types in one table.
#[diagnostic::on_unimplemented(
    message = "expected an item type, a struct with `#[derive(Versioned)]`, or a collection of item types, an enum with `#[derive(ItemCollection)]`, found `{Self}`",
    label = "has no table"
)]
pub trait HasTable {
    /// The item type itself, or the first one of the collection, whose table and partition key are those of all.
    type Of: Versioned;
    /// All of the item types.
    #[doc(hidden)]
    const MODELS: &'static [&'static Model];
    /// What `CreateTable` takes.
    #[doc(hidden)]
    #[must_use]
    fn definition() -> CreateTableInputBuilder {
        Model::table_of(Self::MODELS)
    }
}
#[diagnostic::do_not_recommend]
impl<T: Versioned> HasTable for T {
    type Of = T;
    const MODELS: &'static [&'static Model] = &[&T::MODEL];
}

/// The name, its placeholder, and the placeholder of values compared with it: `status`, `#status`, `:status`.
pub(crate) type KnownName = [&'static str; 3];

/// What the derive knows of the Rust type of an attribute.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Marks {
    withheld: fn(&mut Asked) -> bool,
    /// The numbers that it holds.
    range: NumberRange,
}

impl Marks {
    /// What the derive writes.
    #[must_use]
    pub const fn new(withheld: fn(&mut Asked) -> bool, range: NumberRange) -> Self {
        Self { withheld, range }
    }
}

/// An attribute that the derive has seen. Each derived type has a table of them, and whatever speaks of the attribute refers to
/// its row.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Known {
    pub(crate) name: KnownName,
    marks: Marks,
    /// The item that the attribute belongs to, which knows its other attributes.
    model: Option<fn() -> &'static Model>,
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name().fmt(f)
    }
}

impl Known {
    /// The attributes of a document, as the derive writes them: each name with the place of its type's marks among `marks`. What
    /// has no marks, such as the tag of an enum, has a place behind the last.
    #[must_use]
    pub const fn of_document<const N: usize>(
        marks: &[Marks],
        rows: [(KnownName, usize); N],
    ) -> [Self; N] {
        Self::table(marks, rows, None)
    }

    /// The attributes of an item, as the derive writes them.
    #[must_use]
    pub const fn of_item<const N: usize>(
        marks: &[Marks],
        rows: [(KnownName, usize); N],
        model: fn() -> &'static Model,
    ) -> [Self; N] {
        Self::table(marks, rows, Some(model))
    }

    const fn table<const N: usize>(
        marks: &[Marks],
        rows: [(KnownName, usize); N],
        model: Option<fn() -> &'static Model>,
    ) -> [Self; N] {
        const fn shown(_: &mut Asked) -> bool {
            false
        }
        let mut table = [Self {
            name: [""; 3],
            marks: Marks::new(shown, NumberRange::ANY),
            model,
        }; N];
        let mut row = 0;
        while row < N {
            let (name, place) = rows[row];
            table[row].name = name;
            if place < marks.len() {
                table[row].marks = marks[place];
            }
            row += 1;
        }
        table
    }

    /// The name itself.
    pub(crate) const fn name(&self) -> &'static str {
        self.name[0]
    }

    /// Whether its values are never shown.
    pub(crate) fn is_withheld(&self) -> bool {
        (self.marks.withheld)(&mut Asked::new())
    }

    /// The numbers that its Rust type holds.
    pub(crate) const fn range(&self) -> NumberRange {
        self.marks.range
    }

    /// The item that the attribute belongs to, where the derive has said so.
    pub(crate) fn model(&self) -> Option<&'static Model> {
        self.model.map(|model| model())
    }
}

/// What the derive knows about an item type.
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
    /// The version attribute, unless it is switched off.
    pub version: Option<&'static str>,
    /// The attribute of the write id, unless it is switched off.
    pub write_id: Option<&'static str>,
    /// The attribute with the time of the latest write, where the derive asks for one.
    pub written_at: Option<&'static str>,
    /// The attribute in which serde writes the type's name, by `#[serde(tag = "..")]`.
    pub(crate) tag: Option<&'static str>,
    /// The attributes of the struct's fields.
    pub(crate) known: &'static [Known],
    /// What serde's `flatten` writes among them.
    pub(crate) flattened: &'static [Flattened],
    /// The indexes that the derive declares.
    pub(crate) indexes: &'static [Schema],
}

/// A flattened field.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Flattened {
    /// The attributes that it may write; `None` if they vary.
    pub(crate) names: Option<&'static [&'static str]>,
    withheld: fn(&mut Asked) -> bool,
}

impl Flattened {
    /// What the derive writes.
    #[must_use]
    pub const fn new(
        names: Option<&'static [&'static str]>,
        withheld: fn(&mut Asked) -> bool,
    ) -> Self {
        Self { names, withheld }
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
        version: Option<&'static str>,
        write_id: Option<&'static str>,
        written_at: Option<&'static str>,
        tag: Option<&'static str>,
        known: &'static [Known],
        flattened: &'static [Flattened],
        indexes: &'static [Schema],
    ) -> Self {
        Self {
            name,
            table,
            partition_key,
            sort_key,
            version,
            write_id,
            written_at,
            tag,
            known,
            flattened,
            indexes,
        }
    }

    /// The attributes that a write of the struct may write, as far as they are the same for all of its values: the fields', and
    /// those of index templates.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> + use<'_> {
        let flattened = self.flattened.iter().filter_map(|part| part.names);
        let own = self
            .tag
            .into_iter()
            .chain(self.known.iter().map(Known::name));
        own.chain(flattened.flatten().copied())
            .chain(self.stamped().map(|(key, _)| key.name))
    }

    fn known(&self, name: &str) -> Option<&'static Known> {
        self.known.iter().find(|known| known.name() == name)
    }

    /// Whether the struct itself may write the attribute.
    pub(crate) fn writes(&self, name: &str) -> bool {
        self.tag == Some(name) || self.known(name).is_some()
    }

    /// Whether a field shows the time of the latest write: what is written is then not what was sent.
    pub(crate) fn shows_time(&self) -> bool {
        self.written_at.is_some_and(|name| self.writes(name))
    }

    /// Whether it may write others: a flattened enum or map.
    pub(crate) fn varies(&self) -> bool {
        self.flattened.iter().any(|part| part.names.is_none())
    }

    /// Whether the attribute's values are never shown. What a flattened field writes is withheld together.
    pub(crate) fn withholds(&self, name: &str) -> bool {
        let withheld = |part: &Flattened| (part.withheld)(&mut Asked::new());
        match self.known(name) {
            Some(known) => known.is_withheld(),
            None => !self.is_own(name) && self.flattened.iter().any(withheld),
        }
    }

    /// The numbers that the attribute's Rust type holds.
    pub(crate) fn range(&self, name: &str) -> NumberRange {
        self.known(name).map_or(NumberRange::ANY, Known::range)
    }

    /// The names of the key attributes.
    pub(crate) fn key_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.partition_key.name).chain(self.sort_key.map(|sort| sort.name))
    }

    /// Whether the key is made of the attribute: it is a key attribute, or a field of a key template.
    pub(crate) fn makes_key(&self, name: &str) -> bool {
        let keys = [Some(self.partition_key), self.sort_key];
        let is_part =
            |key: KeyAttribute| key.name == name || key.fields().any(|field| field.wire == name);
        keys.into_iter().flatten().any(is_part)
    }

    /// The fields that an item stores in its key alone.
    pub(crate) fn in_key(&self) -> impl Iterator<Item = &'static TemplateField> + use<> {
        let keys = [Some(self.partition_key), self.sort_key];
        keys.into_iter().flatten().flat_map(|key| key.held_fields())
    }

    /// The names of partition key and sort key.
    pub(crate) const fn table_keys(&self) -> (&'static str, Option<&'static str>) {
        let sort = match &self.sort_key {
            Some(sort) => Some(sort.name),
            None => None,
        };
        (self.partition_key.name, sort)
    }

    /// Whether the attribute is dynacond's to write: key, version or write id.
    pub(crate) fn is_own(&self, name: &str) -> bool {
        self.is_reserved(name) || self.key_names().any(|key| key == name)
    }

    /// Attributes that dynacond writes: never the struct's, and never set by an update.
    pub(crate) fn is_reserved(&self, name: &str) -> bool {
        [self.version, self.write_id, self.written_at].contains(&Some(name))
    }

    /// The attribute that tells an item that dynacond has written from an unversioned one: the version, or the write id of a
    /// model without a version. `None`: writes of this model stamp nothing.
    pub(crate) const fn mark(&self) -> Option<&'static str> {
        match self.version {
            None => self.write_id,
            version => version,
        }
    }

    /// Whether the item has neither what marks it as written by dynacond, nor could have it.
    pub(crate) fn is_unmarked(&self, item: &Item) -> bool {
        self.mark().is_none_or(|mark| !item.contains_key(mark))
    }
}

/// An item type whose items have a version or a write id, so that a guard can name what was read. Every [`Versioned`] type is
/// `Guarded`, unless both are switched off.
///
/// In a generic function that saves, modifies or deletes what was read, use this trait as the bound instead of [`Versioned`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` has neither version nor write id, so nothing shows whether the item is still as it was read: use `create`, `put`, `update` or `delete` by key with `.when(..)` or `.unconditional()`",
    label = "no guard for this item type",
    note = "in a transaction use `create`, `update`, `ensure`, and `peek` for a read that the commit does not check",
    note = "or leave out `version = false` or `write_id = false`: with one of the two attributes, stale writes are refused"
)]
pub trait Guarded: Versioned {}
#[diagnostic::do_not_recommend]
impl<I: Versioned<Locking: HasGuard>> Guarded for I {}

/// An item type whose items have a version, which every write increments. Every [`Versioned`] type is `Numbered`, unless the version
/// is switched off.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no version (`version = false`): use `.at(&tag)` with a tag that was read, which names the write id",
    label = "no version to write at"
)]
pub trait Numbered: Guarded {}
#[diagnostic::do_not_recommend]
impl<I: Versioned<Locking = ByVersion>> Numbered for I {}

/// The version guards an item, and the write id unless it is switched off.
#[doc(hidden)]
#[derive(Debug)]
pub enum ByVersion {}
/// The write id alone guards an item.
#[doc(hidden)]
#[derive(Debug)]
pub enum ByWriteId {}
/// Nothing guards an item.
#[doc(hidden)]
#[derive(Debug)]
pub enum ByNothing {}

/// What tells whether an item is as it was read.
#[doc(hidden)]
pub trait HasGuard {}
impl HasGuard for ByVersion {}
impl HasGuard for ByWriteId {}

/// The type of a field that shows the version: `u64`, or `Option<u64>`, which is `None` until the item is stored.
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
