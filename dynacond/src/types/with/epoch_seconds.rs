//! A time as the number of seconds since 1970 (N), which is what DynamoDB's time to live needs: `#[serde(with =
//! "dynacond::epoch_seconds")]`.
//!
//! The field can be any [`Moment`](crate::operators::Moment), or an `Option` of one. The time is rounded down to a second. The
//! order of the numbers is the order of the times, so you can use `lt`, `between` and the other comparators.
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
//! An `Option` under `with` also needs `#[serde(default)]`, as above. Without it, serde refuses an item in which the attribute is
//! missing.
#![doc(alias("ttl", "time_to_live", "TimeToLive"))]
use serde::{Deserializer, Serializer};

use super::moment::{MomentField, read, write};

/// Writes the seconds.
///
/// # Errors
/// The errors of the serializer.
pub fn serialize<T: MomentField, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    write(value, serializer, |seconds, _| Ok(seconds))
}

/// Reads the seconds.
///
/// # Errors
/// The errors of the deserializer. A time that the type cannot represent is an error, too.
pub fn deserialize<'de, T: MomentField, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    read(deserializer, |seconds: i64| Ok((seconds, 0)))
}
