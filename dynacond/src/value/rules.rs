//! Attribute values: what DynamoDB takes, and how it compares, orders and measures them.
//!
//! Rules: [Data types](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html).
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use scientific::{ConversionError, Scientific};

use crate::value::rule::Rule;

/// Documents nest at most this deep: 31 maps around a scalar are stored, 32 are not (captured in us-east-1 and eu-west-2).
pub(crate) const MAX_DEPTH: usize = 32;

/// Bytes of an item, with its attribute names.
///
/// [Constraints: items](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items)
pub(crate) const MAX_ITEM: usize = 400 * 1024;

/// The data type as DynamoDB abbreviates it.
pub(crate) const fn data_type(value: &AttributeValue) -> &'static str {
    match value {
        AttributeValue::S(_) => "S",
        AttributeValue::N(_) => "N",
        AttributeValue::B(_) => "B",
        AttributeValue::Ss(_) => "SS",
        AttributeValue::Ns(_) => "NS",
        AttributeValue::Bs(_) => "BS",
        AttributeValue::L(_) => "L",
        AttributeValue::M(_) => "M",
        AttributeValue::Bool(_) => "BOOL",
        AttributeValue::Null(_) => "NULL",
        _ => "unknown",
    }
}

/// Whether DynamoDB stores the value.
#[inline]
pub(crate) fn check(value: &AttributeValue) -> Result<(), Rule> {
    match value {
        AttributeValue::S(_) => Ok(()),
        AttributeValue::N(number) => check_number(number),
        value => check_at(value, 1),
    }
}

fn check_at(value: &AttributeValue, depth: usize) -> Result<(), Rule> {
    if depth > MAX_DEPTH {
        return Err(Rule::TooDeep { limit: MAX_DEPTH });
    }
    match value {
        AttributeValue::S(_)
        | AttributeValue::B(_)
        | AttributeValue::Bool(_)
        | AttributeValue::Null(true) => Ok(()),
        AttributeValue::Null(false) => Err(Rule::NullFalse),
        AttributeValue::N(number) => check_number(number),
        AttributeValue::L(list) => list.iter().try_for_each(|value| check_at(value, depth + 1)),
        AttributeValue::M(map) => map.iter().try_for_each(|(name, value)| {
            // Refused anywhere in a request, also inside values (captured in us-east-1 and eu-west-2).
            if name.is_empty() {
                return Err(Rule::NameLength);
            }
            check_at(value, depth + 1)
        }),
        AttributeValue::Ss(set) => distinct(set.len(), set.iter()),
        AttributeValue::Bs(set) => distinct(set.len(), set.iter().map(AsRef::<[u8]>::as_ref)),
        AttributeValue::Ns(set) => {
            set.iter().try_for_each(|number| check_number(number))?;
            distinct(set.len(), set.iter().map(|number| canonical(number)))
        }
        _ => Err(Rule::UnknownValue),
    }
}

/// Whether the value nests deeper than DynamoDB stores.
pub(crate) fn is_too_deep(value: &AttributeValue) -> bool {
    fn deeper_than(levels: usize, value: &AttributeValue) -> bool {
        let inner = |value| deeper_than(levels - 1, value);
        match value {
            _ if levels == 0 => true,
            AttributeValue::L(list) => list.iter().any(inner),
            AttributeValue::M(map) => map.values().any(inner),
            _ => false,
        }
    }
    deeper_than(MAX_DEPTH, value)
}

fn distinct<T: std::hash::Hash + Eq>(
    len: usize,
    members: impl Iterator<Item = T>,
) -> Result<(), Rule> {
    if len == 0 {
        return Err(Rule::EmptySet);
    }
    if members.collect::<HashSet<_>>().len() < len {
        Err(Rule::DuplicateMember)
    } else {
        Ok(())
    }
}

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
    // The longest text of a number in range: 130 zeros behind the point, 38 digits, or an exponent. An `f64` prints up to
    // 330 characters; what is longer is not worth the arithmetic.
    if text.len() > 512 {
        return Err(Rule::NumberOutOfRange);
    }
    // The crate's own limit lies where it counts no more; DynamoDB's exponents have three digits.
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
    // Its digits come without leading and trailing zeros, its exponent is that of the first digit.
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

/// The exponents of a number's first digit.
const RANGE: std::ops::RangeInclusive<isize> = -130..=125;

/// DynamoDB holds a zero to the range of other numbers, as if its last digit were a 1: it stores `0e125` and `0.0e126`, and
/// neither `0e126` nor `0e-131` (captured in eu-west-2).
fn exponent_of_zero(text: &str) -> isize {
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let fraction = digits
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len());
    let exponent = exponent.parse::<isize>().unwrap_or(isize::MAX);
    exponent.saturating_sub_unsigned(fraction)
}

