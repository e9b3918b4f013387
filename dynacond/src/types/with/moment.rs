//! Moments in time, which the modules for `#[serde(with = "…")]` read and write.
use std::time::{Duration, SystemTime};

use crate::value::reason::OwnWords;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment in time that [`epoch_seconds`](crate::epoch_seconds), [`epoch_millis`](crate::epoch_millis) and
/// [`sortable_time`](crate::sortable_time) can write.
///
/// Implemented for [`SystemTime`], and by the features `chrono`, `time` and `jiff` for `DateTime<Utc>`, `OffsetDateTime` (as the
/// moment in UTC), `UtcDateTime` and `Timestamp`. You can implement it for your own time type.
#[diagnostic::on_unimplemented(
    message = "this module writes a moment in time, and dynacond does not know `{Self}` as one",
    label = "not a moment in time",
    note = "dynacond knows `SystemTime` and, with the features `chrono`, `time` and `jiff`, `DateTime<Utc>`, `OffsetDateTime`, `UtcDateTime` and `Timestamp`, also in an `Option`"
)]
pub trait Moment: Sized {
    /// Returns the whole seconds since 1970-01-01T00:00:00Z, rounded down, and the remaining nanoseconds, below 1,000,000,000.
    fn to_unix(&self) -> (i64, u32);

    /// Returns the moment, or `None` if the type cannot represent it.
    fn from_unix(seconds: i64, nanoseconds: u32) -> Option<Self>;
}

impl Moment for SystemTime {
    fn to_unix(&self) -> (i64, u32) {
        let whole = |duration: &Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        match self.duration_since(Self::UNIX_EPOCH) {
            Ok(since) => (whole(&since), since.subsec_nanos()),
            Err(before) => {
                let before = before.duration();
                match before.subsec_nanos() {
                    0 => (-whole(&before), 0),
                    nanoseconds => (-whole(&before) - 1, 1_000_000_000 - nanoseconds),
                }
            }
        }
    }

    fn from_unix(seconds: i64, nanoseconds: u32) -> Option<Self> {
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let second = if seconds < 0 {
            Self::UNIX_EPOCH.checked_sub(whole)
        } else {
            Self::UNIX_EPOCH.checked_add(whole)
        };
        second?.checked_add(Duration::from_nanos(u64::from(nanoseconds)))
    }
}

#[cfg(feature = "chrono")]
impl Moment for chrono::DateTime<chrono::Utc> {
    fn to_unix(&self) -> (i64, u32) {
        // A leap second has more nanoseconds than a second.
        (
            self.timestamp(),
            self.timestamp_subsec_nanos().min(999_999_999),
        )
    }

    fn from_unix(seconds: i64, nanoseconds: u32) -> Option<Self> {
        Self::from_timestamp(seconds, nanoseconds)
    }
}

#[cfg(feature = "time")]
impl Moment for time::OffsetDateTime {
    fn to_unix(&self) -> (i64, u32) {
        (self.unix_timestamp(), self.nanosecond())
    }

    fn from_unix(seconds: i64, nanoseconds: u32) -> Option<Self> {
        let second = Self::from_unix_timestamp(seconds).ok()?;
        second.replace_nanosecond(nanoseconds).ok()
    }
}

#[cfg(feature = "time")]
impl Moment for time::UtcDateTime {
    fn to_unix(&self) -> (i64, u32) {
        (self.unix_timestamp(), self.nanosecond())
    }

    fn from_unix(seconds: i64, nanoseconds: u32) -> Option<Self> {
        let second = Self::from_unix_timestamp(seconds).ok()?;
        second.replace_nanosecond(nanoseconds).ok()
    }
}

#[cfg(feature = "jiff")]
impl Moment for jiff::Timestamp {
    fn to_unix(&self) -> (i64, u32) {
        let nanoseconds = self.as_nanosecond();
        // The seconds of a timestamp have at most 12 digits, and the nanoseconds are below a second.
        let seconds = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).unwrap_or_default();
        let rest = u32::try_from(nanoseconds.rem_euclid(1_000_000_000)).unwrap_or_default();
        (seconds, rest)
    }

    fn from_unix(seconds: i64, nanoseconds: u32) -> Option<Self> {
        let nanoseconds = i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
        Self::from_nanosecond(nanoseconds).ok()
    }
}

/// The type of a field that is a moment, or an `Option` of one.
#[diagnostic::on_unimplemented(
    message = "this module writes a moment in time, and dynacond does not know `{Self}` as one",
    label = "not a moment in time",
    note = "dynacond knows `SystemTime` and, with the features `chrono`, `time` and `jiff`, `DateTime<Utc>`, `OffsetDateTime`, `UtcDateTime` and `Timestamp`, also in an `Option`"
)]
pub trait MomentField: Sized {
    /// Whether the type is an `Option`.
    #[doc(hidden)]
    const OPTIONAL: bool;
    /// Returns the moment, if there is one.
    #[doc(hidden)]
    fn unix(&self) -> Option<(i64, u32)>;
    /// Returns the field's value for this moment. `None` is possible only for an `Option`.
    #[doc(hidden)]
    fn of_unix(unix: Option<(i64, u32)>) -> Option<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: Moment> MomentField for T {
    const OPTIONAL: bool = false;
    fn unix(&self) -> Option<(i64, u32)> {
        Some(self.to_unix())
    }
    fn of_unix(unix: Option<(i64, u32)>) -> Option<Self> {
        let (seconds, nanoseconds) = unix?;
        T::from_unix(seconds, nanoseconds)
    }
}
#[diagnostic::do_not_recommend]
impl<T: Moment> MomentField for Option<T> {
    const OPTIONAL: bool = true;
    fn unix(&self) -> Option<(i64, u32)> {
        self.as_ref().map(T::to_unix)
    }
    fn of_unix(unix: Option<(i64, u32)>) -> Option<Self> {
        match unix {
            None => Some(None),
            Some((seconds, nanoseconds)) => T::from_unix(seconds, nanoseconds).map(Some),
        }
    }
}

/// Writes the moment with `form`, which returns an error if its format cannot represent the moment.
pub(crate) fn write<T: MomentField, W: Serialize, S: Serializer>(
    value: &T,
    serializer: S,
    form: impl FnOnce(i64, u32) -> Result<W, &'static str>,
) -> Result<S::Ok, S::Error> {
    let Some((seconds, nanoseconds)) = value.unix() else {
        return serializer.serialize_none();
    };
    let form = form(seconds, nanoseconds).map_err(|words| S::Error::custom(OwnWords(words)))?;
    if T::OPTIONAL {
        serializer.serialize_some(&form)
    } else {
        form.serialize(serializer)
    }
}

/// Reads the moment with `form`, which returns an error if the text or number is not a moment.
pub(crate) fn read<'de, T: MomentField, R: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
    form: impl FnOnce(R) -> Result<(i64, u32), &'static str>,
) -> Result<T, D::Error> {
    let written = if T::OPTIONAL {
        Option::<R>::deserialize(deserializer)?
    } else {
        Some(R::deserialize(deserializer)?)
    };
    let unix = written.map(form).transpose();
    let unix = unix.map_err(|words| D::Error::custom(OwnWords(words)))?;
    T::of_unix(unix)
        .ok_or_else(|| D::Error::custom(OwnWords("the time is beyond what its type can hold")))
}
