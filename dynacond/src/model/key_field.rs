//! The types of key fields: how they are passed to `Order::key(..)`, and how they are written.
use std::borrow::Cow;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::model::taken_from::TakenFrom;
use crate::types::attribute_type::{AttributeType, Value};
use crate::types::codec::{As, AsBytes, Codec};
use crate::types::data_type::DataType;
use crate::types::encoding::{Declared, Encoded, Encoding, Own};
use crate::types::kind::{
    BinaryType, MomentType, NumberType, StoredKind, StringType, UnsortedStringType,
};
use crate::value::reason::SerializeError;

/// A key attribute's data type: `S`, `N` or `B`.
#[diagnostic::on_unimplemented(
    message = "DynamoDB's keys are strings, numbers and binary; this one is stored as {Self}",
    label = "cannot be a key"
)]
pub trait KeyKind {
    /// The type as `CreateTable` names it.
    #[doc(hidden)]
    const SCALAR: DataType;
}
impl KeyKind for StringType {
    const SCALAR: DataType = DataType::S;
}
impl KeyKind for UnsortedStringType {
    const SCALAR: DataType = DataType::S;
}
impl KeyKind for NumberType {
    const SCALAR: DataType = DataType::N;
}
impl KeyKind for MomentType {
    const SCALAR: DataType = DataType::N;
}
impl KeyKind for BinaryType {
    const SCALAR: DataType = DataType::B;
}

/// The value of a key field.
#[doc(hidden)]
#[derive(Debug)]
pub enum KeyPart<'a> {
    /// A text, which is not copied for a template.
    Text(&'a str),
    /// Another value.
    Value(AttributeValue),
    /// The reason why the value could not be serialised.
    Failed(SerializeError),
}

impl From<Encoded> for KeyPart<'_> {
    fn from(encoded: Encoded) -> Self {
        match encoded {
            Ok(value) => Self::Value(value),
            Err(reason) => Self::Failed(reason),
        }
    }
}

/// The type of a key field, which says what `Order::key(..)` accepts and how the field is written.
///
/// `#[derive(AttributeType)]` implements this trait for enums and newtypes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a key: DynamoDB's keys are strings, numbers and binary",
    label = "not a key type",
    note = "derive it for an enum or a newtype: `#[derive(AttributeType)]`; for a type of another crate, switch on the feature of that crate (`uuid`, `chrono` …), or declare it on the field: `#[dynacond(stored_as = \"S\")]`",
    note = "the text of a decimal is no key, because one value has several texts: add `#[serde(with = \"dynacond::exact_number\")]`, which stores a number"
)]
pub trait KeyField: AttributeType {
    /// The struct's field.
    #[doc(hidden)]
    type Field: ?Sized;
    /// The type that `key(..)` accepts by value or by reference: `str`, `[u8]`, or the type of the field.
    type Arg: TakenFrom<Self::Field> + ?Sized + 'static;
    /// The characters that the field can write, which decide whether a key template can be ambiguous.
    #[doc(hidden)]
    const TEXT: KeyText;
    /// Returns the value as a key attribute.
    #[doc(hidden)]
    fn value(arg: &Self::Arg) -> KeyPart<'_>;
    /// Returns the value of the struct's field as a key attribute.
    #[doc(hidden)]
    fn own(field: &Self::Field) -> KeyPart<'_> {
        Self::value(TakenFrom::taken(field))
    }
}

/// The characters that a key field can write into a template.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyText {
    /// Any text.
    Free,
    /// Digits.
    Digits,
    /// Digits, which may have a sign before them.
    Integer,
    /// A text that always has this many bytes, such as a UUID. It needs no separator.
    Fixed(usize),
}