/// One text per number: `1`, `1.0` and `1e0` are one.
pub(crate) fn canonical(text: &str) -> Cow<'_, str> {
    decimal(text).map_or(Cow::Borrowed(text), |number| Cow::Owned(number.to_string()))
}

/// Digits without an exponent, as DynamoDB gives numbers back.
pub(crate) fn plain(number: &Scientific) -> String {
    if number.is_zero() {
        return "0".to_owned();
    }
    let digit = |digit: &u8| char::from(b'0' + digit);
    let digits: String = number.as_raw_mantissa().iter().map(digit).collect();
    let sign = if number.is_sign_negative() { "-" } else { "" };
    // How many digits stand before the point.
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

fn compare_numbers(a: &str, b: &str) -> Option<Ordering> {
    if let (Ok(a), Ok(b)) = (a.parse::<i64>(), b.parse::<i64>()) {
        return Some(a.cmp(&b));
    }
    Some(decimal(a).ok()?.cmp(&decimal(b).ok()?))
}

/// DynamoDB's `=`: numbers by value, sets in any order, lists and maps deep; of one type.
pub(crate) fn equal(a: &AttributeValue, b: &AttributeValue) -> bool {
    match (a, b) {
        (AttributeValue::N(a), AttributeValue::N(b)) => {
            compare_numbers(a, b) == Some(Ordering::Equal)
        }
        (AttributeValue::Ss(a), AttributeValue::Ss(b)) => {
            same_members(a.len(), a.iter(), b.len(), b.iter())
        }
        (AttributeValue::Bs(a), AttributeValue::Bs(b)) => {
            let bytes = AsRef::<[u8]>::as_ref;
            same_members(a.len(), a.iter().map(bytes), b.len(), b.iter().map(bytes))
        }
        (AttributeValue::Ns(a), AttributeValue::Ns(b)) => same_members(
            a.len(),
            a.iter().map(|n| canonical(n)),
            b.len(),
            b.iter().map(|n| canonical(n)),
        ),
        (AttributeValue::L(a), AttributeValue::L(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (AttributeValue::M(a), AttributeValue::M(b)) => equal_maps(a, b),
        (AttributeValue::N(_) | AttributeValue::L(_) | AttributeValue::M(_), _) => false,
        (a, b) => a == b,
    }
}

pub(crate) fn equal_maps(
    a: &HashMap<String, AttributeValue>,
    b: &HashMap<String, AttributeValue>,
) -> bool {
    a.len() == b.len()
        && a.iter()
            .all(|(name, a)| b.get(name).is_some_and(|b| equal(a, b)))
}

fn same_members<T: std::hash::Hash + Eq>(
    a_len: usize,
    a: impl Iterator<Item = T>,
    b_len: usize,
    mut b: impl Iterator<Item = T>,
) -> bool {
    a_len == b_len && {
        let a: HashSet<T> = a.collect();
        b.all(|member| a.contains(&member))
    }
}

/// DynamoDB's order: strings and binary by unsigned bytes, numbers by value; none between types, or of anything else.
pub(crate) fn compare(a: &AttributeValue, b: &AttributeValue) -> Option<Ordering> {
    match (a, b) {
        (AttributeValue::S(a), AttributeValue::S(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
        (AttributeValue::B(a), AttributeValue::B(b)) => Some(a.as_ref().cmp(b.as_ref())),
        (AttributeValue::N(a), AttributeValue::N(b)) => compare_numbers(a, b),
        _ => None,
    }
}

/// DynamoDB's `size`: UTF-16 code units of S, bytes of B, elements of sets, lists and maps; no value otherwise.
pub(crate) fn size(value: &AttributeValue) -> Option<usize> {
    match value {
        AttributeValue::S(text) => Some(text.encode_utf16().count()),
        AttributeValue::B(blob) => Some(blob.as_ref().len()),
        AttributeValue::Ss(set) | AttributeValue::Ns(set) => Some(set.len()),
        AttributeValue::Bs(set) => Some(set.len()),
        AttributeValue::L(list) => Some(list.len()),
        AttributeValue::M(map) => Some(map.len()),
        _ => None,
    }
}

/// DynamoDB's `contains`: a substring, a subsequence of bytes, a member of a set, an element of a list.
pub(crate) fn contains(container: &AttributeValue, part: &AttributeValue) -> bool {
    match (container, part) {
        (AttributeValue::S(text), AttributeValue::S(part)) => text.contains(part.as_str()),
        (AttributeValue::B(bytes), AttributeValue::B(part)) => {
            // Only texts have a search in the standard library that stays linear: each byte becomes a character.
            let text = |bytes: &[u8]| bytes.iter().copied().map(char::from).collect::<String>();
            text(bytes.as_ref()).contains(&text(part.as_ref()))
        }
        (AttributeValue::Ss(set), AttributeValue::S(part)) => set.contains(part),
        (AttributeValue::Bs(set), AttributeValue::B(part)) => set.contains(part),
        (AttributeValue::Ns(set), AttributeValue::N(part)) => set
            .iter()
            .any(|member| compare_numbers(member, part) == Some(Ordering::Equal)),
        (AttributeValue::L(list), part) => list.iter().any(|element| equal(element, part)),
        _ => false,
    }
}

/// DynamoDB's `begins_with`: a prefix of S or B.
pub(crate) fn begins_with(value: &AttributeValue, prefix: &AttributeValue) -> bool {
    match (value, prefix) {
        (AttributeValue::S(text), AttributeValue::S(prefix)) => text.starts_with(prefix.as_str()),
        (AttributeValue::B(bytes), AttributeValue::B(prefix)) => {
            bytes.as_ref().starts_with(prefix.as_ref())
        }
        _ => false,
    }
}

/// The bytes that a value counts for in an item's or a request's size.
///
/// See [Item sizes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html); what
/// numbers count was captured in eu-west-2, to the byte.
pub(crate) fn stored_size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number_size(number),
        AttributeValue::B(blob) => blob.as_ref().len(),
        AttributeValue::Ss(set) => set.iter().map(String::len).sum(),
        AttributeValue::Ns(set) => set.iter().map(|number| number_size(number)).sum(),
        AttributeValue::Bs(set) => set.iter().map(|blob| blob.as_ref().len()).sum(),
        AttributeValue::L(list) => {
            3 + list
                .iter()
                .map(|value| 1 + stored_size(value))
                .sum::<usize>()
        }
        AttributeValue::M(map) => {
            3 + map
                .iter()
                .map(|(name, value)| 1 + name.len() + stored_size(value))
                .sum::<usize>()
        }
        _ => 1,
    }
}

/// The bytes of an item: names and values.
pub(crate) fn item_size(item: &HashMap<String, AttributeValue>) -> usize {
    let attribute = |(name, value): (&String, &AttributeValue)| name.len() + stored_size(value);
    item.iter().map(attribute).sum()
}

/// At least [`stored_size`], at a glance where it is a scalar.
#[inline]
pub(crate) fn size_at_most(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number.len() + 1,
        other => stored_size(other),
    }
}

/// One byte, one for two significant digits before the point, one for two behind it, and one for a minus.
fn number_size(number: &str) -> usize {
    let (negative, unsigned) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let (digits, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let digits = || whole.bytes().chain(fraction.bytes());
    let is_significant = |digit: u8| digit != b'0';
    let Some(leading) = digits().position(is_significant) else {
        // Zero, also as `-0`.
        return 1;
    };
    let trailing = digits().rev().position(is_significant).unwrap_or(0);
    let significant = whole.len() + fraction.len() - leading - trailing;
    // How many of them stand before the point, once the exponent has moved it.
    let exponent = exponent.parse::<isize>().unwrap_or(0);
    let before = exponent
        .saturating_add_unsigned(whole.len())
        .saturating_sub_unsigned(leading);
    let before = usize::try_from(before).unwrap_or(0).min(significant);
    1 + before.div_ceil(2) + (significant - before).div_ceil(2) + usize::from(negative)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DynamoDB's figures: 1, and 1 for two significant digits before the point, for two behind it, and for a minus.
    #[test]
    fn a_number_counts_its_significant_digits() {
        for (number, bytes) in [
            ("0", 1),
            ("-0", 1),
            ("0.000", 1),
            ("7", 2),
            ("+7", 2),
            ("12", 2),
            ("123", 3),
            ("1700000000000", 2),
            ("1700000000123", 8),
            ("100", 2),
            ("0042", 2),
            ("1010", 3),
            ("1.5", 3),
            ("1.50", 3),
            ("100.5", 4),
            ("0.15", 2),
            ("0.0000001", 2),
            ("3.14159", 5),
            ("-42", 3),
            ("-0.15", 3),
            ("1E125", 2),
            ("1e-100", 2),
            ("-1E125", 3),
            ("12.5e1", 3),
            ("1.25e1", 3),
            ("12345678901234567890123456789012345678", 20),
        ] {
            let value = AttributeValue::N(number.to_owned());
            assert_eq!(stored_size(&value), bytes, "{number}");
            assert!(size_at_most(&value) >= bytes, "{number}");
        }
    }

    #[test]
    fn a_search_in_binary_finds_what_windows_find() {
        let bytes = |bytes: &[u8]| AttributeValue::B(bytes.to_vec().into());
        let text = [0xc3, 0x28, 0xff, 0x00, 0x80, 0xff, 0x00, 0x80, 0x81];
        for start in 0..=text.len() {
            for end in start..=text.len() {
                assert!(contains(&bytes(&text), &bytes(&text[start..end])));
            }
        }
        for part in [&[0x28, 0xc3][..], &[0xc3, 0xff], &[0x80, 0x80], &[0x00; 2]] {
            assert!(!contains(&bytes(&text), &bytes(part)), "{part:?}");
        }
    }
}
