//! Numbers by their digits, as [`exact_number`](crate::exact_number) reads and writes them.

#[cfg(feature = "rust_decimal")]
use crate::value::{decimal, plain};

/// A number that is written and read by its digits, never through `f64`.
///
/// By the feature `rust_decimal` it is implemented for `Decimal`. Implement it for a decimal type of your own.
#[diagnostic::on_unimplemented(
    message = "`dynacond::exact_number` writes the digits of a number, and dynacond does not know those of `{Self}`",
    label = "not an exact number",
    note = "dynacond knows `Decimal`, also in an `Option`, with the feature `rust_decimal`"
)]
pub trait ExactNumber: Sized {
    /// The digits as DynamoDB takes them: `-12.50`, `1E+30`.
    fn digits(&self) -> String;

    /// The number of these digits, if the type can hold it without rounding.
    fn from_digits(digits: &str) -> Option<Self>;
}

#[cfg(feature = "rust_decimal")]
impl ExactNumber for rust_decimal::Decimal {
    fn digits(&self) -> String {
        self.to_string()
    }

    fn from_digits(digits: &str) -> Option<Self> {
        // Without the exponent that a writer may have used.
        let digits = plain(&decimal(digits).ok()?);
        Self::from_str_exact(&digits).ok()
    }
}

/// A field that holds a number, or an `Option` of one.
#[diagnostic::on_unimplemented(
    message = "`dynacond::exact_number` writes the digits of a number, and dynacond does not know those of `{Self}`",
    label = "not an exact number",
    note = "dynacond knows `Decimal`, also in an `Option`, with the feature `rust_decimal`"
)]
pub trait ExactNumberField: Sized {
    /// Whether it is an `Option`.
    #[doc(hidden)]
    const OPTIONAL: bool;
    /// The digits, if there is a number.
    #[doc(hidden)]
    fn some_digits(&self) -> Option<String>;
    /// The field of a number; of none, if it is an `Option`.
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
