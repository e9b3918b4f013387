//! Attributes: the item type, the attribute's Rust type, and its *place* (a name, a key, a path, a size or a literal).
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::expression::tree::name::Name;
use crate::expression::tree::operand::{Measured, Operand, Path, Segment};
use crate::expression::tree::tagging::Tagging;
use crate::model::item::{Known, Versioned};
use crate::types::attribute_type::{AttributeType, Untyped, Value};
use crate::types::capability::{AttributeOf, Entries, Given, HasSize, IsList};
use crate::types::codec::TypedPaths;
use crate::value::deserialize::is_map_key;
use crate::value::reason::SerializeError;
use crate::value::serialize::to_map_key;

/// An attribute of the item type `I` whose Rust type is `T`.
///
/// A derived type gives you attributes as fields: `|o| o.status` in a closure, and `Order::attributes().status` outside of one. For a
/// name that is known only at run time, use [`attr`].
#[must_use = "an attribute guards nothing by itself: compare it, or give it an update action"]
pub struct Attribute<I, T, P = Top> {
    pub(crate) place: P,
    of: PhantomData<fn() -> (I, T)>,
}

impl<I, T, P: Clone> Clone for Attribute<I, T, P> {
    fn clone(&self) -> Self {
        Self::at_place(self.place.clone())
    }
}
impl<I, T, P: Copy> Copy for Attribute<I, T, P> {}

impl<I, T, P: Place> fmt::Debug for Attribute<I, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attribute({})", self.place.clone().operand())
    }
}

impl<I, T, P> Attribute<I, T, P> {
    pub(crate) const fn at_place(place: P) -> Self {
        Self {
            place,
            of: PhantomData,
        }
    }
}
impl<I, T> Attribute<I, T, Top> {
    /// A top-level attribute. The derive calls this.
    #[doc(hidden)]
    pub const fn new(known: &'static Known) -> Self {
        Self::at_place(Top(known))
    }
}
impl<I, T> Attribute<I, T, PrimaryKey> {
    /// A key attribute of the table.
    #[doc(hidden)]
    pub const fn primary_key(known: &'static Known) -> Self {
        Self::at_place(PrimaryKey(known))
    }
}
impl<I, T> Attribute<I, T, InKeyTemplate> {
    /// An attribute that a key template uses.
    #[doc(hidden)]
    pub const fn in_key_template(known: &'static Known) -> Self {
        Self::at_place(InKeyTemplate(known))
    }
}
impl<I, T> Attribute<I, T, ItemVersion> {
    /// The attribute that mirrors the version.
    #[doc(hidden)]
    pub const fn version(known: &'static Known) -> Self {
        Self::at_place(ItemVersion(known))
    }
}

impl<I, T> Attribute<I, T, Indexed> {
    /// An attribute that a template of an index uses.
    #[doc(hidden)]
    pub const fn indexed(known: &'static Known) -> Self {
        Self::at_place(Indexed(known))
    }
}

impl<I, T> Attribute<I, T, Variant> {
    /// A variant of an enum with data. The derive calls this.
    #[doc(hidden)]
    pub const fn variant(tagging: Tagging) -> Self {
        Self::at_place(Variant(tagging))
    }
}

/// Returns an attribute by its name, for names known only at run time.
///
/// The name is never split: `attr("a.b")` is the attribute with the name `a.b`. Use [`at_name`](Attribute::at_name) for a nested
/// attribute. A condition that is made of such attributes fits every item type.
///
/// ```
/// let condition = dynacond::attr("status").eq("pending");
/// assert_eq!(condition.compile()?.text, "#status = :status");
/// # Ok::<(), dynacond::Error>(())
/// ```
pub fn attr(name: impl Into<Cow<'static, str>>) -> Attribute<Any, Untyped, Nested> {
    Attribute::at_place(Nested(Path::new(name)))
}

/// Returns a value for the left side of an operator: `value(3).le(o.stock)`.
///
/// ```
/// use dynacond::{attr, value, Any};
/// let open = value::<Any, _>(5).between(attr("from"), attr("to"));
/// assert_eq!(open.compile()?.text, ":from BETWEEN #from AND #to");
/// # Ok::<(), dynacond::Error>(())
/// ```
#[expect(
    clippy::needless_pass_by_value,
    reason = "reads as a literal: `value(3)`"
)]
pub fn value<I, V: Value>(value: V) -> Attribute<I, V, Literal> {
    Attribute::at_place(Literal(Box::new(Operand::encode(&value))))
}

