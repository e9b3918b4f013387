//! What DynamoDB stores, and which operators it accepts: every rule is a trait that carries its own message.
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::value::serialize::to_attribute_value;

/// DynamoDB's data types, as types: what [`AttributeType::Kind`] names.
///
/// See [Data types](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes).
pub mod kind {
    /// `S`: UTF-8 text.
    #[derive(Debug)]
    pub enum StringType {}
    /// `N`: a decimal number of up to 38 digits.
    #[derive(Debug)]
    pub enum NumberType {}
    /// `B`: bytes.
    #[derive(Debug)]
    pub enum BinaryType {}
    /// `BOOL`.
    #[derive(Debug)]
    pub enum BooleanType {}
    /// `NULL`.
    #[derive(Debug)]
    pub enum NullType {}
    /// `L`: an ordered list of values of any type.
    #[derive(Debug)]
    pub enum ListType {}
    /// `M`: a map of names to values.
    #[derive(Debug)]
    pub enum MapType {}
    /// `SS`: a set of strings, never empty.
    #[derive(Debug)]
    pub enum StringSetType {}
    /// `NS`: a set of numbers, never empty.
    #[derive(Debug)]
    pub enum NumberSetType {}
    /// `BS`: a set of binary values, never empty.
    #[derive(Debug)]
    pub enum BinarySetType {}
    /// Known only at run time: the type of [`attr`](crate::attr).
    #[derive(Debug)]
    pub enum UnknownType {}
}
use kind::{
    BinarySetType, BinaryType, BooleanType, ListType, MapType, NullType, NumberSetType, NumberType,
    StringSetType, StringType, UnknownType,
};

/// DynamoDB's data types, as values: what [`attribute_type`](crate::Attribute::attribute_type) takes.
///
/// `Display` writes DynamoDB's abbreviation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataType {
    /// String.
    S,
    /// Number.
    N,
    /// Binary.
    B,
    /// String set.
    Ss,
    /// Number set.
    Ns,
    /// Binary set.
    Bs,
    /// List.
    L,
    /// Map.
    M,
    /// Boolean.
    Bool,
    /// Null.
    Null,
}

impl DataType {
    pub(crate) const NAMES: [&'static str; 10] =
        ["S", "N", "B", "SS", "NS", "BS", "L", "M", "BOOL", "NULL"];
}

impl std::fmt::Display for DataType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(Self::NAMES[*self as usize])
    }
}

/// How DynamoDB stores a Rust type. Derived for enums and newtypes by `#[derive(AttributeType)]`.
///
/// An attribute's type is what the *wire* holds: a `HashSet<String>` is a list unless it is written by
/// `serde_dynamo::string_set`.
#[diagnostic::on_unimplemented(
    message = "dynacond does not know how DynamoDB stores a `{Self}`",
    label = "no `AttributeType`",
    note = "derive it: `#[derive(AttributeType)]` (for a struct stored as a map: `#[derive(Document)]`); for a type of another crate, or beside `#[serde(with = \"…\")]`, say it on the field: `#[dynacond(stored_as = \"S\")]`"
)]
pub trait AttributeType {
    /// The DynamoDB data type, one of [`kind`].
    type Kind;
    /// The type whose values stand beside an operator: `Self`, or what is inside an `Option` or a `Box`.
    type Value: ?Sized;
    /// Whether the Rust type holds no negative number, so that `subtract` is guarded.
    #[doc(hidden)]
    const UNSIGNED: bool = false;
    /// Whether explanations must not show its values.
    #[doc(hidden)]
    const SENSITIVE: bool = false;
    /// The names of the attributes that a document writes, where they are the same for all of its values or left out.
    #[doc(hidden)]
    const NAMES: Option<&'static [&'static str]> = None;
}

/// A type whose values may stand beside an operator. `Option` is none: DynamoDB compares with a value.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot stand beside an operator: DynamoDB compares with a value",
    label = "not a value"
)]
pub trait Value: AttributeType + Serialize {
    /// What serde writes; texts, integers and booleans say it without asking it.
    #[doc(hidden)]
    fn encoded(&self) -> Result<AttributeValue, serde_dynamo::Error> {
        encode::<Plain, Self>(self)
    }

