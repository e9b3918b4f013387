//! How a value in an expression is written: the choice between the ways, without the ways themselves.
use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::value::reason::SerializeError;

/// A value, or why it could not be written.
pub(crate) type Encoded = Result<AttributeValue, SerializeError>;

/// How a `V` in an expression is written, which is how the attribute itself is written.
///
/// The message stands here and not at [`Value`](crate::Value). Of two bounds on one type rustc prints the outer one's, which
/// would say that a `Line` was expected and a `Line` was found.
#[diagnostic::on_unimplemented(
    message = "dynacond does not know how DynamoDB stores a `{V}`",
    label = "not known as a value that DynamoDB stores",
    note = "derive it: `#[derive(AttributeType)]` (for a struct stored as a map: `#[derive(Document)]`); for a type of another crate use an untyped `attr(\"…\")` with an `AttributeValue`"
)]
pub trait Encoding<V: ?Sized> {
    /// The value as DynamoDB compares or stores it.
    #[doc(hidden)]
    fn encode(value: &V) -> Encoded;

    /// The same, moved.
    #[doc(hidden)]
    fn encode_owned(value: V) -> Encoded
    where
        V: Sized,
    {
        Self::encode(&value)
    }
}

/// As the type itself is written.
#[derive(Debug)]
pub enum Own {}

/// As the field says, by `stored_as` or a `with` module: a value that serde writes as another data type is refused.
#[derive(Debug)]
pub struct Declared<K, C>(PhantomData<(K, C)>);
