//! Exact numbers, which [`exact_number`](crate::exact_number) reads and writes by their digits.

#[cfg(feature = "rust_decimal")]
use crate::value::{decimal, plain};

/// A number that is written and read by its digits, never through `f64`.
///
/// With the feature `rust_decimal` it is implemented for `Decimal`. You can implement it for your own decimal type.
#[diagnostic::on_unimplemented(
    message = "`dynacond::exact_number` writes the digits of a number, and dynacond does not know those of `{Self}`",
    label = "not an exact number",
    note = "dynacond knows `Decimal`, also in an `Option`, with the feature `rust_decimal`"
)]
pub trait ExactNumber: Sized {
    /// Returns the digits in DynamoDB's format, such as `-12.50` or `1E+30`.
    fn digits(&self) -> String;

    /// Returns the number with these digits, or `None` if the type can only represent it by rounding.
    fn from_digits(digits: &str) -> Option<Self>;
}

#[cfg(feature = "rust_decimal")]
impl ExactNumber for rust_decimal::Decimal {
    fn digits(&self) -> String {
        self.to_string()
    }

    fn from_digits(digits: &str) -> Option<Self> {
        // Another writer may have used an exponent, which `Decimal` does not read.
        let digits = plain(&decimal(digits).ok()?);
        Self::from_str_exact(&digits).ok()
    }
}

/// The type of a field that is a number, or an `Option` of one.
#[diagnostic::on_unimplemented(
    message = "`dynacond::exact_number` writes the digits of a number, and dynacond does not know those of `{Self}`",
    label = "not an exact number",
    note = "dynacond knows `Decimal`, also in an `Option`, with the feature `rust_decimal`"
)]
pub trait ExactNumberField: Sized {
    /// Whether the type is an `Option`.
    #[doc(hidden)]
    const OPTIONAL: bool;
    /// Returns the digits, if there is a number.
    #[doc(hidden)]
    fn some_digits(&self) -> Option<String>;
    /// Returns the field's value for this number. `None` is possible only for an `Option`.
    #[doc(hidden)]
    fn of_digits(digits: Option<&str>) -> Option<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: ExactNumber> ExactNumberField for T {
    const OPTIONAL: bool = false;
    fn some_digits(&self) -> Option<String> {
        Some(self.digits())
    }
    fn of_digits(digits: Option<&str>) -> Option<Self> {
        T::from_digits(digits?)
    }
}
#[diagnostic::do_not_recommend]
impl<T: ExactNumber> ExactNumberField for Option<T> {
    const OPTIONAL: bool = true;
    fn some_digits(&self) -> Option<String> {
        self.as_ref().map(T::digits)
    }
    fn of_digits(digits: Option<&str>) -> Option<Self> {
        match digits {
            None => Some(None),
            Some(digits) => T::from_digits(digits).map(Some),
        }
    }
}
