//! Item types: what the derive knows about a struct, such as its table, key, version and names.
use std::fmt;

use aws_sdk_dynamodb::operation::create_table::builders::CreateTableInputBuilder;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::model::key::Key;
use crate::model::key_arg::KeyArgs;
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
    /// The types of the key's fields, as a tuple in order of first appearance. They say what [`key`](Self::key) accepts.
    type KeyFields;
    /// Which attributes guard an item: [`ByVersion`], [`ByWriteId`] or [`ByNothing`].
    #[doc(hidden)]
    type Locking;
    /// The attributes.
    const ATTRIBUTES: Self::Attributes;
    /// Table, key, version and names.
    const MODEL: Model;
    /// Checks that serde wrote the data types that `stored_as` declares.
    ///
    /// # Errors
    /// If a value has another data type.
    #[doc(hidden)]
    fn verify(_written: &Written<'_>) -> Verified {
        Ok(())
    }

    /// Returns the key for these fields: `Order::key("o1")`. The argument is the field of the key, or a tuple of fields in
    /// order of first appearance. Each field is a value or a reference.
    fn key(fields: impl KeyArgs<Self::KeyFields>) -> Key<Self> {
        Key::from_fields(fields.key_parts())
    }

    /// Returns the item's own key.
    fn to_key(&self) -> Key<Self>;

    /// The types of the partition key's fields, as a tuple. They say what [`partition`](Self::partition) accepts.
    type PartitionFields;

    /// Returns a partition, which is all items with one partition key: `Order::partition("c1")`. Use it with
    /// [`Store::query`](crate::Store::query). The argument is the field of the partition key, or a tuple of fields in order of
    /// first appearance. Each field is a value or a reference.
    fn partition(fields: impl KeyArgs<Self::PartitionFields>) -> Partition<Self> {
        Partition::from_args(&fields)
    }

    /// The first part of the sort key, as a field. It leads to the other parts.
    #[doc(hidden)]
    type SortKey;
    #[doc(hidden)]
    const SORT_KEY: Self::SortKey;

    /// Returns the attributes, for use outside of a closure: `Order::attributes().status`.
    #[must_use]
    fn attributes() -> Self::Attributes {
        Self::ATTRIBUTES
    }

    /// Returns the SDK's `CreateTable` input for the table with its keys and indexes, billed on demand. Use it if you create tables
    /// in code. Set the name that the store uses, add the other settings of the table, and send it: `Order::table_definition()
    /// .table_name(store.table_name::<Order>()).send_with(store.client())`. dynacond never creates a table by itself.
    #[must_use]
    fn table_definition() -> CreateTableInputBuilder {
        Self::definition()
    }

    /// Writes the version into the field that shows it, if there is one.
    #[doc(hidden)]
    fn mirror_version(&mut self, _version: u64) {}
}

/// A type that has a table: an item type, or a collection of the item types in one table.
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

/// What the derive knows about the Rust type of an attribute.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Marks {
    withheld: fn(&mut Asked) -> bool,
    /// The range of the numbers that the type holds.
    range: NumberRange,
}

impl Marks {
    /// Called by the derive's code.
    #[must_use]
    pub const fn new(withheld: fn(&mut Asked) -> bool, range: NumberRange) -> Self {
        Self { withheld, range }
    }
}

/// An attribute that the derive knows. Each derived type has a table of them, and paths refer to a row of this table.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Known {
    pub(crate) name: KnownName,
    marks: Marks,
    /// The model of the item that the attribute belongs to.
    model: Option<fn() -> &'static Model>,
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name().fmt(f)
    }
}

impl Known {
    /// The table of a document's attributes. Each row has a name and the index of its type in `marks`. An attribute without a type
    /// of its own, such as the tag of an enum, has an index after the last.
    #[must_use]
    pub const fn of_document<const N: usize>(
        marks: &[Marks],
        rows: [(KnownName, usize); N],
    ) -> [Self; N] {
        Self::table(marks, rows, None)
    }

    /// The table of an item's attributes.
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

    /// The name of the attribute.
    pub(crate) const fn name(&self) -> &'static str {
        self.name[0]
    }

    /// Whether the values of the attribute are never shown.
    pub(crate) fn is_withheld(&self) -> bool {
        (self.marks.withheld)(&mut Asked::new())
    }

    /// The range of the numbers that the attribute's Rust type holds.
    pub(crate) const fn range(&self) -> NumberRange {
        self.marks.range
    }

    /// The model of the item that the attribute belongs to, if the derive has named it.
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
    /// The table, unless the store sets another name.
    pub table: &'static str,
    /// The partition key.
    pub partition_key: KeyAttribute,
    /// The sort key.
    pub sort_key: Option<KeyAttribute>,
    /// The version attribute, unless it is switched off.
    pub version: Option<&'static str>,
    /// The attribute of the write id, unless it is switched off.
    pub write_id: Option<&'static str>,
    /// The attribute with the time of the latest write, if the derive declares one.
    pub written_at: Option<&'static str>,
    /// The attribute in which serde writes the type's name, by `#[serde(tag = "..")]`.
    pub(crate) tag: Option<&'static str>,
    /// The attributes of the struct's fields.
    pub(crate) known: &'static [Known],
    /// The fields under serde's `flatten`.
    pub(crate) flattened: &'static [Flattened],
    /// The indexes that the derive declares.
    pub(crate) indexes: &'static [Schema],
}

