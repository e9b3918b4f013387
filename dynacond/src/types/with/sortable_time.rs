//! A time as text (S) of a fixed width, so that the order of the texts is the order of the times: `#[serde(with =
//! "dynacond::sortable_time")]`.
//!
//! The field can be any [`Moment`](crate::operators::Moment), or an `Option` of one, which also needs `#[serde(default)]`. The text
//! is RFC 3339 in UTC with nine digits for the fraction of a second, such as `2026-11-29T04:00:00.000000000Z`. The years are 1 to
//! 9999. Text of another width does not decode, because its order would be wrong.
//!
//! ```
//! # use std::time::{Duration, SystemTime};
//! # use dynacond::{AttributeValue, Item};
//! # use serde::{Deserialize, Serialize};
//! #[derive(Serialize, Deserialize)]
//! struct Event {
//!     #[serde(with = "dynacond::sortable_time")]
//!     at: SystemTime,
//! }
//! let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_500);
//! let item: Item = serde_dynamo::to_item(Event { at })?;
//! assert_eq!(item["at"], AttributeValue::S("1970-01-01T00:00:01.500000000Z".to_owned()));
//! # Ok::<(), serde_dynamo::Error>(())
//! ```
use std::borrow::Cow;

use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use serde::{Deserializer, Serializer};

use super::moment::{MomentField, read, write};

/// The first and the last second of the years 1 to 9999.
const YEARS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// `2026-11-29T04:00:00.000000000Z`.
const WIDTH: usize = 30;

/// Writes the text.
///
/// # Errors
/// The errors of the serializer. A time outside the years 1 to 9999 is an error, too.
pub fn serialize<T: MomentField, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    write(value, serializer, |seconds, nanoseconds| {
        let whole = YEARS
            .contains(&seconds)
            .then(|| DateTime::from_secs(seconds).fmt(DateTimeFormat::DateTime));
        match whole {
            Some(Ok(whole)) => Ok(format!("{}.{nanoseconds:09}Z", whole.trim_end_matches('Z'))),
            _ => Err("times sort as text in the years 1 to 9999 only"),
        }
    })
}

/// Reads the text.
///
/// # Errors
/// The errors of the deserializer. Text that is not a time of this width is an error, too.
pub fn deserialize<'de, T: MomentField, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    read(deserializer, |text: Cow<'_, str>| {
        let fits = text.len() == WIDTH && text.ends_with('Z');
        match fits.then(|| DateTime::from_str(&text, DateTimeFormat::DateTime)) {
            Some(Ok(time)) => Ok((time.secs(), time.subsec_nanos())),
            _ => Err("what is stored is not a time such as `2026-11-29T04:00:00.000000000Z`"),
        }
    })
}
