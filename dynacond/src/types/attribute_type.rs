//! How DynamoDB stores a Rust type, and which types are values beside an operator.
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::types::asked::Asked;
use crate::types::encoding::Own;
use crate::types::number_range::NumberRange;
use crate::types::verify::Verified;
use crate::value::reason::SerializeError;
use crate::value::serialize::to_attribute_value;

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
    /// The DynamoDB data type, one of [`kind`](crate::kind).
    type Kind;
    /// The type whose values stand beside an operator: `Self`, or what is inside an `Option` or a `Box`.
    type Value: ?Sized;
    /// How a value beside an operator is written: [`Own`], unless the field says another way.
    type Encoding;
    /// The numbers that the Rust type holds, which `add` and `subtract` may not leave.
    #[doc(hidden)]
    const RANGE: NumberRange = NumberRange::ANY;
    /// Whether the type is marked: explanations must not show its values.
    #[doc(hidden)]
    const SENSITIVE: bool = false;
    /// Whether it is marked, or one of the types inside of it.
    #[doc(hidden)]
    fn withholds(_seen: &mut Asked) -> bool {
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
