//! A time as the number of seconds since 1970 (N), which is what DynamoDB's time to live needs: `#[serde(with =
//! "dynacond::epoch_seconds")]`.
//!
//! Takes every [`Moment`](crate::operators::Moment), also in an `Option`. Fractions of a second are dropped: the time is
//! rounded down. The order of the numbers is the order of the times, so `lt`, `between` and the others are there.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use dynacond::Versioned;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize, Versioned)]
//! #[dynacond(table = "holds")]
//! struct Hold {
//!     #[dynacond(partition_key)]
//!     seat: String,
//!     #[serde(default, with = "dynacond::epoch_seconds", skip_serializing_if = "Option::is_none")]
//!     expires: Option<SystemTime>,
//! }
//! let h = Hold::attributes();
//! let free = h.expires.is_none().or(h.expires.lt(SystemTime::now()));
//! assert!(free.compile()?.text.ends_with("OR #expires < :expires_2"));
//! # Ok::<(), dynacond::Error>(())
//! ```
//!
//! serde reads a missing `Option` under `with` as an error, so add `default`, as above.
#![doc(alias("ttl", "time_to_live", "TimeToLive"))]
use serde::{Deserializer, Serializer};

use super::moment::{MomentField, read, write};

/// Writes the seconds.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<T: MomentField, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    write(value, serializer, |seconds, _| Ok(seconds))
}

/// Reads the seconds.
///
/// # Errors
/// Those of the deserializer, and of a time that is beyond what its type can hold.
pub fn deserialize<'de, T: MomentField, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    read(deserializer, |seconds: i64| Ok((seconds, 0)))
}
