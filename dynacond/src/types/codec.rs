//! How a value that is compared with an attribute, or stored in it, becomes an attribute value: as its type says, or as the field
//! says.
use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::types::asked::Asked;
use crate::types::attribute_type::{AttributeType, Value};
use crate::types::encoding::{Declared, Encoded, Encoding, Own};
use crate::types::kind::{BinaryType, MapType, StoredKind};
use crate::types::verify::{Verified, Written, verify_kind};
use crate::value::serialize::to_attribute_value;

/// The data type of a `V` in this encoding.
pub trait KindOf<V: ?Sized> {
    /// One of [`kind`](crate::kind).
    type Kind;
}
impl<V: AttributeType + ?Sized> KindOf<V> for Own {
    type Kind = V::Kind;
}
impl<V: ?Sized, K, C> KindOf<V> for Declared<K, C> {
    type Kind = K;
}

#[diagnostic::do_not_recommend]
impl<V: Value + ?Sized> Encoding<V> for Own {
    #[inline]
    fn encode(value: &V) -> Encoded {
        verified(value.encoded()?, V::verify)
    }

    #[inline]
    fn encode_owned(value: V) -> Encoded
    where
        V: Sized,
    {
        verified(value.into_encoded()?, V::verify)
    }
}

impl<V: ?Sized, K: StoredKind, C: Codec<V>> Encoding<V> for Declared<K, C> {
    fn encode(value: &V) -> Encoded {
        struct Coded<'a, V: ?Sized, C>(&'a V, PhantomData<C>);
        impl<V: ?Sized, C: Codec<V>> Serialize for Coded<'_, V, C> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                C::serialize(self.0, serializer)
            }
        }
        stored_as::<K>(to_attribute_value(&Coded::<V, C>(value, PhantomData))?)
    }
}

/// Returns the value if it has the declared data type.
pub(crate) fn stored_as<K: StoredKind>(value: AttributeValue) -> Encoded {
    verified(value, verify_kind::<K>)
}

fn verified(value: AttributeValue, verify: fn(&AttributeValue) -> Verified) -> Encoded {
    match verify(&value) {
        Ok(()) => Ok(value),
        Err(wrong) => Err(wrong.into_error()),
    }
}

/// A document whose inner names are those of its Rust type. Under a `with` module they may differ.
#[diagnostic::on_unimplemented(
    message = "dynacond does not know the names inside this attribute, because a `with` module writes it",
    label = "written by a `with` module",
    note = "use an untyped path: `.at_name(\"…\")`"
)]
pub trait TypedPaths {}
impl TypedPaths for Own {}
impl<K> TypedPaths for Declared<K, Plain> {}

/// How a field's value is serialised, for example by the module in `#[serde(with = "…")]`.
pub trait Codec<T: ?Sized> {
    /// Serialises the value as the field is serialised.
    ///
    /// # Errors
    /// The errors of the serializer.
    fn serialize<S: serde::Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error>;
}

/// The type's own `Serialize`.
#[derive(Debug)]
pub enum Plain {}

impl<T: Serialize + ?Sized> Codec<T> for Plain {
    fn serialize<S: serde::Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }
}

/// A `with` module that is written for an `Option`, used for the value inside the `Option`.
#[derive(Debug)]
pub struct InOption<C>(PhantomData<C>);

impl<T: Clone, C: Codec<Option<T>>> Codec<T> for InOption<C> {
    fn serialize<S: serde::Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        C::serialize(&Some(value.clone()), serializer)
    }
}

/// Bytes, as `serde_bytes` writes them.
#[derive(Debug)]
pub enum RawBytes {}

impl<T: AsRef<[u8]> + ?Sized> Codec<T> for RawBytes {
    fn serialize<S: serde::Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(value.as_ref())
    }
}

/// A field of type `T` with a declared data type: by `stored_as`, or by a `with` module that dynacond knows. `C` says how a value
/// becomes an attribute value.
#[derive(Debug)]
pub struct As<T, K, C = Plain>(PhantomData<T>, PhantomData<K>, PhantomData<C>);

#[diagnostic::do_not_recommend]
impl<T, K: StoredKind, C> AttributeType for As<T, K, C> {
    type Kind = K;
    type Value = T;
    type Encoding = Declared<K, C>;
    fn verify(value: &AttributeValue) -> Verified {
        verify_kind::<K>(value)
    }
}

/// A field of type `T` under `#[serde(with = "serde_bytes")]`.
#[derive(Debug)]
pub struct AsBytes<T>(PhantomData<T>);

#[diagnostic::do_not_recommend]
impl<T> AttributeType for AsBytes<T> {
    type Kind = BinaryType;
    type Value = T;
    type Encoding = Declared<BinaryType, RawBytes>;
    fn verify(value: &AttributeValue) -> Verified {
        verify_kind::<BinaryType>(value)
    }
}

/// A field under a `with` module whose data type is not known.
#[derive(Debug)]
pub struct With<T>(PhantomData<fn() -> T>);

/// The data `T` of an internally tagged variant: a map that also contains the tag `M`.
#[derive(Debug)]
pub struct UnderTag<T, M>(PhantomData<T>, PhantomData<M>);

#[diagnostic::do_not_recommend]
impl<T: AttributeType, M> AttributeType for UnderTag<T, M> {
    type Kind = T::Kind;
    type Value = T::Value;
    type Encoding = WithTag<M>;
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

/// The tag of an internally tagged variant.
pub trait InternalTag {
    /// The attribute that contains the variant's name.
    const TAG: &'static str;
    /// The variant's name.
    const NAME: &'static str;
}

/// Adds the tag of the variant.
#[derive(Debug)]
pub struct WithTag<M>(PhantomData<M>);

impl<V: Value + ?Sized, M: InternalTag> Encoding<V> for WithTag<M> {
    fn encode(value: &V) -> Encoded {
        let mut encoded = verified(value.encoded()?, V::verify)?;
        if let AttributeValue::M(map) = &mut encoded {
            map.insert(M::TAG.to_owned(), AttributeValue::S(M::NAME.to_owned()));
        }
        Ok(encoded)
    }
}
impl<V: ?Sized, M> KindOf<V> for WithTag<M> {
    type Kind = MapType;
}
impl<M> TypedPaths for WithTag<M> {}
