//! What DynamoDB stores, and which operators it accepts: every rule is a trait that carries its own message.
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::types::codec::{Declared, Own};
use crate::types::sensitive::Seen;
use crate::types::verify::Verified;
use crate::value::reason::SerializeError;
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
    /// `S`, in an order that is not the order of the values: a time or a decimal number as text of varying width.
    #[derive(Debug)]
    pub enum UnsortedStringType {}
    /// Known only at run time: the type of [`attr`](crate::attr).
    #[derive(Debug)]
    pub enum UnknownType {}

    /// A kind that DynamoDB stores as one of its data types.
    pub trait StoredKind {
        /// The data type.
        const DATA_TYPE: super::DataType;
    }
    macro_rules! stored_kinds {
        ($($kind:ident: $data_type:ident),+) => { $(
            impl StoredKind for $kind { const DATA_TYPE: super::DataType = super::DataType::$data_type; }
        )+ };
    }
    stored_kinds! {
        StringType: S, UnsortedStringType: S, NumberType: N, BinaryType: B, BooleanType: Bool, NullType: Null,
        ListType: L, MapType: M, StringSetType: Ss, NumberSetType: Ns, BinarySetType: Bs
    }
}
use kind::{
    BinarySetType, BinaryType, BooleanType, ListType, MapType, NullType, NumberSetType, NumberType,
    StringSetType, StringType, UnknownType, UnsortedStringType,
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

    /// DynamoDB's abbreviation.
    pub(crate) const fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

impl std::fmt::Display for DataType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
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
    /// How a value beside an operator is written: [`Own`], unless the field says another way.
    type Encoding;
    /// Whether the Rust type holds no negative number, so that `subtract` is guarded.
    #[doc(hidden)]
    const UNSIGNED: bool = false;
    /// Whether the type is marked: explanations must not show its values.
    #[doc(hidden)]
    const SENSITIVE: bool = false;
    /// Whether it is marked, or one of the types inside of it.
    #[doc(hidden)]
    fn withholds(_seen: &mut Seen) -> bool {
        Self::SENSITIVE
    }
    /// Whether what serde wrote is of the data types that were said, in the type and inside of it.
    ///
    /// # Errors
    /// A value of another data type.
    #[doc(hidden)]
    fn verify(_value: &AttributeValue) -> Verified {
        Ok(())
    }
    /// The names of the attributes that a document writes, where they are the same for all of its values or left out.
    #[doc(hidden)]
    const NAMES: Option<&'static [&'static str]> = None;
}

/// A type whose values may stand beside an operator. `Option` is none: DynamoDB compares with a value.
#[diagnostic::on_unimplemented(
    message = "dynacond does not know a `{Self}` as a value that DynamoDB stores",
    label = "not a value",
    note = "derive it: `#[derive(AttributeType)]` (for a struct stored as a map: `#[derive(Document)]`); for a type of another crate give an `AttributeValue` to an untyped `attr(\"…\")`",
    note = "an `Option` is no value: give what is inside of it"
)]
pub trait Value: AttributeType<Encoding = Own> + Serialize {
    /// What serde writes; texts, integers and booleans say it without asking it.
    #[doc(hidden)]
    fn encoded(&self) -> Result<AttributeValue, SerializeError> {
        to_attribute_value(self)
    }