    /// The same, moved.
    #[doc(hidden)]
    fn into_encoded(self) -> Result<AttributeValue, serde_dynamo::Error>
    where
        Self: Sized,
    {
        self.encoded()
    }
}

/// A wire type said on a field: `stored_as`, or a `with` module such as `serde_dynamo::string_set`.
/// `C` says how a value becomes an attribute value.
#[derive(Debug)]
pub struct As<T, K, C = Plain>(PhantomData<T>, PhantomData<K>, PhantomData<C>);

/// A field written by a `with` module whose wire type was not said.
#[derive(Debug)]
pub struct With<T>(PhantomData<fn() -> T>);

/// How a field's value is serialised: what `#[serde(with = "…")]` names.
pub trait Codec<T: ?Sized> {
    /// Serialises as the field is serialised.
    ///
    /// # Errors
    /// Those of the serializer.
    fn serialize<S: serde::Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error>;
}

/// The type's own `Serialize`.
#[derive(Debug)]
pub enum Plain {}

impl<T: Serialize + ?Sized> Codec<T> for Plain {
    fn serialize<S: serde::Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }
}

/// Raw bytes beside an operator on a binary attribute.
#[derive(Debug)]
pub enum Bytes {}

/// The type of an attribute that is known only at run time: see [`attr`](crate::attr).
#[derive(Debug)]
pub enum Untyped {}

macro_rules! stored {
    ($($kind:ident: $($ty:ty),+;)+) => { $($(
        #[diagnostic::do_not_recommend]
        impl AttributeType for $ty { type Kind = $kind; type Value = $ty; }
    )+)+ };
}
macro_rules! unsigned {
    ($($ty:ty),+) => { $(
        #[diagnostic::do_not_recommend]
        impl AttributeType for $ty { type Kind = NumberType; type Value = $ty; const UNSIGNED: bool = true; }
    )+ };
}
macro_rules! value {
    ($($ty:ty $(: |$value:ident| $attribute:expr)?;)+) => { $(
        #[diagnostic::do_not_recommend]
        impl Value for $ty {
            $(#[inline]
            fn encoded(&self) -> Result<AttributeValue, serde_dynamo::Error> {
                let $value = self;
                Ok($attribute)
            })?
        }
    )+ };
}
macro_rules! integers {
    ($($ty:ty),+) => { value! { $($ty: |value| AttributeValue::N(value.to_string());)+ } };
}
macro_rules! generic {
    ($($kind:ident: $({$($p:tt)*} $ty:ty),+;)+) => { $($(
        #[diagnostic::do_not_recommend]
        impl<$($p)*> AttributeType for $ty { type Kind = $kind; type Value = $ty; }
        impl<$($p)*> Value for $ty where $ty: Serialize {}
    )+)+ };
}
macro_rules! transparent {
    ($($ty:ty),+) => { $(
        impl<T: AttributeType + ?Sized> AttributeType for $ty {
            type Kind = T::Kind;
            type Value = T::Value;
            const UNSIGNED: bool = T::UNSIGNED;
            const SENSITIVE: bool = T::SENSITIVE;
        }
    )+ };
}
stored! { StringType: String, char; NumberType: i8, i16, i32, i64, isize, f32, f64; BooleanType: bool; NullType: (); }
unsigned! { u8, u16, u32, u64, usize }
integers! { i8, i16, i32, i64, isize, u8, u16, u32, u64, usize }
value! { char; f32; f64; (); bool: |value| AttributeValue::Bool(*value); }
#[diagnostic::do_not_recommend]
impl Value for String {
    #[inline]
    fn encoded(&self) -> Result<AttributeValue, serde_dynamo::Error> {
        Ok(AttributeValue::S(self.clone()))
    }

    #[inline]
    fn into_encoded(self) -> Result<AttributeValue, serde_dynamo::Error> {
        Ok(AttributeValue::S(self))
    }
}
generic! {
    ListType: {T} Vec<T>, {T} VecDeque<T>, {T} LinkedList<T>, {T, S} HashSet<T, S>, {T} BTreeSet<T>, {T, const N: usize} [T; N],
        {A, B} (A, B), {A, B, C} (A, B, C);
    MapType: {K, V, S} HashMap<K, V, S>, {K, V} BTreeMap<K, V>;
}
transparent! { Box<T>, Rc<T>, Arc<T> }

