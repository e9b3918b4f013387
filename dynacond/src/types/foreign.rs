//! Types of other crates, each behind the feature of its crate, stored as the crate's own serde writes them.
#![allow(
    unused_imports,
    unused_macros,
    reason = "which of them are used depends on the features"
)]
use aws_sdk_dynamodb::types::AttributeValue;

use crate::types::attribute_type::{AttributeType, Value};
use crate::types::encoding::{Encoded, Own};
use crate::types::kind::{BinaryType, StringType, UnsortedStringType};
use crate::types::verify::{Verified, verify_date, verify_kind};

macro_rules! foreign {
    ($($kind:ident: $({$($p:tt)*})? $ty:ty $(: |$value:ident| $encoded:expr)? $(, $check:ident)?;)+) => { $(
        #[diagnostic::do_not_recommend]
        impl $(<$($p)*>)? AttributeType for $ty {
            type Kind = $kind;
            type Value = $ty;
            type Encoding = Own;
            // With other features, a crate may write another data type, as `rust_decimal` writes numbers through `f64`.
            fn verify(value: &AttributeValue) -> Verified { check!($kind $($check)?)(value) }
        }
        #[diagnostic::do_not_recommend]
        impl $(<$($p)*>)? Value for $ty {
            $(fn encoded(&self) -> Encoded { let $value = self; $encoded })?
        }
    )+ };
}

/// The check of a value: the given one, or that of the data type.
macro_rules! check {
    ($kind:ident) => {
        verify_kind::<$kind>
    };
    ($kind:ident $check:ident) => {
        $check
    };
}

#[cfg(feature = "uuid")]
foreign! {
    StringType: uuid::Uuid: |uuid| Ok(AttributeValue::S(uuid.to_string()));
}

#[cfg(feature = "chrono")]
foreign! {
    UnsortedStringType: {Z: chrono::TimeZone} chrono::DateTime<Z>;
    UnsortedStringType: chrono::NaiveDateTime;
    UnsortedStringType: chrono::NaiveTime;
    UnsortedStringType: chrono::Weekday;
    UnsortedStringType: chrono::Month;
    StringType: chrono::NaiveDate, verify_date;
}

#[cfg(feature = "time")]
foreign! {
    UnsortedStringType: time::OffsetDateTime;
    UnsortedStringType: time::PrimitiveDateTime;
    UnsortedStringType: time::UtcDateTime;
    UnsortedStringType: time::Time;
    UnsortedStringType: time::Weekday;
    UnsortedStringType: time::Month;
    StringType: time::Date, verify_date;
}

#[cfg(feature = "jiff")]
foreign! {
    UnsortedStringType: jiff::Timestamp;
    UnsortedStringType: jiff::ZonedDateTime;
    UnsortedStringType: jiff::civil::DateTime;
    UnsortedStringType: jiff::civil::Time;
    UnsortedStringType: jiff::Span;
    UnsortedStringType: jiff::SignedDuration;
    StringType: jiff::civil::Date, verify_date;
}

#[cfg(feature = "rust_decimal")]
foreign! {
    UnsortedStringType: rust_decimal::Decimal;
}

#[cfg(feature = "bytes")]
foreign! {
    BinaryType: bytes::Bytes;
    BinaryType: bytes::BytesMut;
}

#[cfg(feature = "serde_bytes")]
foreign! {
    BinaryType: serde_bytes::ByteBuf;
    BinaryType: {const N: usize} serde_bytes::ByteArray<N>;
}
