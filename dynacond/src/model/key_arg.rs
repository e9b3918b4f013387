//! Arguments for the fields of an index key: a value or a reference.
use std::borrow::Cow;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::model::key_field::{KeyField, KeyPart};
use crate::types::codec::{As, AsBytes, Codec};
use crate::types::encoding::{Declared, Encoding};
use crate::types::kind::StoredKind;

/// An argument for a key field of type `T`: a value, a reference, or a `&str` for text.
#[diagnostic::on_unimplemented(
    message = "a key field of type `{T}` takes a `{T}`, not `{Self}`",
    label = "not a `{T}`"
)]
pub trait KeyArg<T: ?Sized> {
    /// Returns the value as DynamoDB stores it.
    #[doc(hidden)]
    fn key_value(&self) -> KeyPart;
}
#[diagnostic::do_not_recommend]
impl<T: KeyField<Field = T>> KeyArg<T> for T {
    fn key_value(&self) -> KeyPart {
        T::value(&T::arg(self))
    }
}
#[diagnostic::do_not_recommend]
impl<T: KeyField<Field = T>> KeyArg<T> for &T {
    fn key_value(&self) -> KeyPart {
        T::value(&T::arg(self))
    }
}

macro_rules! text {
    ($($ty:ty),+) => { $(
        #[diagnostic::do_not_recommend]
        impl KeyArg<$ty> for &str {
            fn key_value(&self) -> KeyPart { Ok(AttributeValue::S((*self).to_owned())) }
        }
        #[diagnostic::do_not_recommend]
        impl KeyArg<$ty> for &&str {
            fn key_value(&self) -> KeyPart { Ok(AttributeValue::S((**self).to_owned())) }
        }
    )+ };
}
text! { String, Cow<'_, str>, Box<str>, Arc<str> }

/// `#[dynacond(stored_as = "…")]`.
#[diagnostic::do_not_recommend]
impl<T, K: StoredKind, C: Codec<T>> KeyArg<As<T, K, C>> for T {
    fn key_value(&self) -> KeyPart {
        Declared::<K, C>::encode(self)
    }
}
#[diagnostic::do_not_recommend]
impl<T, K: StoredKind, C: Codec<T>> KeyArg<As<T, K, C>> for &T {
    fn key_value(&self) -> KeyPart {
        Declared::<K, C>::encode(*self)
    }
}

/// Bytes of any kind, for a field under `serde_bytes`.
#[diagnostic::do_not_recommend]
impl<T, B: AsRef<[u8]>> KeyArg<AsBytes<T>> for B {
    fn key_value(&self) -> KeyPart {
        Ok(AttributeValue::B(self.as_ref().to_vec().into()))
    }
}