/// The item type of a condition that fits every item. See [`attr`].
#[derive(Debug)]
pub enum Any {}

/// A top-level attribute.
#[derive(Clone, Copy, Debug)]
pub struct Top(&'static Known);
/// A key attribute of the table. Updates cannot change it, and filters of a query cannot name it.
#[derive(Clone, Copy, Debug)]
pub struct PrimaryKey(&'static Known);
/// A top-level attribute that a key template uses. Updates cannot change it.
#[derive(Clone, Copy, Debug)]
pub struct InKeyTemplate(&'static Known);
/// The attribute that shows the version, which every write increments.
#[derive(Clone, Copy, Debug)]
pub struct ItemVersion(&'static Known);
/// A top-level attribute that a template of an index uses. Updates cannot change it.
#[derive(Clone, Copy, Debug)]
pub struct Indexed(&'static Known);
/// A place that an update can change alone: no template of an index uses it, and it is not inside a variant.
#[diagnostic::on_unimplemented(
    message = "an update cannot change this attribute alone, because an index template uses it, or it is inside of an enum's variant: use `modify(key, |o| ..)` or `save`",
    label = "something else depends on it",
    note = "an update would not change the index whose template uses the attribute",
    note = "the item may hold another variant when the update arrives: an update sets the whole enum"
)]
pub trait UpdatedAlone {}
#[diagnostic::do_not_recommend]
impl UpdatedAlone for Top {}
#[diagnostic::do_not_recommend]
impl UpdatedAlone for PrimaryKey {}
#[diagnostic::do_not_recommend]
impl UpdatedAlone for InKeyTemplate {}
#[diagnostic::do_not_recommend]
impl UpdatedAlone for ItemVersion {}
#[diagnostic::do_not_recommend]
impl UpdatedAlone for Nested {}
#[diagnostic::do_not_recommend]
impl UpdatedAlone for SizeOf {}
#[diagnostic::do_not_recommend]
impl UpdatedAlone for Literal {}
/// A document path.
#[derive(Clone, Debug)]
pub struct Nested(Path);
/// A document path into the data of a variant. A clause about such a path is false when the enum is another variant.
#[derive(Clone, Debug)]
pub struct InVariant(Path);
/// A variant of an enum. See [`is`](Attribute::is).
#[derive(Clone, Copy, Debug)]
pub struct Variant(pub(super) Tagging);
/// The data of a variant without data.
#[derive(Debug)]
pub enum NoData {}
/// The size of an attribute, a number that DynamoDB computes.
#[derive(Clone, Debug)]
pub struct SizeOf(Path);
/// A value on the left side of an operator.
#[derive(Clone, Debug)]
pub struct Literal(Box<Operand>);

/// The place of an operand.
pub trait Place: Clone {
    /// The source of an update for an attribute of type `U` that is stored as `K`.
    #[doc(hidden)]
    type Source<U, K>;
    /// Returns the operand of an expression.
    #[doc(hidden)]
    fn operand(self) -> Operand;
}

/// A place that is a document path.
#[diagnostic::on_unimplemented(
    message = "DynamoDB needs a document path here; a `size(..)` and a literal are values",
    label = "not a document path"
)]
pub trait IsPath: Place {
    /// The place of the attributes inside.
    #[doc(hidden)]
    type Inside: IsPath + From<Path>;
    /// Returns the path.
    #[doc(hidden)]
    fn path(self) -> Path;
}

/// A step from a document to an attribute inside it, which the closure of [`at`](Attribute::at) returns. `D` is the place of the
/// attributes inside the document.
#[diagnostic::on_unimplemented(
    message = "DynamoDB needs a document path here; a `size(..)` and a literal are values",
    label = "not a document path"
)]
pub trait Step<D: IsPath + From<Path>> {
    /// The place after the step.
    type To: IsPath;
    /// Takes the step from this path.
    #[doc(hidden)]
    fn step(self, from: Path) -> Self::To;
}

