//! Fingerprints: digests of what a read asks for.
use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use sha2::{Digest as _, Sha256};

use crate::value::canonical;

pub(super) const FINGERPRINT: usize = 16;

/// A digest of what a read asks for: table, index, key condition and filter with their values, direction, item type, and the value
/// of `bound_to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(pub(super) [u8; FINGERPRINT]);

impl Fingerprint {
    /// Computes the fingerprint of these parts, in their order.
    pub(crate) fn of(parts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        let mut asked = Fingerprinting::new();
        for part in parts {
            asked.part(part);
        }
        asked.finish()
    }
}

/// Builds a fingerprint part by part. Each part is hashed with its length, so that two different lists never give the same bytes.
pub(crate) struct Fingerprinting(Sha256);

impl Fingerprinting {
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    pub(crate) fn part(&mut self, part: impl AsRef<[u8]>) {
        let part = part.as_ref();
        self.0.update(part.len().to_be_bytes());
        self.0.update(part);
    }

    /// Appends a value in a form that is the same for equal values: numbers by value, sets and maps in a fixed order.
    pub(crate) fn value(&mut self, value: &AttributeValue) {
        match value {
            AttributeValue::Ss(members) => {
                let members = members.iter().map(|text| text.as_bytes().to_vec());
                self.members("SS", members.collect());
            }
            AttributeValue::Ns(members) => {
                let members = members.iter().map(|number| canonical(number).into_owned());
                self.members("NS", members.map(String::into_bytes).collect());
            }
            AttributeValue::Bs(members) => {
                let members = members.iter().map(|blob| blob.as_ref().to_vec());
                self.members("BS", members.collect());
            }
            AttributeValue::L(elements) => {
                self.part(format!("L{}", elements.len()));
                for element in elements {
                    self.value(element);
                }
            }
            AttributeValue::M(entries) => {
                self.part(format!("M{}", entries.len()));
                for (name, value) in entries.iter().collect::<BTreeMap<_, _>>() {
                    self.part(name);
                    self.value(value);
                }
            }
            AttributeValue::S(text) => {
                self.part("S");
                self.part(text);
            }
            AttributeValue::N(number) => {
                self.part("N");
                self.part(&*canonical(number));
            }
            AttributeValue::B(blob) => {
                self.part("B");
                self.part(blob);
            }
            AttributeValue::Bool(truth) => self.part(format!("BOOL{truth}")),
            // NULL, or a kind that this SDK does not know.
            _ => self.part("NULL"),
        }
    }

    /// Adds the members of a set in a fixed order.
    fn members(&mut self, kind: &str, mut members: Vec<Vec<u8>>) {
        members.sort();
        self.part(format!("{kind}{}", members.len()));
        for member in members {
            self.part(member);
        }
    }

    pub(crate) fn finish(self) -> Fingerprint {
        let mut digest = [0; FINGERPRINT];
        digest.copy_from_slice(&self.0.finalize()[..FINGERPRINT]);
        Fingerprint(digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_fingerprint_do_not_run_together() {
        let of = |parts: &[&str]| Fingerprint::of(parts);
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["ab"]), of(&["ab", ""]));
    }
}
