//! Bytes as operands, and members of sets of bytes.
use std::borrow::Cow;

use aws_sdk_dynamodb::types::AttributeValue;

use super::elements::IntoElements;
use super::into_operand::IntoOperand;
use crate::expression::tree::operand::Operand;
use crate::types::attribute_type::Bytes;
use crate::types::capability::Given;
use crate::types::codec::Codec;
#[cfg(any(feature = "bytes", feature = "serde_bytes"))]
use crate::types::encoding::Own;
use crate::types::encoding::{Declared, Encoding};
use crate::types::kind::BinaryType;

fn binary(bytes: &[u8]) -> Operand {
    Operand::Value(AttributeValue::B(bytes.to_vec().into()))
}

macro_rules! bytes {
    ($({$($p:tt)*} $self:ty),+) => { $(
        #[diagnostic::do_not_recommend]
        impl<I, $($p)*> IntoOperand<I, Bytes> for $self {
            type Source = Given;
            fn into_operand(self) -> Operand { binary(self.as_ref()) }
        }
        #[diagnostic::do_not_recommend]
        impl<$($p)*> IntoElements<Bytes> for $self {
            fn into_elements(self) -> Vec<Operand> { vec![binary(self.as_ref())] }
        }
        #[diagnostic::do_not_recommend]
        impl<$($p)*> IntoElements<Bytes> for Vec<$self> {
            fn into_elements(self) -> Vec<Operand> { self.iter().map(|bytes| binary(bytes.as_ref())).collect() }
        }
        #[diagnostic::do_not_recommend]
        impl<$($p)*> IntoElements<Bytes> for &[$self] {
            fn into_elements(self) -> Vec<Operand> { self.iter().map(|bytes| binary(bytes.as_ref())).collect() }
        }
    )+ };
}
bytes! { {} &[u8], {const N: usize} &[u8; N], {const N: usize} [u8; N], {} Vec<u8>, {} &Vec<u8>, {} Cow<'_, [u8]> }
#[cfg(feature = "bytes")]
bytes! { {} bytes::Bytes, {} &bytes::Bytes }
#[cfg(feature = "serde_bytes")]
bytes! { {} serde_bytes::ByteBuf, {} &serde_bytes::ByteBuf, {const N: usize} serde_bytes::ByteArray<N> }

/// A type that owns bytes can be given as any other type of bytes.
macro_rules! bytes_for {
    ([$($p:tt)*] $ty:ty, $e:ty) => {
        bytes_for! { @one [$($p)*] $ty, $e, &[u8] }
        bytes_for! { @one [$($p)* const N: usize,] $ty, $e, &[u8; N] }
        bytes_for! { @one [$($p)* const N: usize,] $ty, $e, [u8; N] }
    };
    (@one [$($p:tt)*] $ty:ty, $e:ty, $self:ty) => {
        #[diagnostic::do_not_recommend]
        impl<$($p)* I> IntoOperand<I, $ty, $e> for $self {
            type Source = Given;
            fn into_operand(self) -> Operand {
                let bytes: &[u8] = self.as_ref();
                <$e as Encoding<$ty>>::encode_owned(bytes.to_vec().into()).into()
            }
        }
    };
}
bytes_for! { [C: Codec<Vec<u8>>,] Vec<u8>, Declared<BinaryType, C> }
bytes_for! { [C: Codec<Box<[u8]>>,] Box<[u8]>, Declared<BinaryType, C> }
bytes_for! { ['b, C: Codec<Cow<'b, [u8]>>,] Cow<'b, [u8]>, Declared<BinaryType, C> }
#[cfg(feature = "bytes")]
bytes_for! { [] bytes::Bytes, Own }
#[cfg(feature = "bytes")]
bytes_for! { @one [] bytes::Bytes, Own, Vec<u8> }
#[cfg(feature = "serde_bytes")]
bytes_for! { [] serde_bytes::ByteBuf, Own }
#[cfg(feature = "serde_bytes")]
bytes_for! { @one [] serde_bytes::ByteBuf, Own, Vec<u8> }