/// A place that an update may change.
#[diagnostic::on_unimplemented(
    message = "DynamoDB cannot update this: keys never change, the version and the time of a write are written by every write, and `size(..)` is computed",
    label = "not an attribute that an update may change",
    note = "to move an item to another key, create the new one and delete the old one in a transaction"
)]
pub trait Updatable: IsPath {}

macro_rules! places {
    ($($place:ident, $inside:ident: $this:ident => $path:expr;)+) => { $(
        impl Place for $place {
            type Source<U, K> = AttributeOf<U, K>;
            fn operand(self) -> Operand { Operand::Path(self.path()) }
        }
        #[diagnostic::do_not_recommend]
        impl IsPath for $place {
            type Inside = $inside;
            fn path(self) -> Path { let $this = self; $path }
        }
    )+ };
}
places! {
    Top, Nested: top => Path::known(top.0);
    PrimaryKey, Nested: key => Path::known(key.0);
    InKeyTemplate, Nested: part => Path::known(part.0);
    ItemVersion, Nested: version => Path::known(version.0);
    Indexed, Nested: indexed => Path::known(indexed.0);
    Nested, Nested: nested => nested.0;
    InVariant, InVariant: inside => inside.0;
}
impl From<Path> for Nested {
    fn from(path: Path) -> Self {
        Self(path)
    }
}
impl From<Path> for InVariant {
    fn from(path: Path) -> Self {
        Self(path)
    }
}

fn joined(mut from: Path, inner: Path) -> Path {
    from.join(inner);
    from
}
macro_rules! steps {
    ($($place:ident),+) => { $(
        #[diagnostic::do_not_recommend]
        impl<D: IsPath + From<Path>> Step<D> for $place {
            type To = D;
            fn step(self, from: Path) -> D { joined(from, self.path()).into() }
        }
    )+ };
}
steps! { Top, PrimaryKey, InKeyTemplate, ItemVersion, Indexed, Nested }
#[diagnostic::do_not_recommend]
impl<D: IsPath + From<Path>> Step<D> for InVariant {
    type To = Self;
    fn step(self, from: Path) -> Self {
        Self(joined(from, self.0))
    }
}
#[diagnostic::do_not_recommend]
impl<D: IsPath + From<Path>> Step<D> for Variant {
    type To = InVariant;
    fn step(self, mut from: Path) -> InVariant {
        from.enter(self.0);
        InVariant(from)
    }
}
impl Place for SizeOf {
    // An update never takes a size. The rule for `size` reports it, and not the type.
    type Source<U, K> = Given;
    fn operand(self) -> Operand {
        Operand::Size(Measured::Path(self.0))
    }
}
impl Place for Literal {
    type Source<U, K> = AttributeOf<U, K>;
    fn operand(self) -> Operand {
        *self.0
    }
}
#[diagnostic::do_not_recommend]
impl Updatable for Indexed {}
// Of the two traits for updates, `UpdatedAlone` has the fitting message.
#[diagnostic::do_not_recommend]
impl Updatable for InVariant {}
#[diagnostic::do_not_recommend]
impl Updatable for Top {}
#[diagnostic::do_not_recommend]
impl Updatable for Nested {}

/// A struct or an enum that is stored as a map, with typed paths into it. Use `#[derive(Document)]`.
#[diagnostic::on_unimplemented(
    message = "`.at(..)` needs a struct with `#[derive(Document)]`, which DynamoDB stores as a map, and `{Self}` is not one",
    label = "no typed paths",
    note = "use `.index(0)` for an element of a list, `.entry(\"…\")` for an entry of a `HashMap`, and `.at_name(\"…\")` for an untyped path"
)]
pub trait Document {
    /// The generated struct whose fields are the attributes.
    type Attributes: Copy;
    /// The attributes.
    const ATTRIBUTES: Self::Attributes;
}

/// An attribute of `Self` may appear in a condition on `I`.
#[diagnostic::on_unimplemented(
    message = "this expression uses attributes of `{Self}` and of `{I}`, and DynamoDB evaluates an expression on one item",
    label = "belongs to another item"
)]
pub trait Within<I> {}
impl<I> Within<I> for I {}
#[diagnostic::do_not_recommend]
impl<I: Versioned> Within<I> for Any {}

impl<I, T, P: Place> Attribute<I, T, P> {
    pub(crate) fn operand(self) -> Operand {
        self.place.operand()
    }

    pub(crate) fn path(self) -> Path
    where
        P: IsPath,
    {
        self.place.path()
    }

