//! Numbers of up to 38 digits, which are compared and computed exactly and never through `f64`.
use std::borrow::Cow;
use std::cmp::Ordering;
use std::str::FromStr;

use scientific::{ConversionError, Scientific};

use crate::value::rule::Rule;

/// A number of at most 38 digits and a magnitude from 1E-130 to 9.99E125.
#[inline]
pub(crate) fn check_number(text: &str) -> Result<(), Rule> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if (1..=38).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    decimal(text).map(drop)
}

pub(crate) fn decimal(text: &str) -> Result<Scientific, Rule> {
    // The longest text of a number in range has 130 zeros after the point and 38 digits, or an exponent. An `f64` prints up to 330
    // characters. A longer text is refused without arithmetic.
    if text.len() > 512 {
        return Err(Rule::NumberOutOfRange);
    }
    // The crate reports longer exponents as a parse error. DynamoDB's have at most three digits, so these numbers are out of range.
    let exponent = text
        .rsplit_once(['e', 'E'])
        .map_or("", |(_, exponent)| exponent);
    let digits = exponent
        .trim_start_matches(['+', '-'])
        .trim_start_matches('0');
    if digits.len() > 6 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Rule::NumberOutOfRange);
    }
    let number = Scientific::from_str(text).map_err(|error| match error {
        ConversionError::ParseError => Rule::NotANumber,
        _ => Rule::NumberOutOfRange,
    })?;
    // The digits have no leading or trailing zeros, and the exponent is that of the first digit.
    let in_range = if number.is_zero() {
        RANGE.contains(&exponent_of_zero(text))
    } else {
        number.len() <= 38 && RANGE.contains(&number.exponent1())
    };
    if in_range {
        Ok(number)
    } else {
        Err(Rule::NumberOutOfRange)
    }
}

/// The allowed exponents of a number's first digit.
const RANGE: std::ops::RangeInclusive<isize> = -130..=125;

/// DynamoDB checks the range of a zero as if its last digit were 1. It stores `0e125` and `0.0e126`, but refuses `0e126` and
/// `0e-131` (captured in eu-west-2).
fn exponent_of_zero(text: &str) -> isize {
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let fraction = digits
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len());
    let exponent = exponent.parse::<isize>().unwrap_or(isize::MAX);
    exponent.saturating_sub_unsigned(fraction)
}

/// The same text for equal numbers, such as `1`, `1.0` and `1e0`: the one that DynamoDB returns. A text that is not a number stays as it is.
pub(crate) fn canonical(text: &str) -> Cow<'_, str> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain =
        text == "0" || digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    if is_plain {
        return Cow::Borrowed(text);
    }
    decimal(text).map_or(Cow::Borrowed(text), |number| Cow::Owned(plain(&number)))
}

/// The digits without an exponent, as DynamoDB returns numbers.
pub(crate) fn plain(number: &Scientific) -> String {
    if number.is_zero() {
        return "0".to_owned();
    }
    let digit = |digit: &u8| char::from(b'0' + digit);
    let digits: String = number.as_raw_mantissa().iter().map(digit).collect();
    let sign = if number.is_sign_negative() { "-" } else { "" };
    // The number of digits before the point.
    match usize::try_from(number.exponent0()) {
        Ok(0) | Err(_) => {
            let zeros = number.exponent0().unsigned_abs();
            format!("{sign}0.{}{digits}", "0".repeat(zeros))
        }
        Ok(whole) if whole < digits.len() => {
            format!("{sign}{}.{}", &digits[..whole], &digits[whole..])
        }
        Ok(whole) => format!("{sign}{digits:0<whole$}"),
    }
}

/// Returns the number if it is whole, and otherwise the next whole number away from zero. Numbers beyond 10^37, and so beyond every
/// integer of 64 bits, become 10^37. `None` means that the text is not a number.
pub(crate) fn whole(text: &str) -> Option<i128> {
    const MOST: i128 = 10_i128.pow(37);
    if let Ok(number) = text.parse::<i128>() {
        return Some(number.clamp(-MOST, MOST));
    }
    let number = plain(&decimal(text).ok()?);
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, number.as_str()),
    };
    let (digits, fraction) = match digits.split_once('.') {
        Some((digits, _)) => (digits, 1),
        None => (digits, 0),
    };
    let magnitude = digits
        .parse::<i128>()
        .map_or(MOST, |digits| digits.min(MOST));
    Some(sign * (magnitude + fraction))
}

/// DynamoDB's order of numbers; `None` if one of the texts is not a number.
pub(super) fn compare_numbers(a: &str, b: &str) -> Option<Ordering> {
    if let (Ok(a), Ok(b)) = (a.parse::<i64>(), b.parse::<i64>()) {
        return Some(a.cmp(&b));
    }
    Some(decimal(a).ok()?.cmp(&decimal(b).ok()?))
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn a_number_is_made_whole_away_from_zero() {
        const MOST: i128 = 10_i128.pow(37);
        for (text, expected) in [
            ("0", Some(0)),
            ("-7", Some(-7)),
            ("1e3", Some(1000)),
            ("2.5", Some(3)),
            ("-2.5", Some(-3)),
            ("-1e-9", Some(-1)),
            ("1e125", Some(MOST)),
            ("-99999999999999999999999999999999999999", Some(-MOST)),
            ("x", None),
        ] {
            assert_eq!(whole(text), expected, "{text}");
        }
    }
}