    /// The same, moved.
    #[doc(hidden)]
    fn into_encoded(self) -> Result<AttributeValue, SerializeError>
    where
        Self: Sized,
    {
        self.encoded()
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
        impl AttributeType for $ty { type Kind = $kind; type Value = $ty; type Encoding = Own; }
    )+)+ };
}
macro_rules! unsigned {
    ($($ty:ty),+) => { $(
        #[diagnostic::do_not_recommend]
        impl AttributeType for $ty { type Kind = NumberType; type Value = $ty; type Encoding = Own; const UNSIGNED: bool = true; }
    )+ };
}
macro_rules! value {
    ($($ty:ty $(: |$value:ident| $attribute:expr)?;)+) => { $(
        #[diagnostic::do_not_recommend]
        impl Value for $ty {
            $(#[inline]
            fn encoded(&self) -> Result<AttributeValue, SerializeError> {
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
        impl<$($p)*> AttributeType for $ty { type Kind = $kind; type Value = $ty; type Encoding = Own; }
        impl<$($p)*> Value for $ty where $ty: Serialize {}
    )+)+ };
}
macro_rules! transparent {
    ($($ty:ty),+) => { $(
        impl<T: AttributeType + ?Sized> AttributeType for $ty {
            type Kind = T::Kind;
            type Value = T::Value;
            type Encoding = T::Encoding;
            const UNSIGNED: bool = T::UNSIGNED;
            const SENSITIVE: bool = T::SENSITIVE;
            fn withholds(seen: &mut Seen) -> bool {
                T::withholds(seen)
            }
            fn verify(value: &AttributeValue) -> Verified {
                T::verify(value)
            }
        }
    )+ };
}
stored! { StringType: String, char; NumberType: i8, i16, i32, i64, i128, isize, f32, f64; BooleanType: bool; NullType: (); }
unsigned! { u8, u16, u32, u64, u128, usize }
integers! { i8, i16, i32, i64, isize, u8, u16, u32, u64, usize }
value! { char; f32; f64; i128; u128; (); bool: |value| AttributeValue::Bool(*value); }
#[diagnostic::do_not_recommend]
impl Value for String {
    #[inline]
    fn encoded(&self) -> Result<AttributeValue, SerializeError> {
        Ok(AttributeValue::S(self.clone()))
    }

    #[inline]
    fn into_encoded(self) -> Result<AttributeValue, SerializeError> {
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
    type Encoding = Own;
}
#[diagnostic::do_not_recommend]
impl AttributeType for Untyped {
    type Kind = UnknownType;
    type Value = Self;
    type Encoding = Own;
}
#[diagnostic::do_not_recommend]
impl AttributeType for Bytes {
    type Kind = BinaryType;
    type Value = Self;
    type Encoding = Own;
}
impl<T: AttributeType> AttributeType for Option<T> {
    type Kind = T::Kind;
    type Value = T::Value;
    type Encoding = T::Encoding;
    const UNSIGNED: bool = T::UNSIGNED;
    const SENSITIVE: bool = T::SENSITIVE;
    fn withholds(seen: &mut Seen) -> bool {
        T::withholds(seen)
    }
    fn verify(value: &AttributeValue) -> Verified {
        T::verify(value)
    }
}
impl<T: AttributeType + ToOwned + ?Sized> AttributeType for Cow<'_, T> {
    type Kind = T::Kind;
    type Value = T::Value;
    type Encoding = T::Encoding;
    const UNSIGNED: bool = T::UNSIGNED;
    const SENSITIVE: bool = T::SENSITIVE;
    fn withholds(seen: &mut Seen) -> bool {
        T::withholds(seen)
    }
    fn verify(value: &AttributeValue) -> Verified {
        T::verify(value)
    }
}

/// What `lt`, `le`, `gt`, `ge` and `between` need.
#[diagnostic::on_unimplemented(
    message = "DynamoDB orders strings, numbers and binary; this attribute is stored as {Self}",
    label = "`lt`, `le`, `gt`, `ge` and `between` need a string, a number or binary in the order of its values",
    note = "`eq`, `ne` and `is_in` work on every attribute",
    note = "an `UnsortedStringType` is text that does not sort as its values do, a time or a decimal of varying width; `#[serde(with = \"dynacond::sortable_time\")]`, `epoch_seconds` and `exact_number` write values in their order"
)]
pub trait Ordered {}
/// What `is_none` and `is_some` need: an `Option`.
#[diagnostic::on_unimplemented(
    message = "`is_none` and `is_some` ask for an attribute that may hold nothing, an `Option`; this one is a `{V}`",
    label = "not an `Option`",
    note = "whether the attribute is there at all: `.exists()`, `.not_exists()`"
)]
pub trait Optional<V: ?Sized> {}
impl<T, V: ?Sized> Optional<V> for Option<T> {}
#[diagnostic::do_not_recommend]
impl Optional<Self> for Untyped {}

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
pub trait Numeric<V: ?Sized, E = Own> {
    /// The number's Rust type: `V`.
    type Number: ?Sized;
    /// How the number is written: `E`.
    type Encoding;
}
/// What `contains` needs: a string, binary, a set or a list, whose Rust type is `V`.
#[diagnostic::on_unimplemented(
    message = "DynamoDB's `contains` accepts a string, binary, a set or a list; this attribute is stored as {Self}",
    label = "contains nothing",
    note = "elements are known of `Vec`, `HashSet` and their like; of a type of your own they are not: leave the types, `attr(\"…\").contains(..)`"
)]
pub trait Contains<V: ?Sized, E = Own> {
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
pub trait IsList<V: ?Sized, E, W = Own> {}
/// What the update actions `insert` and `delete` need: a set, whose Rust type is `V`.
#[diagnostic::on_unimplemented(
    message = "DynamoDB's ADD and DELETE change members of sets; this attribute is stored as {Self}",
    label = "not a set",
    note = "a `HashSet` is stored as a list unless its field says `#[serde(with = \"serde_dynamo::string_set\")]` (or `number_set`, `binary_set`)"
)]
pub trait IsSet<V: ?Sized, E = Own> {
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
marker! { HasSize: StringType, UnsortedStringType, BinaryType, ListType, MapType, StringSetType, NumberSetType, BinarySetType, UnknownType }

macro_rules! same_kind {
    ($($kind:ident),+) => { $(
        #[diagnostic::do_not_recommend] impl SameKind<$kind> for $kind {}
        #[diagnostic::do_not_recommend] impl SameKind<UnknownType> for $kind {}
        #[diagnostic::do_not_recommend] impl SameKind<$kind> for UnknownType {}
    )+ };
}
same_kind! { StringType, UnsortedStringType, NumberType, BinaryType, BooleanType, NullType, ListType, MapType, StringSetType, NumberSetType, BinarySetType }
#[diagnostic::do_not_recommend]
impl SameKind<UnknownType> for UnknownType {}

/// A value, as the source of an update.
#[derive(Debug)]
pub enum Given {}
/// Another attribute of type `U`, stored as `K`, as the source of an update.
#[derive(Debug)]
pub struct AttributeOf<U, K>(PhantomData<(U, K)>);

/// What an update may put into a `T` that is stored as `K`: a value, or an attribute of the same Rust type. An attribute of
/// another one could leave an item that does not decode.
#[diagnostic::on_unimplemented(
    message = "an update takes another attribute only if it has the same Rust type, `{T}`, or the item could no longer be read; this is an `{Self}`",
    label = "an attribute of another Rust type",
    note = "conditions compare attributes of different types; an update of this kind is a `modify`, or leaves the types: `attr(\"…\")`"
)]
pub trait Fits<T: ?Sized, K> {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, K> Fits<T, K> for Given {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, U, K> Fits<T, K> for AttributeOf<U, UnknownType> {}
macro_rules! fits {
    ($($kind:ident),+) => { $(
        #[diagnostic::do_not_recommend] impl<T> Fits<T, $kind> for AttributeOf<T, $kind> {}
        #[diagnostic::do_not_recommend] impl<T> Fits<Option<T>, $kind> for AttributeOf<T, $kind> {}
        #[diagnostic::do_not_recommend] impl<T: ?Sized, U> Fits<T, UnknownType> for AttributeOf<U, $kind> {}
    )+ };
}
fits! { StringType, UnsortedStringType, NumberType, BinaryType, BooleanType, NullType, ListType, MapType, StringSetType, NumberSetType, BinarySetType }
#[diagnostic::do_not_recommend]
impl SameKind<StringType> for UnsortedStringType {}
#[diagnostic::do_not_recommend]
impl SameKind<UnsortedStringType> for StringType {}

macro_rules! related {
    ($($(#[$m:meta])* {$($p:tt)*} $trait:ty, $ty:ty => $name:ident = $out:ty;)+) => { $(
        #[diagnostic::do_not_recommend] impl<$($p)*> $trait for $ty { type $name = $out; }
    )+ };
}
related! {
    {} Prefixed, StringType => Prefix = String;
    {} Prefixed, UnsortedStringType => Prefix = String;
    {} Prefixed, BinaryType => Prefix = Bytes;
    {} Prefixed, UnknownType => Prefix = Untyped;
    {V: ?Sized, E} Contains<V, E>, StringType => Element = String;
    {V: ?Sized, E} Contains<V, E>, UnsortedStringType => Element = String;
    {V: ?Sized, E} Contains<V, E>, BinaryType => Element = Bytes;
    {V: Elements + ?Sized} Contains<V>, ListType => Element = V::Element;
    {V: IntoIterator, K, C} Contains<V, Declared<K, C>>, ListType => Element = V::Item;
    {V: Elements + ?Sized} Contains<V>, StringSetType => Element = V::Element;
    {V: IntoIterator, K, C} Contains<V, Declared<K, C>>, StringSetType => Element = V::Item;
    {V: Elements + ?Sized} Contains<V>, NumberSetType => Element = V::Element;
    {V: IntoIterator, K, C} Contains<V, Declared<K, C>>, NumberSetType => Element = V::Item;
    {V: ?Sized, E} Contains<V, E>, BinarySetType => Element = Bytes;
    {V: ?Sized, E} Contains<V, E>, UnknownType => Element = Untyped;
    {V: Elements + ?Sized} IsSet<V>, StringSetType => Element = V::Element;
    {V: IntoIterator, K, C} IsSet<V, Declared<K, C>>, StringSetType => Element = V::Item;
    {V: Elements + ?Sized} IsSet<V>, NumberSetType => Element = V::Element;
    {V: IntoIterator, K, C} IsSet<V, Declared<K, C>>, NumberSetType => Element = V::Item;
    {V: ?Sized, E} IsSet<V, E>, BinarySetType => Element = Bytes;
    {V: ?Sized, E} IsSet<V, E>, UnknownType => Element = Untyped;
    {T} Elements, Vec<T> => Element = T;
    {T} Elements, VecDeque<T> => Element = T;
    {T} Elements, LinkedList<T> => Element = T;
    {T, S} Elements, HashSet<T, S> => Element = T;
    {T} Elements, BTreeSet<T> => Element = T;
    {T, const N: usize} Elements, [T; N] => Element = T;
}

macro_rules! numeric {
    ($($kind:ident),+) => { $(
        #[diagnostic::do_not_recommend]
        impl<V: ?Sized, E> Numeric<V, E> for $kind { type Number = V; type Encoding = E; }
    )+ };
}
numeric! { NumberType, UnknownType }
#[diagnostic::do_not_recommend]
impl<V: Elements + ?Sized> IsList<V, V::Element> for ListType {}
#[diagnostic::do_not_recommend]
impl<V: IntoIterator, K, C> IsList<V, V::Item, Declared<K, C>> for ListType {}
#[diagnostic::do_not_recommend]
impl<V: ?Sized, W> IsList<V, Untyped, W> for UnknownType {}
#[diagnostic::do_not_recommend]
impl<K, V, S> Entries<V> for HashMap<K, V, S> {}
#[diagnostic::do_not_recommend]
impl<K, V> Entries<V> for BTreeMap<K, V> {}
#[diagnostic::do_not_recommend]
impl Entries<Untyped> for Untyped {}

/// Asks a type whether it is sensitive, and gets `false` from one that is no [`AttributeType`]: the inherent constant is
/// preferred, and the trait's is there for all.
#[doc(hidden)]
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<T>);
impl<T: AttributeType + ?Sized> Probe<T> {
    /// What the type says.
    pub const SENSITIVE: bool = T::SENSITIVE;
    /// What the type says.
    pub const UNSIGNED: bool = T::UNSIGNED;
    /// The names of what it writes.
    pub const NAMES: Option<&'static [&'static str]> = T::NAMES;
}
/// The answer for a type that says nothing.
#[doc(hidden)]
pub trait Unmarked {
    /// Not sensitive.
    const SENSITIVE: bool = false;
    /// It is not unsigned.
    const UNSIGNED: bool = false;
    /// Not known.
    const NAMES: Option<&'static [&'static str]> = None;
    /// It holds nothing that is never shown.
    fn withholds(_seen: &mut Seen) -> bool {
        false
    }
    /// Nothing was said of it.
    ///
    /// # Errors
    /// None.
    fn verify(_value: &AttributeValue) -> Verified {
        Ok(())
    }
    /// Nor of its elements.
    ///
    /// # Errors
    /// None.
    fn verify_elements(_value: &AttributeValue) -> Verified {
        Ok(())
    }
    /// Its elements do not, either.
    fn elements_withhold(_seen: &mut Seen) -> bool {
        false
    }
    /// Nor do the elements of its elements.
    fn inner_elements_withhold(_seen: &mut Seen) -> bool {
        false
    }
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
        type Encoding = Own;
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
