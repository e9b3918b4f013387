//! A time as the number of milliseconds since 1970 (N): `#[serde(with = "dynacond::epoch_millis")]`.
//!
//! The field can be any [`Moment`](crate::operators::Moment), or an `Option` of one, which also needs `#[serde(default)]`. The time
//! is rounded down to a millisecond. The order of the numbers is the order of the times. For DynamoDB's time to live use
//! [`epoch_seconds`](crate::epoch_seconds), because DynamoDB would read milliseconds as a time in the far future.
use serde::{Deserializer, Serializer};

use super::moment::{MomentField, read, write};

/// Writes the milliseconds.
///
/// # Errors
/// The errors of the serializer. A time whose milliseconds do not fit into 64 bits is an error, too.
pub fn serialize<T: MomentField, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    write(value, serializer, |seconds, nanoseconds| {
        let whole = seconds.checked_mul(1_000);
        let millis = whole.and_then(|whole| whole.checked_add(i64::from(nanoseconds / 1_000_000)));
        millis.ok_or("the time is so far away that its milliseconds do not fit into 64 bits")
    })
}

/// Reads the milliseconds.
///
/// # Errors
/// The errors of the deserializer. A time that the type cannot represent is an error, too.
pub fn deserialize<'de, T: MomentField, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    read(deserializer, |millis: i64| {
        let rest = u32::try_from(millis.rem_euclid(1_000)).unwrap_or_default();
        Ok((millis.div_euclid(1_000), rest * 1_000_000))
    })
}