#[diagnostic::do_not_recommend]
impl AttributeType for str {
    type Kind = StringType;
    type Value = String;
}
#[diagnostic::do_not_recommend]
impl AttributeType for Untyped {
    type Kind = UnknownType;
    type Value = Self;
}
#[diagnostic::do_not_recommend]
impl AttributeType for Bytes {
    type Kind = BinaryType;
    type Value = Self;
}
impl<T: AttributeType> AttributeType for Option<T> {
    type Kind = T::Kind;
    type Value = T::Value;
    const UNSIGNED: bool = T::UNSIGNED;
    const SENSITIVE: bool = T::SENSITIVE;
}
impl<T: AttributeType + ToOwned + ?Sized> AttributeType for Cow<'_, T> {
    type Kind = T::Kind;
    type Value = T::Value;
    const UNSIGNED: bool = T::UNSIGNED;
    const SENSITIVE: bool = T::SENSITIVE;
}
#[diagnostic::do_not_recommend]
impl<T, K, C> AttributeType for As<T, K, C> {
    type Kind = K;
    type Value = Self;
}

/// What `lt`, `le`, `gt`, `ge` and `between` need.
#[diagnostic::on_unimplemented(
    message = "DynamoDB orders strings, numbers and binary; this attribute is stored as {Self}",
    label = "`lt`, `le`, `gt`, `ge` and `between` need a string, a number or binary",
    note = "`eq`, `ne` and `is_in` work on every attribute"
)]
pub trait Ordered {}
/// What `is_none` and `is_some` need: an `Option`.
#[diagnostic::on_unimplemented(
    message = "`is_none` and `is_some` ask for an attribute that may hold nothing, an `Option`; this one is a `{Self}`",
    label = "not an `Option`",
    note = "whether the attribute is there at all: `.exists()`, `.not_exists()`"
)]
pub trait Optional {}
impl<T> Optional for Option<T> {}
#[diagnostic::do_not_recommend]
impl Optional for Untyped {}

/// What `begins_with` needs.
#[diagnostic::on_unimplemented(
    message = "DynamoDB's `begins_with` accepts a string or binary; this attribute is stored as {Self}",
    label = "not a string or binary attribute"
)]
pub trait Prefixed {
    /// The type of the prefix.
    type Prefix: ?Sized;
}
/// What `size` needs.
#[diagnostic::on_unimplemented(
    message = "DynamoDB's `size` accepts a string, binary, a set, a list or a map; this attribute is stored as {Self}",
    label = "has no size"
)]
pub trait HasSize {}
/// What `add` and `subtract` need: a number, whose Rust type is `V`.
#[diagnostic::on_unimplemented(
    message = "DynamoDB adds to and subtracts from numbers; this attribute is stored as {Self}",
    label = "not a number",
    note = "to a set: `.insert(..)`, and `.delete(..)` from it; to a list: `.append(..)`"
)]
pub trait Numeric<V: ?Sized> {
    /// The number's Rust type: `V`.
    type Number: ?Sized;
}
/// What `contains` needs: a string, binary, a set or a list, whose Rust type is `V`.
#[diagnostic::on_unimplemented(
    message = "DynamoDB's `contains` accepts a string, binary, a set or a list; this attribute is stored as {Self}",
    label = "contains nothing",
    note = "elements are known of `Vec`, `HashSet` and their like; of a type of your own they are not: leave the types, `attr(\"…\").contains(..)`"
)]
pub trait Contains<V: ?Sized> {
    /// A substring, a subsequence, a member or an element.
    type Element: ?Sized;
}
/// What `index`, `append` and `prepend` need: a list of `E`, whose Rust type is `V`.
///
/// `E` is no associated type: rustc shows this message for a bound, and not where a method returns what the bound names.
#[diagnostic::on_unimplemented(
    message = "DynamoDB indexes lists and appends to them; this attribute is stored as {Self}",
    label = "not a list",
    note = "elements are known of `Vec` and its like; of a type of your own they are not: leave the types, `attr(\"…\").index(0)`"
)]
pub trait IsList<V: ?Sized, E> {}
/// What the update actions `insert` and `delete` need: a set, whose Rust type is `V`.
#[diagnostic::on_unimplemented(
    message = "DynamoDB's ADD and DELETE change members of sets; this attribute is stored as {Self}",
    label = "not a set",
    note = "a `HashSet` is stored as a list unless its field says `#[serde(with = \"serde_dynamo::string_set\")]` (or `number_set`, `binary_set`)"
)]
pub trait IsSet<V: ?Sized> {
    /// The type of a member.
    type Element;
}
/// What `entry` needs: a map with entries of one type, `E`.
#[diagnostic::on_unimplemented(
    message = "DynamoDB finds entries by name in maps; `{Self}` is not a map with entries of one type",
    label = "no entries",
    note = "a struct stored as a map has typed paths by `#[derive(Document)]`: `.at(|a| a.city)`; untyped ones by `.at_name(\"city\")`"
)]
pub trait Entries<E> {}
/// A Rust collection, seen as its elements.
#[diagnostic::on_unimplemented(
    message = "dynacond does not know the elements of `{Self}`",
    label = "elements of an unknown type"
)]
pub trait Elements {
    /// The type of an element.
    type Element;
}
/// Which data types DynamoDB compares with each other.
#[diagnostic::on_unimplemented(
    message = "DynamoDB puts like beside like: an attribute stored as {K} takes another stored as {K}, not as {Self}",
    label = "stored as {Self}"
)]
pub trait SameKind<K> {}

