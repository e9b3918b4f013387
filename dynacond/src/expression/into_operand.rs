//! The operands that an attribute accepts: a value of its type, or another attribute.
use std::borrow::Cow;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::expression::attribute::{Attribute, Place, Within};
use crate::expression::tree::operand::Operand;
use crate::types::attribute_type::{AttributeType, Untyped, Value};
use crate::types::capability::{Given, SameKind};
use crate::types::codec::KindOf;
use crate::types::encoding::{Encoding, Own};
use crate::value::rule::Rule;

/// An operand next to a `T` of the item type `I`: a value, or another attribute.
#[diagnostic::on_unimplemented(
    message = "an attribute of type `{T}` takes a `{T}`, or another attribute of its kind, not `{Self}`",
    label = "not a `{T}`",
    note = "DynamoDB compares values of one type; an untyped `attr(\"…\")` can be on the right side of a typed attribute"
)]
pub trait IntoOperand<I, T: ?Sized, E = Own> {
    /// What the operand is: [`Given`] for a value, or another attribute.
    #[doc(hidden)]
    type Source;
    /// Returns the operand.
    #[doc(hidden)]
    fn into_operand(self) -> Operand;
}
macro_rules! into_operand {
    ($({$($p:tt)*} $t:ty, $self:ty => |$value:ident| $operand:expr;)+) => { $(
        #[diagnostic::do_not_recommend]
        impl<I, $($p)*> IntoOperand<I, $t> for $self {
            type Source = Given;
            fn into_operand(self) -> Operand { let $value = self; $operand }
        }
    )+ };
}
into_operand! {
    {} String, &str => |text| Operand::Value(AttributeValue::S(text.to_owned()));
    {} String, &&str => |text| Operand::Value(AttributeValue::S((*text).to_owned()));
    {} String, Cow<'_, str> => |text| Operand::Value(AttributeValue::S(text.into_owned()));
    {V: Value} Untyped, V => |value| <Own as Encoding<V>>::encode_owned(value).into();
    {} Untyped, &String => |text| Operand::Value(AttributeValue::S(text.clone()));
    {} Untyped, &str => |text| Operand::Value(AttributeValue::S(text.to_owned()));
    {} Untyped, AttributeValue => |value| Operand::Value(value);
}

// rustc recommends this impl, so it is written out. If the value has the right type, the reason of the error is that DynamoDB does
// not store this type.
impl<I, T: Serialize, E: Encoding<T>> IntoOperand<I, T, E> for T {
    type Source = Given;
    fn into_operand(self) -> Operand {
        E::encode_owned(self).into()
    }
}
impl<I, T, E: Encoding<T>> IntoOperand<I, T, E> for &T {
    type Source = Given;
    fn into_operand(self) -> Operand {
        E::encode(self).into()
    }
}

/// No type implements this trait. Its `Self` is the attribute's type and not the `Option`, because rustc prints the message of the
/// outer bound if both bounds have the same `Self`.
#[diagnostic::on_unimplemented(
    message = "DynamoDB needs a value here, and an `Option` may be `None`: pass the `{Self}` inside; for `None` use `.is_none()` in a condition; in an update, `.to_or_remove(option)` sets or removes an attribute",
    label = "an `Option` is not a value"
)]
pub trait TakesOption {}
impl<I, T: TakesOption, E, V> IntoOperand<I, T, E> for Option<V> {
    type Source = Given;
    fn into_operand(self) -> Operand {
        Operand::Invalid(Rule::Encode("an `Option` is not a value".to_owned()))
    }
}
impl<I, T, E, J, U, P> IntoOperand<I, T, E> for Attribute<J, U, P>
where
    T: ?Sized,
    E: KindOf<T>,
    J: Within<I>,
    U: AttributeType,
    U::Kind: SameKind<E::Kind>,
    P: Place,
{
    type Source = P::Source<U, U::Kind>;
    fn into_operand(self) -> Operand {
        self.operand()
    }
}
