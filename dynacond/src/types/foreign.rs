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
use crate::types::verify::{Verified, verify_kind};
use crate::value::reason::SerializeError;
use crate::value::serialize::to_attribute_value;

macro_rules! foreign {
    ($($kind:ident: $({$($p:tt)*})? $ty:ty $(: |$value:ident| $encoded:expr)?;)+) => { $(
        #[diagnostic::do_not_recommend]
        impl $(<$($p)*>)? AttributeType for $ty {
            type Kind = $kind;
            type Value = $ty;
            type Encoding = Own;
            // With other features, a crate may write another data type, as `rust_decimal` writes numbers through `f64`.
            fn verify(value: &AttributeValue) -> Verified { verify_kind::<$kind>(value) }
        }
        #[diagnostic::do_not_recommend]
        impl $(<$($p)*>)? Value for $ty {
            $(fn encoded(&self) -> Encoded { let $value = self; $encoded })?
        }
    )+ };
}

/// A date whose text has the same order as the dates.
#[cfg(any(feature = "chrono", feature = "time", feature = "jiff"))]
fn date(year: i64, date: &impl serde::Serialize) -> Encoded {
    if (0..=9_999).contains(&year) {
        to_attribute_value(date)
    } else {
        Err(SerializeError::new(
            "dates sort as text in the years 0 to 9999 only",
        ))
    }
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
    StringType: chrono::NaiveDate: |day| date(i64::from(chrono::Datelike::year(day)), day);
}

#[cfg(feature = "time")]
foreign! {
    UnsortedStringType: time::OffsetDateTime;
    UnsortedStringType: time::PrimitiveDateTime;
    UnsortedStringType: time::UtcDateTime;
    UnsortedStringType: time::Time;
    UnsortedStringType: time::Weekday;
    UnsortedStringType: time::Month;
    StringType: time::Date: |day| date(i64::from(day.year()), day);
}

#[cfg(feature = "jiff")]
foreign! {
    UnsortedStringType: jiff::Timestamp;
    UnsortedStringType: jiff::ZonedDateTime;
    UnsortedStringType: jiff::civil::DateTime;
    UnsortedStringType: jiff::civil::Time;
    UnsortedStringType: jiff::Span;
    UnsortedStringType: jiff::SignedDuration;
    StringType: jiff::civil::Date: |day| date(i64::from(day.year()), day);
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
