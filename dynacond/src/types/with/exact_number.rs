//! A decimal number that is stored as a number (N) with its exact digits, never through `f64`: `#[serde(with =
//! "dynacond::exact_number")]`.
//!
//! The field can be any [`ExactNumber`](crate::operators::ExactNumber), or an `Option` of one, which also needs
//! `#[serde(default)]`. DynamoDB stores 38 digits. A number with more digits is an error before anything is sent. A stored number
//! that the type can only represent by rounding does not decode. Trailing zeros are not kept: DynamoDB returns `1.5` for `1.50`.
//!
//! In other formats, such as JSON, the number is written as text.
use std::fmt;

use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serializer};

use super::number::ExactNumberField;
use crate::value::reason::OwnWords;
use crate::value::serialize::EXACT_NUMBER;

/// Writes the digits.
///
/// # Errors
/// The errors of the serializer. A number with more than 38 digits is an error, too.
pub fn serialize<T: ExactNumberField, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value.some_digits() {
        None => serializer.serialize_none(),
        Some(digits) if T::OPTIONAL => serializer.serialize_some(&Digits(digits)),
        Some(digits) => serializer.serialize_newtype_struct(EXACT_NUMBER, &digits),
    }
}

/// Reads the digits.
///
/// # Errors
/// The errors of the deserializer. A number that the type can only represent by rounding is an error, too.
pub fn deserialize<'de, T: ExactNumberField, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let digits = if T::OPTIONAL {
        Option::<Digits>::deserialize(deserializer)?
    } else {
        Some(Digits::deserialize(deserializer)?)
    };
    T::of_digits(digits.as_ref().map(|digits| digits.0.as_str())).ok_or_else(|| {
        D::Error::custom(OwnWords(
            "the number is beyond what its type can hold without rounding",
        ))
    })
}

struct Digits(String);

impl serde::Serialize for Digits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(EXACT_NUMBER, &self.0)
    }
}

impl<'de> Deserialize<'de> for Digits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(EXACT_NUMBER, DigitsVisitor)
    }
}

struct DigitsVisitor;

impl<'de> Visitor<'de> for DigitsVisitor {
    type Value = Digits;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the digits of a number")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Digits, D::Error> {
        inner.deserialize_any(self)
    }

    fn visit_str<E: serde::de::Error>(self, digits: &str) -> Result<Digits, E> {
        Ok(Digits(digits.to_owned()))
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Digits, E> {
        Ok(Digits(number.to_string()))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Digits, E> {
        Ok(Digits(number.to_string()))
    }
}
