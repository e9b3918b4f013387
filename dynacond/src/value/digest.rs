//! A digest of an item's content. Items whose attributes are all equal by DynamoDB's `=` have the same digest.
//!
//! The form of the hashed bytes is also that of the fingerprints in `read/fingerprint`: each part has a letter and its length in front.
use std::collections::HashMap;
use std::fmt::Write as _;

use aws_sdk_dynamodb::types::AttributeValue;
use sha2::{Digest as _, Sha256};

use crate::value::number::canonical;
use crate::value::storable::MAX_DEPTH;

/// How many hexadecimal digits a digest has.
pub(crate) const DIGITS: usize = 64;

/// Returns the SHA-256 of the attributes as hexadecimal digits. It is `None` if DynamoDB does not store a value or the SDK does not
/// know its kind, because two such values cannot be distinguished.
pub(crate) fn digest(item: &HashMap<String, AttributeValue>) -> Option<String> {
    let mut hash = Sha256::new();
    map(&mut hash, item, 0)?;
    let mut text = String::with_capacity(DIGITS);
    for byte in hash.finalize() {
        // Writing to a `String` does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    Some(text)
}

/// Every part begins with its kind and its length, so two different contents never give the same sequence of bytes.
pub(crate) fn part(hash: &mut Sha256, kind: u8, bytes: &[u8]) {
    length(hash, kind, bytes.len());
    hash.update(bytes);
}

/// Begins a part with so many bytes, or a list with so many elements.
pub(crate) fn length(hash: &mut Sha256, kind: u8, length: usize) {
    hash.update([kind]);
    hash.update(u64::try_from(length).unwrap_or(u64::MAX).to_be_bytes());
}

fn map(hash: &mut Sha256, map: &HashMap<String, AttributeValue>, depth: usize) -> Option<()> {
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_by_key(|(name, _)| *name);
    length(hash, b'M', entries.len());
    entries.into_iter().try_for_each(|(name, entry)| {
        part(hash, b'K', name.as_bytes());
        value(hash, entry, depth + 1)
    })
}

/// Appends a value at this depth, where the item is at 0. It is `None` if DynamoDB does not store the value.
pub(crate) fn value(hash: &mut Sha256, value: &AttributeValue, depth: usize) -> Option<()> {
    // `MAX_DEPTH` does not count the item itself, so one level is added.
    if depth > MAX_DEPTH + 1 {
        return None;
    }
    match value {
        AttributeValue::S(text) => part(hash, b'S', text.as_bytes()),
        AttributeValue::N(text) => part(hash, b'N', canonical(text).as_bytes()),
        AttributeValue::B(blob) => part(hash, b'B', blob.as_ref()),
        AttributeValue::Bool(value) => part(hash, b'T', &[u8::from(*value)]),
        AttributeValue::Null(_) => length(hash, b'0', 0),
        AttributeValue::Ss(set) => members(hash, b's', set.iter().map(String::as_bytes)),
        AttributeValue::Bs(set) => members(hash, b'b', set.iter().map(AsRef::<[u8]>::as_ref)),
        AttributeValue::Ns(set) => {
            let numbers: Vec<_> = set.iter().map(|text| canonical(text)).collect();
            members(hash, b'n', numbers.iter().map(|number| number.as_bytes()));
        }
        AttributeValue::L(list) => {
            length(hash, b'L', list.len());
            return list
                .iter()
                .try_for_each(|element| self::value(hash, element, depth + 1));
        }
        AttributeValue::M(entries) => return map(hash, entries, depth),
        _ => return None,
    }
    Some(())
}

/// The members of a set in a fixed order, because a set has none.
fn members<'a>(hash: &mut Sha256, kind: u8, members: impl Iterator<Item = &'a [u8]>) {
    let mut members: Vec<_> = members.collect();
    members.sort_unstable();
    length(hash, kind, members.len());
    for member in members {
        part(hash, kind, member);
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::primitives::Blob;

    use super::*;

    fn s(text: &str) -> AttributeValue {
        AttributeValue::S(text.to_owned())
    }

    fn of(value: AttributeValue) -> String {
        digest(&HashMap::from([("a".to_owned(), value)])).expect("it is stored")
    }

    fn texts(members: &[&str]) -> Vec<String> {
        members.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn equal_contents_have_one_digest() {
        let map = |names: [&str; 2]| AttributeValue::M(names.map(|n| (n.to_owned(), s(n))).into());
        let equal = [
            (
                AttributeValue::N("1".into()),
                AttributeValue::N("1.0e0".into()),
            ),
            (
                AttributeValue::N("0".into()),
                AttributeValue::N("0.00".into()),
            ),
            (
                AttributeValue::Ns(texts(&["1", "2.0"])),
                AttributeValue::Ns(texts(&["2", "1"])),
            ),
            (
                AttributeValue::Ss(texts(&["x", "y"])),
                AttributeValue::Ss(texts(&["y", "x"])),
            ),
            (map(["x", "y"]), map(["y", "x"])),
        ];
        for (a, b) in equal {
            let shown = format!("{a:?}");
            assert_eq!(of(a), of(b), "{shown}");
        }
    }

    #[test]
    fn different_contents_have_different_digests() {
        let different = [
            s(""),
            s("1"),
            AttributeValue::N("1".into()),
            AttributeValue::N("10".into()),
            AttributeValue::B(Blob::new("1")),
            AttributeValue::Bool(true),
            AttributeValue::Bool(false),
            AttributeValue::Null(true),
            AttributeValue::Ss(texts(&["1"])),
            AttributeValue::Ss(texts(&["1", "S"])),
            AttributeValue::Ns(texts(&["1"])),
            AttributeValue::Bs(vec![Blob::new("1")]),
            AttributeValue::L(vec![s("1")]),
            AttributeValue::L(vec![]),
            AttributeValue::L(vec![AttributeValue::L(vec![])]),
            AttributeValue::L(vec![s("x"), s("y")]),
            AttributeValue::L(vec![s("y"), s("x")]),
            AttributeValue::L(vec![s("xy")]),
            AttributeValue::M(HashMap::new()),
            AttributeValue::M(HashMap::from([("1".to_owned(), s("1"))])),
        ];
        let digests: std::collections::HashSet<_> = different.iter().cloned().map(of).collect();
        assert_eq!(digests.len(), different.len());
        let named = HashMap::from([("b".to_owned(), s("1"))]);
        assert_ne!(digest(&named), Some(of(s("1"))), "the names count");
    }

    /// Clients keep the digest, so it must not change between releases. The test writes out the bytes, and another program computed
    /// the SHA-256.
    #[test]
    fn the_digest_of_a_content_never_changes() {
        let item = HashMap::from([("a".to_owned(), AttributeValue::N("120".to_owned()))]);
        // `M`, 1; `K`, 1, `a`; `N`, 3, `120`. Lengths have 8 bytes.
        let expected = "078a589b843704d62100786673035034ac1897da8589ba655f13260fc9440508";
        assert_eq!(digest(&item).as_deref(), Some(expected));
        let same = HashMap::from([("a".to_owned(), AttributeValue::N("1.2e2".to_owned()))]);
        assert_eq!(digest(&same).as_deref(), Some(expected));
    }

    #[test]
    fn what_is_not_stored_has_no_digest() {
        let mut deep = s("x");
        for _ in 0..100 {
            deep = AttributeValue::L(vec![deep]);
        }
        assert_eq!(digest(&HashMap::from([("a".to_owned(), deep)])), None);
    }
}
