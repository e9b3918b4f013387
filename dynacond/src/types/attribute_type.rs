//! How DynamoDB stores a Rust type, and which types can be values in an expression.
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::types::asked::Asked;
use crate::types::encoding::Own;
use crate::types::number_range::NumberRange;
use crate::types::verify::{Verified, Written};
use crate::value::reason::SerializeError;
use crate::value::serialize::to_attribute_value;

/// A Rust type with a known DynamoDB type. Use `#[derive(AttributeType)]` for enums and newtypes.
///
/// The type of an attribute is what is *stored*: a `HashSet<String>` is a list, unless `serde_dynamo::string_set` writes it.
#[diagnostic::on_unimplemented(
    message = "dynacond does not know how DynamoDB stores a `{Self}`",
    label = "no `AttributeType`",
    note = "derive it: `#[derive(AttributeType)]` (for a struct stored as a map: `#[derive(Document)]`); for a type of another crate, switch on the feature of that crate (`uuid`, `chrono` …); or declare it on the field, also with `#[serde(with = \"…\")]`: `#[dynacond(stored_as = \"S\")]`"
)]
pub trait AttributeType {
    /// The DynamoDB data type, one of [`kind`](crate::kind).
    type Kind;
    /// The type of values in an expression: `Self`, or the type inside an `Option` or a `Box`.
    type Value: ?Sized;
    /// How a value in an expression is written: [`Own`], unless the field declares another format.
    type Encoding;
    /// The range of the Rust type, which the results of `add` and `subtract` must not leave.
    #[doc(hidden)]
    const RANGE: NumberRange = NumberRange::ANY;
    /// Whether the type is marked as sensitive, so that explanations never show its values.
    #[doc(hidden)]
    const SENSITIVE: bool = false;
    /// Whether this type or a type inside it is marked as sensitive.
    #[doc(hidden)]
    fn withholds(_seen: &mut Asked) -> bool {
        Self::SENSITIVE
    }
    /// Checks that the value and the values inside it have their declared data types.
    ///
    /// # Errors
    /// If a value has another data type.
    #[doc(hidden)]
    fn verify(value: &AttributeValue) -> Verified {
        match value {
            AttributeValue::M(map) => Self::verify_map(&Written::new(map)),
            _ => Ok(()),
        }
    }
    /// Checks the attributes of a document. If the document is flattened, the map also contains other attributes.
    ///
    /// # Errors
    /// If a value has another data type.
    #[doc(hidden)]
    fn verify_map(_written: &Written<'_>) -> Verified {
        Ok(())
    }
    /// The names of the attributes that a document writes, if no value of the document writes other names.
    #[doc(hidden)]
    const NAMES: Option<&'static [&'static str]> = None;
}

/// A type whose values can be used in an expression. `Option` is not one, because DynamoDB compares with a value.
#[diagnostic::on_unimplemented(
    message = "dynacond does not know a `{Self}` as a value that DynamoDB stores",
    label = "not a value",
    note = "derive it: `#[derive(AttributeType)]` (for a struct stored as a map: `#[derive(Document)]`); for a type of another crate use an untyped `attr(\"…\")` with an `AttributeValue`",
    note = "an `Option` is not a value: pass the value inside"
)]
pub trait Value: AttributeType<Encoding = Own> + Serialize {
    /// Returns the value as serde writes it. Texts, integers and booleans do so without serde.
    #[doc(hidden)]
    fn encoded(&self) -> Result<AttributeValue, SerializeError> {
        to_attribute_value(self)
    }

    /// As [`encoded`](Self::encoded), but takes the value.
    #[doc(hidden)]
    fn into_encoded(self) -> Result<AttributeValue, SerializeError>
    where
        Self: Sized,
    {
        self.encoded()
    }
}

/// Raw bytes as a value in an expression on a binary attribute.
#[derive(Debug)]
pub enum Bytes {}

/// The type of an attribute that is known only at run time: see [`attr`](crate::attr).
#[derive(Debug)]
pub enum Untyped {}
