//! What operators require of an attribute's type. Each requirement is a trait with its own compiler message.
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};
use std::marker::PhantomData;

use crate::types::attribute_type::{Bytes, Untyped};
use crate::types::encoding::{Declared, Own};
use crate::types::kind::{
    BinarySetType, BinaryType, BooleanType, ListType, MapType, MomentType, NullType, NumberSetType,
    NumberType, StringSetType, StringType, UnknownType, UnsortedStringType,
};

/// What `lt`, `le`, `gt`, `ge` and `between` need.
#[diagnostic::on_unimplemented(
    message = "DynamoDB orders strings, numbers and binary; this attribute is stored as {Self}",
    label = "`lt`, `le`, `gt`, `ge` and `between` need a string, a number or binary in the order of its values",
    note = "`eq`, `ne` and `is_in` work on every attribute",
    note = "an `UnsortedStringType` is text that does not sort as its values do, a time or a decimal of varying width; `#[serde(with = \"dynacond::sortable_time\")]`, `epoch_seconds` and `exact_number` write values in their order"
)]
pub trait Ordered {}
/// What `is_none`, `is_some` and `to_or_remove` need: an `Option`.
#[diagnostic::on_unimplemented(
    message = "`is_none`, `is_some` and `to_or_remove` need an attribute that is an `Option`; this one is a `{V}`",
    label = "not an `Option`",
    note = "use `.exists()` and `.not_exists()` for whether the attribute exists"
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
    note = "use `.insert(..)` and `.delete(..)` for a set, and `.append(..)` for a list",
    note = "a decimal is stored as text, an `UnsortedStringType`, unless `#[serde(with = \"dynacond::exact_number\")]` stores it as a number"
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
    note = "dynacond knows the elements of `Vec`, `HashSet` and similar types; for a type of your own use an untyped `attr(\"…\").contains(..)`"
)]
pub trait Contains<V: ?Sized, E = Own> {
    /// A substring, a subsequence, a member or an element.
    type Element: ?Sized;
}
/// What `index`, `append` and `prepend` need: a list of `E`, whose Rust type is `V`.
///
/// `E` is not an associated type, because rustc shows the message of this trait only for a bound.
#[diagnostic::on_unimplemented(
    message = "DynamoDB indexes lists and appends to them; this attribute is stored as {Self}",
    label = "not a list",
    note = "dynacond knows the elements of `Vec` and similar types; for a type of your own use an untyped `attr(\"…\").index(0)`"
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
pub trait Entries<E> {
    /// The type of the map's keys.
    type Key;
}
/// A Rust collection and the type of its elements.
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
    message = "an attribute stored as {K} can only be used together with another one stored as {K}, and this one is stored as {Self}",
    label = "stored as {Self}"
)]
pub trait SameKind<K> {}

macro_rules! marker {
    ($name:ident: $($kind:ident),+) => { $(#[diagnostic::do_not_recommend] impl $name for $kind {})+ };
}
marker! { Ordered: StringType, NumberType, MomentType, BinaryType, UnknownType }
marker! { HasSize: StringType, UnsortedStringType, BinaryType, ListType, MapType, StringSetType, NumberSetType, BinarySetType, UnknownType }

macro_rules! same_kind {
    ($($kind:ident),+) => { $(
        #[diagnostic::do_not_recommend] impl SameKind<$kind> for $kind {}
        #[diagnostic::do_not_recommend] impl SameKind<UnknownType> for $kind {}
        #[diagnostic::do_not_recommend] impl SameKind<$kind> for UnknownType {}
    )+ };
}
same_kind! { StringType, UnsortedStringType, NumberType, MomentType, BinaryType, BooleanType, NullType, ListType, MapType, StringSetType, NumberSetType, BinarySetType }
#[diagnostic::do_not_recommend]
impl SameKind<UnknownType> for UnknownType {}

/// A value, as the source of an update.
#[derive(Debug)]
pub enum Given {}
/// Another attribute of type `U`, stored as `K`, as the source of an update.
#[derive(Debug)]
pub struct AttributeOf<U, K>(PhantomData<(U, K)>);

/// What an update may put into a `T` that is stored as `K`: a value, or an attribute of the same Rust type. After an attribute of
/// another type the item might not decode.
#[diagnostic::on_unimplemented(
    message = "an update takes another attribute only if it has the same Rust type, `{T}`, because otherwise the item could no longer be read; this attribute is a `{Self}`",
    label = "an attribute of another Rust type",
    note = "a condition can compare attributes of different types; for such an update use `modify`, or an untyped `attr(\"…\")`"
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
fits! { StringType, UnsortedStringType, NumberType, MomentType, BinaryType, BooleanType, NullType, ListType, MapType, StringSetType, NumberSetType, BinarySetType }
#[diagnostic::do_not_recommend]
impl SameKind<StringType> for UnsortedStringType {}
#[diagnostic::do_not_recommend]
impl SameKind<UnsortedStringType> for StringType {}
#[diagnostic::do_not_recommend]
impl SameKind<NumberType> for MomentType {}
#[diagnostic::do_not_recommend]
impl SameKind<MomentType> for NumberType {}

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

#[diagnostic::do_not_recommend]
impl<V: ?Sized, E> Numeric<V, E> for UnknownType {
    type Number = V;
    type Encoding = E;
}
#[diagnostic::do_not_recommend]
impl<V: ?Sized> Numeric<V> for NumberType {
    type Number = V;
    type Encoding = Own;
}
// Recommended, because the reason is that the values have no sum: a number is what they are stored as.
impl<V: Summed, K, C> Numeric<V, Declared<K, C>> for NumberType {
    type Number = V;
    type Encoding = Declared<K, C>;
}

// A newtype of a moment is one, too.
impl<V: Summed, E> Numeric<V, E> for MomentType {
    type Number = V;
    type Encoding = E;
}

/// What `add` and `subtract` need where a module or `stored_as` writes a number for a `V`: Rust can add two of them. Two
/// moments have no sum, although their seconds have one.
#[diagnostic::on_unimplemented(
    message = "`add` and `subtract` need values that can be added, and Rust cannot add two `{Self}`s",
    label = "its values cannot be added",
    note = "set a time instead: `.to(now + ttl)`; to never make it earlier, add `.when(|s| s.expires.lt(now + ttl))`",
    note = "a number type of your own needs `std::ops::Add`"
)]
pub trait Summed {}
#[diagnostic::do_not_recommend]
impl<V: std::ops::Add<Output = V>> Summed for V {}
#[diagnostic::do_not_recommend]
impl<V: Elements + ?Sized> IsList<V, V::Element> for ListType {}
#[diagnostic::do_not_recommend]
impl<V: IntoIterator, K, C> IsList<V, V::Item, Declared<K, C>> for ListType {}
#[diagnostic::do_not_recommend]
impl<V: ?Sized, W> IsList<V, Untyped, W> for UnknownType {}
#[diagnostic::do_not_recommend]
impl<K, V, S> Entries<V> for HashMap<K, V, S> {
    type Key = K;
}
#[diagnostic::do_not_recommend]
impl<K, V> Entries<V> for BTreeMap<K, V> {
    type Key = K;
}
#[diagnostic::do_not_recommend]
impl Entries<Untyped> for Untyped {
    type Key = String;
}