    fn nested<U>(self, segment: Segment) -> Attribute<I, U, P::Inside>
    where
        P: IsPath,
    {
        let mut path = self.path();
        path.push(segment);
        Attribute::at_place(path.into())
    }

    /// Returns a typed path into a [`Document`]: `o.address.at(|a| a.city)` becomes `#address.#city`.
    ///
    /// ```
    /// # use dynacond::Document;
    /// # #[derive(serde::Serialize, Document)] struct Address { city: String }
    /// # #[derive(serde::Serialize, Document)] struct Order { address: Address }
    /// let o = Order::ATTRIBUTES;
    /// assert_eq!(o.address.at(|a| a.city).eq("Lyon").compile()?.text, "#address.#city = :city");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn at<U, Q: Step<P::Inside>>(
        self,
        f: impl FnOnce(<T::Value as Document>::Attributes) -> Attribute<T::Value, U, Q>,
    ) -> Attribute<I, U, Q::To>
    where
        T: AttributeType,
        T::Value: Document + Sized,
        T::Encoding: TypedPaths,
        P: IsPath,
    {
        let inner = f(<T::Value as Document>::ATTRIBUTES);
        Attribute::at_place(inner.place.step(self.path()))
    }

    /// Returns an untyped path into a map: `o.address.at_name("city")` becomes `#address.#city`.
    ///
    /// ```
    /// let zip = dynacond::attr("address").at_name("zip.code");
    /// assert_eq!(zip.exists().compile()?.text, "attribute_exists(#address.#zip_code)");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn at_name(self, name: impl Into<Cow<'static, str>>) -> Attribute<I, Untyped, P::Inside>
    where
        P: IsPath,
    {
        self.nested(Segment::Name(Name::Text(name.into())))
    }

    /// Returns an element of a list, counted from 0: `o.lines.index(0)` becomes `#lines[0]`.
    ///
    /// ```
    /// assert_eq!(dynacond::attr("lines").index(0).exists().compile()?.text, "attribute_exists(#lines[0])");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn index<E>(self, index: u32) -> Attribute<I, E, P::Inside>
    where
        T: AttributeType,
        T::Kind: IsList<T::Value, E, T::Encoding>,
        P: IsPath,
    {
        self.nested(Segment::Index(index))
    }

    /// Returns an entry of a map: `o.prices.entry("EUR")` becomes `#prices.#EUR`. The key can be a text, or any other value that serde
    /// writes as the key of a map: a number, a `char`, a `bool`, an enum without data, a newtype of these, or a reference.
    ///
    /// A key that serde does not write as text, such as a struct, and a key that the map's own key type does not read, such as `"abc"`
    /// for a number, are refused with [`Rule::Encode`](crate::Rule::Encode) before anything is sent.
    ///
    /// ```
    /// assert_eq!(dynacond::attr("prices").entry("EUR").lt(100).compile()?.text, "#prices.#EUR < :EUR");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn entry<E>(self, key: impl Serialize) -> Attribute<I, E, P::Inside>
    where
        T: AttributeType,
        T::Value: Entries<E, Key: DeserializeOwned>,
        T::Encoding: TypedPaths,
        P: IsPath,
    {
        let name = match to_map_key(&key) {
            Ok(text) if is_map_key::<<T::Value as Entries<E>>::Key>(&text) => {
                Name::Text(text.into())
            }
            Ok(_) => {
                let reason = "the type of the map's keys does not read this key";
                Name::NoText(Box::new(SerializeError::new(reason)))
            }
            Err(reason) => Name::NoText(Box::new(reason)),
        };
        self.nested(Segment::Name(name))
    }

    /// Returns DynamoDB's `size` of the attribute: the UTF-16 code units of a string, the bytes of a binary value, or the number of
    /// elements of a set, list or map.
    ///
    /// Other types and missing attributes have no size. A comparison with such a size is false, except `<>`, which is true.
    ///
    /// ```
    /// assert_eq!(dynacond::attr("tags").size().gt(0).compile()?.text, "size(#tags) > :tags");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn size(self) -> Attribute<I, u64, SizeOf>
    where
        T: AttributeType,
        T::Kind: HasSize,
        P: IsPath,
    {
        Attribute::at_place(SizeOf(self.path()))
    }
}
