//! Fingerprints: digests of what a read asks for. DESIGN.md lists the bytes that are hashed, because clients keep tokens with them.
use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use sha2::{Digest as _, Sha256};

use crate::model::key_field::KeyText;
use crate::model::sort_check::SortCheck;
use crate::model::template::TemplatePart;
use crate::model::template_range::Comparison;
use crate::value::digest;
use crate::value::item::Item;

pub(super) const FINGERPRINT: usize = 16;

/// A digest of what a read asks for: table, index, key condition, filter and projection with their values, direction, item type, and
/// the value of `bound_to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(pub(super) [u8; FINGERPRINT]);

impl Fingerprint {
    /// Returns a fingerprint that belongs to no read, because those of reads begin with another letter.
    pub(crate) fn of(label: &str) -> Self {
        let mut asked = Fingerprinting::new();
        asked.part(b'-', label);
        asked.finish()
    }
}

/// Builds a fingerprint part by part. Each part has its letter and its length, and each list its number of elements, so two different
/// reads never give the same bytes.
pub(crate) struct Fingerprinting(Sha256);

impl Fingerprinting {
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    pub(crate) fn part(&mut self, letter: u8, bytes: impl AsRef<[u8]>) {
        digest::part(&mut self.0, letter, bytes.as_ref());
    }

    /// Begins a list. The caller appends this many elements.
    pub(crate) fn list(&mut self, letter: u8, elements: usize) {
        digest::length(&mut self.0, letter, elements);
    }

    /// Appends an expression. Each placeholder counts as the name or the value for which it stands, so the fingerprint does not depend
    /// on how placeholders are named and shared.
    pub(crate) fn expression(
        &mut self,
        letter: u8,
        text: Option<&str>,
        names: Option<&HashMap<String, String>>,
        values: Option<&Item>,
    ) {
        let pieces = pieces(text.unwrap_or_default());
        self.list(letter, pieces.len());
        for piece in pieces {
            if let Some(name) = names.and_then(|names| names.get(piece)) {
                self.part(b'K', name);
            } else if let Some(value) = values.and_then(|values| values.get(piece)) {
                self.value(value);
            } else {
                self.part(b'x', piece);
            }
        }
    }

    /// Appends the check of a sort key: how its text is read back, and what the fields are compared with.
    pub(crate) fn check(&mut self, check: &SortCheck) {
        self.part(b'K', check.attribute.name);
        self.list(b'e', check.template().len());
        for part in check.template() {
            match part {
                TemplatePart::Literal(text) => self.part(b'l', text),
                TemplatePart::Field(field) => self.part(
                    b'f',
                    match field.text {
                        _ if field.width > 0 => format!("0{}", field.width),
                        KeyText::Free => "*".to_owned(),
                        KeyText::Digits => "+".to_owned(),
                        KeyText::Integer => "-".to_owned(),
                        KeyText::Fixed(width) => width.to_string(),
                    },
                ),
            }
        }
        self.list(b'c', check.tests.len());
        for (field, test) in &check.tests {
            self.part(b'i', field.to_string());
            let (operator, operand, high) = match test {
                Comparison::Eq(text) => ("=", text, None),
                Comparison::Lt(text) => ("<", text, None),
                Comparison::Le(text) => ("<=", text, None),
                Comparison::Gt(text) => (">", text, None),
                Comparison::Ge(text) => (">=", text, None),
                Comparison::BeginsWith(text) => ("begins_with", text, None),
                Comparison::Between(low, high) => ("BETWEEN", low, Some(high)),
            };
            self.part(b'o', operator);
            self.part(b'S', operand);
            if let Some(high) = high {
                self.part(b'S', high);
            }
        }
    }

    /// Appends a value. Equal values have the same form, such as `1` and `1.0`, or sets in another order.
    fn value(&mut self, value: &AttributeValue) {
        if digest::value(&mut self.0, value, 1).is_none() {
            // No expression with such a value compiles, because DynamoDB does not store it.
            self.part(b'?', "");
        }
    }

    pub(crate) fn finish(self) -> Fingerprint {
        let mut digest = [0; FINGERPRINT];
        digest.copy_from_slice(&self.0.finalize()[..FINGERPRINT]);
        Fingerprint(digest)
    }
}

/// Cuts a compiled expression into its placeholders and the texts between them. Everything of the caller's is behind a placeholder, so
/// `#` and `:` begin nothing else.
fn pieces(text: &str) -> Vec<&str> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let end = match rest.strip_prefix(['#', ':']) {
            Some(name) => name
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .map(|end| end + 1),
            None => rest.find(['#', ':']),
        };
        let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(text: &str) -> AttributeValue {
        AttributeValue::S(text.to_owned())
    }

    /// The fingerprint of one expression.
    fn of(text: &str, names: &[(&str, &str)], values: &[(&str, AttributeValue)]) -> Fingerprint {
        let own = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
        let names: HashMap<_, _> = names.iter().map(own).collect();
        let own = |(a, b): &(&str, AttributeValue)| ((*a).to_owned(), b.clone());
        let values: Item = values.iter().map(own).collect();
        let mut asked = Fingerprinting::new();
        asked.expression(b'F', Some(text), Some(&names), Some(&values));
        asked.finish()
    }

    #[test]
    fn parts_of_a_fingerprint_do_not_run_together() {
        let of = |parts: &[(u8, &str)]| {
            let mut asked = Fingerprinting::new();
            for (letter, text) in parts {
                asked.part(*letter, text);
            }
            asked.finish()
        };
        assert_ne!(
            of(&[(b'a', "ab"), (b'a', "c")]),
            of(&[(b'a', "a"), (b'a', "bc")])
        );
        assert_ne!(of(&[(b'a', "ab")]), of(&[(b'a', "ab"), (b'a', "")]));
        assert_ne!(of(&[(b'a', "ab")]), of(&[(b'b', "ab")]));
    }

    #[test]
    fn placeholders_count_as_what_they_stand_for() {
        let readable = of(
            "#a.#b[0] = :a OR NOT begins_with(#a, :a)",
            &[("#a", "a"), ("#b", "b")],
            &[(":a", s("x"))],
        );
        let numbered = of(
            "#0.#1[0] = :0 OR NOT begins_with(#0, :1)",
            &[("#0", "a"), ("#1", "b")],
            &[(":0", s("x")), (":1", s("x"))],
        );
        assert_eq!(readable, numbered);
        let of_values = |a: AttributeValue, b: AttributeValue| {
            of(
                "#a = :a OR #a = :b",
                &[("#a", "a")],
                &[(":a", a), (":b", b)],
            )
        };
        assert_ne!(of_values(s("x"), s("y")), of_values(s("y"), s("x")));
        let number = |text: &str| AttributeValue::N(text.to_owned());
        assert_eq!(
            of_values(number("1"), number("20")),
            of_values(number("1.0"), number("2e1"))
        );
        assert_ne!(of_values(number("1"), s("x")), of_values(s("1"), s("x")));
    }

    #[test]
    fn a_name_is_not_mistaken_for_a_value_or_for_the_text_of_an_expression() {
        let (name, value) = ([("#a", " = ")], [(":a", s(" = "))]);
        let different = [
            of("#a = :a", &name, &value),
            of(":a = #a", &name, &value),
            of("#a = #a", &name, &value),
            of(":a = :a", &name, &value),
            of("#a", &name, &value),
            of(" = ", &name, &value),
            of("", &name, &value),
        ];
        for (i, one) in different.iter().enumerate() {
            assert!(!different[..i].contains(one), "number {i}");
        }
    }
}
