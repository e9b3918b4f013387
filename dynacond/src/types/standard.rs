//! How the standard library's types are stored.
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::types::asked::Asked;
use crate::types::attribute_type::{AttributeType, Bytes, Untyped, Value};
use crate::types::encoding::Own;
use crate::types::kind::{
    BinaryType, BooleanType, ListType, MapType, NullType, NumberType, StringType, UnknownType,
};
use crate::types::number_range::NumberRange;
use crate::types::verify::{Verified, Written};
use crate::value::reason::SerializeError;

macro_rules! stored {
    ($($kind:ident: $($ty:ty),+;)+) => { $($(
        #[diagnostic::do_not_recommend]
        impl AttributeType for $ty { type Kind = $kind; type Value = $ty; type Encoding = Own; }
    )+)+ };
}
macro_rules! in_range {
    ($sign:ident: $($ty:ident),+) => { $(
        #[diagnostic::do_not_recommend]
        impl AttributeType for $ty {
            type Kind = NumberType;
            type Value = $ty;
            type Encoding = Own;
            const RANGE: NumberRange = NumberRange::$sign($ty::BITS);
        }
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
    ($({$($p:tt)*} $ty:ty),+) => { $(
        impl<$($p)*> AttributeType for $ty {
            type Kind = T::Kind;
            type Value = T::Value;
            type Encoding = T::Encoding;
            const RANGE: NumberRange = T::RANGE;
            const SENSITIVE: bool = T::SENSITIVE;
            fn withholds(seen: &mut Asked) -> bool {
                T::withholds(seen)
            }
            fn verify(value: &AttributeValue) -> Verified {
                T::verify(value)
            }
            fn verify_map(written: &Written<'_>) -> Verified {
                T::verify_map(written)
            }
        }
    )+ };
}
stored! { StringType: String, char; NumberType: f32, f64; BooleanType: bool; NullType: (); }
in_range! { signed: i8, i16, i32, i64, i128, isize }
in_range! { unsigned: u8, u16, u32, u64, u128, usize }
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
transparent! {
    {T: AttributeType + ?Sized} Box<T>, {T: AttributeType + ?Sized} Rc<T>, {T: AttributeType + ?Sized} Arc<T>,
    {T: AttributeType + ToOwned + ?Sized} Cow<'_, T>, {T: AttributeType} Option<T>
}

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
    fn what_is_borrowed_or_boxed_is_as_sensitive_and_in_the_range_of_what_it_holds() {
        const SENSITIVE: [bool; 3] = [
            <Cow<'static, Phone>>::SENSITIVE,
            <Box<Phone>>::SENSITIVE,
            <Option<Phone>>::SENSITIVE,
        ];
        const RANGES: [NumberRange; 2] = [<Cow<'static, u32>>::RANGE, <Option<u32>>::RANGE];
        assert_eq!(SENSITIVE, [true; 3]);
        assert_eq!(RANGES, [NumberRange::unsigned(32); 2]);
    }
}