macro_rules! marker {
    ($name:ident: $($kind:ident),+) => { $(#[diagnostic::do_not_recommend] impl $name for $kind {})+ };
}
marker! { Ordered: StringType, NumberType, BinaryType, UnknownType }
marker! { HasSize: StringType, BinaryType, ListType, MapType, StringSetType, NumberSetType, BinarySetType, UnknownType }

macro_rules! same_kind {
    ($($kind:ident),+) => { $(
        #[diagnostic::do_not_recommend] impl SameKind<$kind> for $kind {}
        #[diagnostic::do_not_recommend] impl SameKind<UnknownType> for $kind {}
        #[diagnostic::do_not_recommend] impl SameKind<$kind> for UnknownType {}
    )+ };
}
same_kind! { StringType, NumberType, BinaryType, BooleanType, NullType, ListType, MapType, StringSetType, NumberSetType, BinarySetType }
#[diagnostic::do_not_recommend]
impl SameKind<UnknownType> for UnknownType {}

macro_rules! related {
    ($($(#[$m:meta])* {$($p:tt)*} $trait:ty, $ty:ty => $name:ident = $out:ty;)+) => { $(
        #[diagnostic::do_not_recommend] impl<$($p)*> $trait for $ty { type $name = $out; }
    )+ };
}
related! {
    {V: ?Sized} Numeric<V>, NumberType => Number = V;
    {V: ?Sized} Numeric<V>, UnknownType => Number = V;
    {} Prefixed, StringType => Prefix = String;
    {} Prefixed, BinaryType => Prefix = Bytes;
    {} Prefixed, UnknownType => Prefix = Untyped;
    {V: ?Sized} Contains<V>, StringType => Element = String;
    {V: ?Sized} Contains<V>, BinaryType => Element = Bytes;
    {V: Elements + ?Sized} Contains<V>, ListType => Element = V::Element;
    {V: Elements + ?Sized} Contains<V>, StringSetType => Element = V::Element;
    {V: Elements + ?Sized} Contains<V>, NumberSetType => Element = V::Element;
    {V: Elements + ?Sized} Contains<V>, BinarySetType => Element = V::Element;
    {V: ?Sized} Contains<V>, UnknownType => Element = Untyped;
    {V: Elements + ?Sized} IsSet<V>, StringSetType => Element = V::Element;
    {V: Elements + ?Sized} IsSet<V>, NumberSetType => Element = V::Element;
    {V: Elements + ?Sized} IsSet<V>, BinarySetType => Element = V::Element;
    {V: ?Sized} IsSet<V>, UnknownType => Element = Untyped;
    {T} Elements, Vec<T> => Element = T;
    {T} Elements, VecDeque<T> => Element = T;
    {T} Elements, LinkedList<T> => Element = T;
    {T, S} Elements, HashSet<T, S> => Element = T;
    {T} Elements, BTreeSet<T> => Element = T;
    {T, const N: usize} Elements, [T; N] => Element = T;
    {T: IntoIterator, C} Elements, As<T, StringSetType, C> => Element = T::Item;
    {T: IntoIterator, C} Elements, As<T, NumberSetType, C> => Element = T::Item;
    {T, C} Elements, As<T, BinarySetType, C> => Element = Bytes;
    {T: IntoIterator, C} Elements, As<T, ListType, C> => Element = T::Item;
}

#[diagnostic::do_not_recommend]
impl<V: Elements + ?Sized> IsList<V, V::Element> for ListType {}
#[diagnostic::do_not_recommend]
impl<V: ?Sized> IsList<V, Untyped> for UnknownType {}
#[diagnostic::do_not_recommend]
impl<K, V, S> Entries<V> for HashMap<K, V, S> {}
#[diagnostic::do_not_recommend]
impl<K, V> Entries<V> for BTreeMap<K, V> {}
#[diagnostic::do_not_recommend]
impl Entries<Untyped> for Untyped {}

/// Serialises through serde into what DynamoDB stores.
pub(crate) fn encode<C: Codec<T>, T: ?Sized>(
    value: &T,
) -> Result<AttributeValue, serde_dynamo::Error> {
    struct Coded<'a, T: ?Sized, C>(&'a T, PhantomData<C>);
    impl<T: ?Sized, C: Codec<T>> Serialize for Coded<'_, T, C> {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            C::serialize(self.0, serializer)
        }
    }
    to_attribute_value(&Coded::<T, C>(value, PhantomData))
}