/// A flattened field.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Flattened {
    /// The attributes that the field may write; `None` if they vary.
    pub(crate) names: Option<&'static [&'static str]>,
    withheld: fn(&mut Asked) -> bool,
}

impl Flattened {
    /// Called by the derive's code.
    #[must_use]
    pub const fn new(
        names: Option<&'static [&'static str]>,
        withheld: fn(&mut Asked) -> bool,
    ) -> Self {
        Self { names, withheld }
    }
}

impl Model {
    /// Called by the derive's code.
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

    /// The attributes that a write of the struct may contain, as far as they do not depend on the value: those of the fields and
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

    /// Whether a field shows the time of the latest write. The stored item then differs from what the struct wrote.
    pub(crate) fn shows_time(&self) -> bool {
        self.written_at.is_some_and(|name| self.writes(name))
    }

    /// Whether the attributes depend on the value, because of a flattened enum or map.
    pub(crate) fn varies(&self) -> bool {
        self.flattened.iter().any(|part| part.names.is_none())
    }

    /// Whether the attribute's values are never shown. The attributes of a flattened field are shown or hidden together.
    pub(crate) fn withholds(&self, name: &str) -> bool {
        let withheld = |part: &Flattened| (part.withheld)(&mut Asked::new());
        match self.known(name) {
            Some(known) => known.is_withheld(),
            None => !self.is_own(name) && self.flattened.iter().any(withheld),
        }
    }

    /// The range of the numbers that the attribute's Rust type holds.
    pub(crate) fn range(&self, name: &str) -> NumberRange {
        self.known(name).map_or(NumberRange::ANY, Known::range)
    }

    /// The names of the key attributes.
    pub(crate) fn key_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.partition_key.name).chain(self.sort_key.map(|sort| sort.name))
    }

    /// Whether the attribute is part of the key: a key attribute, or a field of a key template.
    pub(crate) fn makes_key(&self, name: &str) -> bool {
        let keys = [Some(self.partition_key), self.sort_key];
        let is_part =
            |key: KeyAttribute| key.name == name || key.fields().any(|field| field.wire == name);
        keys.into_iter().flatten().any(is_part)
    }

    /// The fields that an item stores only in its key.
    pub(crate) fn in_key(&self) -> impl Iterator<Item = &'static TemplateField> + use<> {
        let keys = [Some(self.partition_key), self.sort_key];
        keys.into_iter().flatten().flat_map(|key| key.held_fields())
    }

    /// The names of the partition key and the sort key.
    pub(crate) const fn table_keys(&self) -> (&'static str, Option<&'static str>) {
        let sort = match &self.sort_key {
            Some(sort) => Some(sort.name),
            None => None,
        };
        (self.partition_key.name, sort)
    }

    /// Whether only dynacond writes the attribute: key, version, write id or time of the write.
    pub(crate) fn is_own(&self, name: &str) -> bool {
        self.is_reserved(name) || self.key_names().any(|key| key == name)
    }

    /// Whether the attribute is one of dynacond's stamps, which neither the struct nor an update may set.
    pub(crate) fn is_reserved(&self, name: &str) -> bool {
        [self.version, self.write_id, self.written_at].contains(&Some(name))
    }

    /// The attribute that shows whether dynacond wrote an item: the version, or the write id if the model has no version. `None` if
    /// the model has neither.
    pub(crate) const fn mark(&self) -> Option<&'static str> {
        match self.version {
            None => self.write_id,
            version => version,
        }
    }

    /// Whether the item lacks the attribute that shows that dynacond wrote it. This is always true if the model has no such
    /// attribute.
    pub(crate) fn is_unmarked(&self, item: &Item) -> bool {
        self.mark().is_none_or(|mark| !item.contains_key(mark))
    }
}

/// An item type whose items have a version or a write id, so that a guard can name what was read. Every [`Versioned`] type is
/// `Guarded`, unless both are switched off.
///
/// In a generic function that saves, modifies or deletes stored items, use this trait as the bound instead of [`Versioned`].
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

/// An item is guarded by its version, and by its write id unless the write id is switched off.
#[doc(hidden)]
#[derive(Debug)]
pub enum ByVersion {}
/// An item is guarded only by its write id.
#[doc(hidden)]
#[derive(Debug)]
pub enum ByWriteId {}
/// An item has no guard.
#[doc(hidden)]
#[derive(Debug)]
pub enum ByNothing {}

/// An attribute shows whether an item is still as it was read.
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
