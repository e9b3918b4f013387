//! Fields that make a key: how they are passed to `Order::key(..)`, and how they are written.
use std::borrow::Cow;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::types::data_type::kind::{BinaryType, NumberType, StringType};
use crate::types::data_type::{As, AttributeType, Codec, DataType, encode};
use crate::value::serialize::to_attribute_value;

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
impl KeyKind for NumberType {
    const SCALAR: DataType = DataType::N;
}
impl KeyKind for BinaryType {
    const SCALAR: DataType = DataType::B;
}

/// The value of a field of a key, or why it could not be serialised.
#[doc(hidden)]
pub type KeyPart = std::result::Result<AttributeValue, serde_dynamo::Error>;

/// A field of a key: how it is passed to `Order::key(..)`, and how it is written.
///
/// Text is passed by reference, numbers by value. `#[derive(AttributeType)]` gives it to enums and newtypes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a key: DynamoDB's keys are strings, numbers and binary",
    label = "not a key type",
    note = "derive it for an enum or a newtype: `#[derive(AttributeType)]`; for a type of another crate, say it on the field: `#[dynacond(stored_as = \"S\")]`"
)]
pub trait KeyField: AttributeType {
    /// The struct's field.
    #[doc(hidden)]
    type Field: ?Sized;
    /// What `key(..)` takes.
    type Arg<'a>
    where
        Self: 'a;
    /// Which texts a key template may meet: decides whether the template can be ambiguous.
    #[doc(hidden)]
    const TEXT: KeyText;
    /// The field as an argument.
    #[doc(hidden)]
    fn arg<'a>(field: &'a Self::Field) -> Self::Arg<'a>
    where
        Self: 'a;
    /// As an attribute of its own.
    #[doc(hidden)]
    fn value<'a>(arg: &Self::Arg<'a>) -> Result<AttributeValue, serde_dynamo::Error>
    where
        Self: 'a;
}

/// The characters that a key field can write into a template.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyText {
    /// Any text.
    Free,
    /// Digits.
    Digits,
    /// Digits, perhaps with a sign before them.
    Integer,
    /// A text that always has this many bytes, such as a UUID: nothing has to set it apart.
    Fixed(usize),
}

macro_rules! key_number {
    ($text:ident: $($ty:ty),+) => { $(
        impl KeyField for $ty {
            type Field = $ty;
            type Arg<'a> = $ty;
            const TEXT: KeyText = KeyText::$text;
            fn arg<'a>(field: &'a $ty) -> $ty where Self: 'a { *field }
            fn value<'a>(arg: &$ty) -> Result<AttributeValue, serde_dynamo::Error> where Self: 'a { Ok(AttributeValue::N(arg.to_string())) }
        }
    )+ };
}
key_number! { Digits: u8, u16, u32, u64, usize }
key_number! { Integer: i8, i16, i32, i64, isize }

macro_rules! key_text {
    ($({$($p:tt)*} $ty:ty),+) => { $(
        impl<$($p)*> KeyField for $ty {
            type Field = $ty;
            type Arg<'a> = &'a str where Self: 'a;
            const TEXT: KeyText = KeyText::Free;
            fn arg<'a>(field: &'a $ty) -> &'a str where Self: 'a { field }
            fn value<'a>(arg: &&'a str) -> Result<AttributeValue, serde_dynamo::Error> where Self: 'a {
                Ok(AttributeValue::S((*arg).to_owned()))
            }
        }
    )+ };
}
key_text! { {} String, {'c} Cow<'c, str>, {} Box<str>, {} Arc<str> }

/// A key field that serialises itself: what the derive writes for enums and newtypes.
#[doc(hidden)]
pub fn key_value<T: Serialize + ?Sized>(value: &T) -> KeyPart {
    to_attribute_value(value)
}

/// `#[dynacond(stored_as = "…")]` on a key field.
impl<T, K: KeyKind, C: Codec<T>> KeyField for As<T, K, C> {
    type Field = T;
    type Arg<'a>
        = &'a T
    where
        Self: 'a;
    const TEXT: KeyText = KeyText::Free;
    fn arg<'a>(field: &'a T) -> &'a T
    where
        Self: 'a,
    {
        field
    }
    fn value<'a>(arg: &&'a T) -> Result<AttributeValue, serde_dynamo::Error>
    where
        Self: 'a,
    {
        encode::<C, T>(arg)
    }
}
