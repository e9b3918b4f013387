//! The arguments of actions on lists and sets: one or several elements.
use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::tree::operand::Operand;
use crate::types::attribute_type::{Untyped, Value};
use crate::types::encoding::{Encoding, Own};
use crate::value::rule::Rule;

/// One or several elements of a list or members of a set: a value, or an array, a slice or a `Vec` of values.
#[diagnostic::on_unimplemented(
    message = "expected a `{E}`, or an array, slice or `Vec` of them, not `{Self}`",
    label = "not an element of type `{E}`"
)]
pub trait IntoElements<E: ?Sized> {
    /// Returns the elements.
    #[doc(hidden)]
    fn into_elements(self) -> Vec<Operand>;
}
macro_rules! into_elements {
    ($({$($p:tt)*} $e:ty, $self:ty => |$value:ident| $elements:expr;)+) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($p)*> IntoElements<$e> for $self {
            fn into_elements(self) -> Vec<Operand> { let $value = self; $elements }
        }
    )+ };
}
fn element<E>(element: E) -> Operand
where
    Own: Encoding<E>,
{
    Own::encode_owned(element).into()
}
fn borrowed<E>(element: &E) -> Operand
where
    Own: Encoding<E>,
{
    Own::encode(element).into()
}
fn text(text: &str) -> Operand {
    Operand::Value(AttributeValue::S(text.to_owned()))
}
// rustc recommends this impl, so it is written out. If the elements have the right type, the reason of the error is that DynamoDB
// does not store this type.
impl<E> IntoElements<E> for E
where
    Own: Encoding<E>,
{
    fn into_elements(self) -> Vec<Operand> {
        vec![element(self)]
    }
}
impl<E> IntoElements<E> for &E
where
    Own: Encoding<E>,
{
    fn into_elements(self) -> Vec<Operand> {
        vec![borrowed(self)]
    }
}
impl<E> IntoElements<E> for Vec<E>
where
    Own: Encoding<E>,
{
    fn into_elements(self) -> Vec<Operand> {
        self.into_iter().map(element).collect()
    }
}
impl<E> IntoElements<E> for &[E]
where
    Own: Encoding<E>,
{
    fn into_elements(self) -> Vec<Operand> {
        self.iter().map(borrowed).collect()
    }
}
impl<E, const N: usize> IntoElements<E> for [E; N]
where
    Own: Encoding<E>,
{
    fn into_elements(self) -> Vec<Operand> {
        self.into_iter().map(element).collect()
    }
}
into_elements! {
    {} String, &str => |one| vec![text(one)];
    {} String, Vec<&str> => |all| all.into_iter().map(text).collect();
    {} String, &[&str] => |all| all.iter().copied().map(text).collect();
    {const N: usize} String, [&str; N] => |all| all.into_iter().map(text).collect();
    {} Untyped, &str => |one| vec![text(one)];
    {} Untyped, AttributeValue => |one| vec![Operand::Value(one)];
    {V: Value} Untyped, V => |value| match element(value) {
        // An array or a `Vec` stands for its elements.
        Operand::Value(AttributeValue::L(list)) => list.into_iter().map(Operand::Value).collect(),
        one => vec![one],
    };
}

/// A list of the elements.
pub(super) fn list_of(elements: Vec<Operand>) -> Operand {
    let mut list = Vec::with_capacity(elements.len());
    for element in elements {
        match element {
            Operand::Value(value) => list.push(value),
            other => return other,
        }
    }
    Operand::Value(AttributeValue::L(list))
}

/// Returns a set of the members' kind.
pub(super) fn set_of(elements: Vec<Operand>) -> Operand {
    let (mut strings, mut numbers, mut binary) = (Vec::new(), Vec::new(), Vec::new());
    let mut wrong = None;
    for element in elements {
        match element {
            Operand::Value(AttributeValue::S(text)) => strings.push(text),
            Operand::Value(AttributeValue::N(number)) => numbers.push(number),
            Operand::Value(AttributeValue::B(blob)) => binary.push(blob),
            Operand::Value(other) => wrong = Some(crate::value::data_type(&other)),
            other => return other,
        }
    }
    match (
        strings.is_empty(),
        numbers.is_empty(),
        binary.is_empty(),
        wrong,
    ) {
        (_, true, true, None) => Operand::Value(AttributeValue::Ss(strings)),
        (true, false, true, None) => Operand::Value(AttributeValue::Ns(numbers)),
        (true, true, false, None) => Operand::Value(AttributeValue::Bs(binary)),
        (.., wrong) => Operand::Invalid(Rule::NotASet {
            data_type: wrong.unwrap_or("several kinds"),
        }),
    }
}