/// Asks a type whether it is sensitive, and gets `false` from one that is no [`AttributeType`]: the inherent constant is
/// preferred, and the trait's is there for all.
#[doc(hidden)]
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<T>);
impl<T: AttributeType + ?Sized> Probe<T> {
    /// What the type says.
    pub const SENSITIVE: bool = T::SENSITIVE;
    /// The names of what it writes.
    pub const NAMES: Option<&'static [&'static str]> = T::NAMES;
}
/// The answer for a type that says nothing.
#[doc(hidden)]
pub trait Unmarked {
    /// Not sensitive.
    const SENSITIVE: bool = false;
    /// Its elements neither.
    const ELEMENTS: bool = false;
    /// Not known.
    const NAMES: Option<&'static [&'static str]> = None;
}
macro_rules! elements {
    ($({$($p:tt)*} $ty:ty),+) => { $(
        impl<T: AttributeType $($p)*> Probe<$ty> {
            /// What the type of the elements says.
            pub const ELEMENTS: bool = T::SENSITIVE;
        }
        impl<T: AttributeType $($p)*> Probe<Option<$ty>> {
            /// What the type of the elements says.
            pub const ELEMENTS: bool = T::SENSITIVE;
        }
    )+ };
}
elements! {
    {} Vec<T>, {} VecDeque<T>, {} LinkedList<T>, {, S} HashSet<T, S>, {} BTreeSet<T>, {, const N: usize} [T; N],
    {, K, S} HashMap<K, T, S>, {, K} BTreeMap<K, T>
}
impl<T: ?Sized> Unmarked for Probe<T> {}
/// No attribute type.
#[doc(hidden)]
#[derive(Debug)]
pub enum Nothing {}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone)]
    struct Phone;
    impl AttributeType for Phone {
        type Kind = StringType;
        type Value = Self;
        const SENSITIVE: bool = true;
    }

    #[test]
    fn what_is_borrowed_or_boxed_is_as_sensitive_and_as_unsigned_as_what_it_holds() {
        const SENSITIVE: [bool; 3] = [
            <Cow<'static, Phone>>::SENSITIVE,
            <Box<Phone>>::SENSITIVE,
            <Option<Phone>>::SENSITIVE,
        ];
        const UNSIGNED: [bool; 2] = [<Cow<'static, u32>>::UNSIGNED, <Option<u32>>::UNSIGNED];
        assert_eq!((SENSITIVE, UNSIGNED), ([true; 3], [true; 2]));
    }
}
