//! How a value in an expression is written: by its own type, or as the field declares.
use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::value::reason::SerializeError;

/// A value, or why it could not be written.
pub(crate) type Encoded = Result<AttributeValue, SerializeError>;

/// How a `V` in an expression is written, which is how the attribute itself is written.
///
/// The compiler message is here and not at [`Value`](crate::Value). If two bounds on one type fail, rustc prints the message of the
/// outer one, which would say that a `Line` was expected and a `Line` was found.
#[diagnostic::on_unimplemented(
    message = "dynacond does not know how DynamoDB stores a `{V}`",
    label = "not known as a value that DynamoDB stores",
    note = "derive it: `#[derive(AttributeType)]` (for a struct stored as a map: `#[derive(Document)]`); for a type of another crate use an untyped `attr(\"…\")` with an `AttributeValue`"
)]
pub trait Encoding<V: ?Sized> {
    /// Returns the value as DynamoDB compares or stores it.
    #[doc(hidden)]
    fn encode(value: &V) -> Encoded;

    /// As [`encode`](Self::encode), but takes the value.
    #[doc(hidden)]
    fn encode_owned(value: V) -> Encoded
    where
        V: Sized,
    {
        Self::encode(&value)
    }
}

/// The format of the type itself.
#[derive(Debug)]
pub enum Own {}

/// The format that the field declares with `stored_as` or a `with` module. If serde writes another data type, the value is refused.
#[derive(Debug)]
pub struct Declared<K, C>(PhantomData<(K, C)>);
