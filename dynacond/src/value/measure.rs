//! The sizes of values: DynamoDB's `size`, and the bytes that DynamoDB counts and bills.
use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// The largest item in bytes, with its attribute names.
///
/// [Constraints: items](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items)
pub(crate) const MAX_ITEM: usize = 400 * 1024;

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

/// The bytes of a value in the size of an item or a request.
///
/// See [Item sizes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html); the bytes of
/// numbers were measured in eu-west-2.
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

/// An upper bound for the bytes of an item as JSON. The limit of a request with many items counts the JSON.
pub(crate) fn json_size(item: &HashMap<String, AttributeValue>) -> usize {
    let attribute = |(name, value): (&String, &AttributeValue)| json_text(name) + json_value(value);
    2 + item.iter().map(attribute).sum::<usize>()
}

/// A value with its type, braces and a comma, such as `{"BOOL":false},`.
fn json_value(value: &AttributeValue) -> usize {
    // `{"BOOL":` and `},`, or those of a shorter type.
    10 + match value {
        AttributeValue::S(text) | AttributeValue::N(text) => json_text(text),
        AttributeValue::B(blob) => json_blob(blob.as_ref()),
        AttributeValue::Ss(set) | AttributeValue::Ns(set) => {
            2 + set.iter().map(|text| json_text(text)).sum::<usize>()
        }
        AttributeValue::Bs(set) => {
            2 + set
                .iter()
                .map(|blob| json_blob(blob.as_ref()))
                .sum::<usize>()
        }
        AttributeValue::L(list) => 2 + list.iter().map(json_value).sum::<usize>(),
        AttributeValue::M(map) => json_size(map),
        _ => 5,
    }
}

/// A text with its quotes and a comma or a colon.
fn json_text(text: &str) -> usize {
    let byte = |byte: u8| match byte {
        // As `\u0000`.
        0..0x20 => 6,
        b'"' | b'\\' => 2,
        _ => 1,
    };
    3 + text.bytes().map(byte).sum::<usize>()
}

/// The length of bytes in base64, as a text.
fn json_blob(bytes: &[u8]) -> usize {
    3 + bytes.len().div_ceil(3) * 4
}

/// An upper bound for [`stored_size`], which for a scalar needs no look at its content.
#[inline]
pub(crate) fn size_at_most(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number.len() + 1,
        other => stored_size(other),
    }
}

/// One byte, one for every two significant digits before the point, one for every two after the point, and one for a minus.
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
    // The number of digits before the point, after the exponent has moved it.
    let exponent = exponent.parse::<isize>().unwrap_or(0);
    let before = exponent
        .saturating_add_unsigned(whole.len())
        .saturating_sub_unsigned(leading);
    let before = usize::try_from(before).unwrap_or(0).min(significant);
    1 + before.div_ceil(2) + (significant - before).div_ceil(2) + usize::from(negative)
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::primitives::Blob;

    use super::*;

    #[test]
    fn json_is_measured_from_above() {
        let s = |text: &str| AttributeValue::S(text.to_owned());
        let b = |bytes: &[u8]| AttributeValue::B(Blob::new(bytes));
        for (value, json) in [
            (s(""), r#"{"S":""}"#),
            (s("é 漢/"), r#"{"S":"é 漢/"}"#),
            (s("\"\\\u{1}\n"), r#"{"S":"\"\\\u0001\n"}"#),
            (AttributeValue::N("-1.5".to_owned()), r#"{"N":"-1.5"}"#),
            (AttributeValue::Bool(false), r#"{"BOOL":false}"#),
            (AttributeValue::Null(true), r#"{"NULL":true}"#),
            (b(&[7]), r#"{"B":"Bw=="}"#),
            (b(&[7, 7, 7, 7]), r#"{"B":"BwcHBw=="}"#),
            (
                AttributeValue::Ss(vec!["a".to_owned(), "b".to_owned()]),
                r#"{"SS":["a","b"]}"#,
            ),
            (
                AttributeValue::Bs(vec![Blob::new([7]), Blob::new([8])]),
                r#"{"BS":["Bw==","CA=="]}"#,
            ),
            (AttributeValue::L(Vec::new()), r#"{"L":[]}"#),
            (
                AttributeValue::L(vec![s("a"), AttributeValue::Bool(true)]),
                r#"{"L":[{"S":"a"},{"BOOL":true}]}"#,
            ),
            (
                AttributeValue::M(HashMap::from([("k".to_owned(), s("a"))])),
                r#"{"M":{"k":{"S":"a"}}}"#,
            ),
        ] {
            let measured = json_size(&HashMap::from([("name".to_owned(), value)]));
            let written = format!(r#"{{"name":{json}}}"#).len();
            assert!(measured >= written, "{json}: {measured} for {written}");
            assert!(measured <= written + 30, "{json}: {measured} for {written}");
        }
    }

    /// DynamoDB's sizes: 1, and 1 for every two significant digits before the point, for every two after it, and for a minus.
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
}
