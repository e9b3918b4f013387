//! Attribute values: what DynamoDB takes, and how it compares, orders and measures them.
//!
//! Rules: [Data types](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html).
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use scientific::{ConversionError, Scientific};

use crate::value::rule::Rule;

/// Documents nest at most this deep.
pub(crate) const MAX_DEPTH: usize = 32;

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
        AttributeValue::M(map) => map
            .values()
            .try_for_each(|value| check_at(value, depth + 1)),
        AttributeValue::Ss(set) => distinct(set.len(), set.iter()),
        AttributeValue::Bs(set) => distinct(set.len(), set.iter().map(AsRef::<[u8]>::as_ref)),
        AttributeValue::Ns(set) => {
            set.iter().try_for_each(|number| check_number(number))?;
            distinct(set.len(), set.iter().map(|number| canonical(number)))
        }
        _ => Err(Rule::UnknownValue),
    }
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
    let in_range = number.len() <= 38 && (-130..=125).contains(&number.exponent1());
    if number.is_zero() || in_range {
        Ok(number)
    } else {
        Err(Rule::NumberOutOfRange)
    }
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
            let (bytes, part) = (bytes.as_ref(), part.as_ref());
            part.is_empty() || bytes.windows(part.len()).any(|window| window == part)
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

/// The bytes that a value counts for in an item's or a request's size: an upper bound for numbers.
///
/// See [Item sizes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
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

/// At least [`stored_size`], at a glance where it is a scalar.
#[inline]
pub(crate) fn size_at_most(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number.len() + 1,
        other => stored_size(other),
    }
}

/// About one byte for two significant digits, and one more.
fn number_size(number: &str) -> usize {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    (digits.min(38)).div_ceil(2) + 1
}

/// A value as a person reads it: texts bare unless they would read as something else.
pub(crate) struct Shown<'a>(pub(crate) &'a AttributeValue);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn list<T>(
            f: &mut fmt::Formatter<'_>,
            brackets: [&str; 2],
            items: impl IntoIterator<Item = T>,
            show: impl Fn(&mut fmt::Formatter<'_>, T) -> fmt::Result,
        ) -> fmt::Result {
            f.write_str(brackets[0])?;
            for (i, item) in items.into_iter().enumerate() {
                f.write_str(if i > 0 { ", " } else { "" })?;
                show(f, item)?;
            }
            f.write_str(brackets[1])
        }
        match self.0 {
            AttributeValue::S(text) => show_text(text, f),
            AttributeValue::N(number) => f.write_str(number),
            AttributeValue::Bool(value) => value.fmt(f),
            AttributeValue::Null(_) => f.write_str("NULL"),
            AttributeValue::B(blob) => show_bytes(blob.as_ref(), f),
            AttributeValue::Ss(set) => list(f, ["{", "}"], set, |f, text| show_text(text, f)),
            AttributeValue::Ns(set) => list(f, ["{", "}"], set, |f, number| f.write_str(number)),
            AttributeValue::Bs(set) => {
                list(f, ["{", "}"], set, |f, blob| show_bytes(blob.as_ref(), f))
            }
            AttributeValue::L(values) => {
                list(f, ["[", "]"], values, |f, value| Shown(value).fmt(f))
            }
            AttributeValue::M(map) => {
                let mut entries: Vec<_> = map.iter().collect();
                entries.sort_by_key(|(name, _)| *name);
                list(f, ["{", "}"], entries, |f, (name, value)| {
                    show_text(name, f)?;
                    write!(f, ": {}", Shown(value))
                })
            }
            _ => f.write_str("(unknown)"),
        }
    }
}

fn show_text(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let plain = text.starts_with(|c: char| c.is_alphabetic())
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '#' | '.' | '@' | '/'))
        && !["true", "false", "null"]
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word));
    if plain {
        f.write_str(text)
    } else {
        write!(f, "{text:?}")
    }
}

fn show_bytes(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("0x")?;
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}
