//! How DynamoDB compares values: equality, order, `contains` and `begins_with`.
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::types::AttributeValue;

use crate::value::number::{canonical, compare_numbers};

/// DynamoDB's `=`. Both values must have the same type. Numbers are compared by value, sets in any order, lists and maps
/// recursively.
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

/// DynamoDB's order: strings and binary by unsigned bytes, numbers by value. Values of different types, and values of any other
/// type, have no order.
pub(crate) fn compare(a: &AttributeValue, b: &AttributeValue) -> Option<Ordering> {
    match (a, b) {
        (AttributeValue::S(a), AttributeValue::S(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
        (AttributeValue::B(a), AttributeValue::B(b)) => Some(a.as_ref().cmp(b.as_ref())),
        (AttributeValue::N(a), AttributeValue::N(b)) => compare_numbers(a, b),
        _ => None,
    }
}

/// DynamoDB's `contains`: a substring, a subsequence of bytes, a member of a set, an element of a list.
pub(crate) fn contains(container: &AttributeValue, part: &AttributeValue) -> bool {
    match (container, part) {
        (AttributeValue::S(text), AttributeValue::S(part)) => text.contains(part.as_str()),
        (AttributeValue::B(bytes), AttributeValue::B(part)) => {
            // Only texts have a linear search in the standard library, so each byte becomes a character.
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

#[cfg(test)]
mod tests {
    use super::*;

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