macro_rules! key_value {
    ($text:expr => $($ty:ty),+) => { $(
        impl KeyField for $ty {
            type Field = $ty;
            type Arg = $ty;
            const TEXT: KeyText = $text;
            fn value(arg: &$ty) -> KeyPart<'_> { Own::encode(arg).into() }
        }
    )+ };
}
key_value! { KeyText::Digits => u8, u16, u32, u64, u128, usize }
key_value! { KeyText::Integer => i8, i16, i32, i64, i128, isize }

macro_rules! key_text {
    ($({$($p:tt)*} $ty:ty),+) => { $(
        impl<$($p)*> KeyField for $ty {
            type Field = $ty;
            type Arg = str;
            const TEXT: KeyText = KeyText::Free;
            fn value(arg: &str) -> KeyPart<'_> { KeyPart::Text(arg) }
        }
    )+ };
}
key_text! { {} String, {'c} Cow<'c, str>, {} Box<str>, {} Arc<str> }

/// Returns the value of a key field by serialising it. The derive calls this for enums and newtypes.
#[doc(hidden)]
pub fn key_value<T: Value>(value: &T) -> KeyPart<'_> {
    Own::encode(value).into()
}

/// `#[dynacond(stored_as = "…")]` on a key field.
impl<T: 'static, K: KeyKind + StoredKind, C: Codec<T>> KeyField for As<T, K, C> {
    type Field = T;
    type Arg = T;
    const TEXT: KeyText = KeyText::Free;
    fn value(arg: &T) -> KeyPart<'_> {
        Declared::<K, C>::encode(arg).into()
    }
}

/// Binary under `serde_bytes`. Any bytes can be the argument of `key(..)`.
impl<T: AsRef<[u8]>> KeyField for AsBytes<T> {
    type Field = T;
    type Arg = [u8];
    const TEXT: KeyText = KeyText::Free;
    fn value(arg: &[u8]) -> KeyPart<'_> {
        KeyPart::Value(AttributeValue::B(arg.to_vec().into()))
    }
}

#[cfg(feature = "uuid")]
key_value! { KeyText::Fixed(36) => uuid::Uuid }
#[cfg(feature = "chrono")]
key_value! { KeyText::Free => chrono::DateTime<chrono::Utc>, chrono::NaiveDateTime, chrono::NaiveTime }
#[cfg(feature = "chrono")]
key_value! { KeyText::Fixed(10) => chrono::NaiveDate }
#[cfg(feature = "time")]
key_value! { KeyText::Free => time::OffsetDateTime, time::UtcDateTime, time::PrimitiveDateTime, time::Time }
#[cfg(feature = "time")]
key_value! { KeyText::Fixed(10) => time::Date }
#[cfg(feature = "jiff")]
key_value! { KeyText::Free => jiff::Timestamp, jiff::civil::DateTime, jiff::civil::Time }
#[cfg(feature = "jiff")]
key_value! { KeyText::Fixed(10) => jiff::civil::Date }

/// Bytes of other crates. Any bytes can be the argument of `key(..)`.
#[cfg(any(feature = "bytes", feature = "serde_bytes"))]
macro_rules! key_bytes {
    ($($ty:ty),+) => { $(
        impl KeyField for $ty {
            type Field = $ty;
            type Arg = [u8];
            const TEXT: KeyText = KeyText::Free;
            fn value(arg: &[u8]) -> KeyPart<'_> { KeyPart::Value(AttributeValue::B(arg.to_vec().into())) }
        }
    )+ };
}
#[cfg(feature = "bytes")]
key_bytes! { bytes::Bytes }
#[cfg(feature = "serde_bytes")]
key_bytes! { serde_bytes::ByteBuf }
#[cfg(feature = "serde_bytes")]
impl<const N: usize> KeyField for serde_bytes::ByteArray<N> {
    type Field = Self;
    type Arg = [u8; N];
    const TEXT: KeyText = KeyText::Free;
    fn value(arg: &[u8; N]) -> KeyPart<'_> {
        KeyPart::Value(AttributeValue::B(arg.to_vec().into()))
    }
}
