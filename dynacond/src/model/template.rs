//! Key templates such as `order#{id}`: whether two keys could be written as one text, and the text.
use aws_sdk_dynamodb::types::AttributeValue;

use crate::model::key_field::{KeyPart, KeyText};

/// A piece of a key template.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum TemplatePart {
    /// Text between fields, never empty.
    Literal(&'static str),
    /// A field.
    Field(KeyText),
}

/// Whether a key template writes different texts for different fields: `parts` are its literals and fields in order.
///
/// Read from the left, a number ends where its digits end; read from the right, it begins where its digits begin. So one
/// free text between numbers is unambiguous, and two free texts never are.
#[doc(hidden)]
#[must_use]
pub const fn template_is_injective(parts: &[TemplatePart]) -> bool {
    let mut free = 0;
    let mut i = 0;
    while i < parts.len() {
        if let TemplatePart::Field(text) = parts[i] {
            let after_free = free > 0;
            match text {
                KeyText::Free => free += 1,
                KeyText::Digits | KeyText::Integer => {
                    let sign = matches!(text, KeyText::Integer);
                    if i + 1 < parts.len() && !ends_a_number(parts[i + 1]) {
                        return false;
                    }
                    if after_free && !begins_a_number(parts[i - 1], sign) {
                        return false;
                    }
                }
            }
            if i > 0 && matches!(parts[i - 1], TemplatePart::Field(_)) {
                return false;
            }
        }
        i += 1;
    }
    free <= 1
}

const fn ends_a_number(next: TemplatePart) -> bool {
    match next {
        TemplatePart::Field(_) => false,
        TemplatePart::Literal(text) => !text.is_empty() && !text.as_bytes()[0].is_ascii_digit(),
    }
}

const fn begins_a_number(previous: TemplatePart, sign: bool) -> bool {
    match previous {
        TemplatePart::Field(_) => false,
        TemplatePart::Literal(text) => {
            if text.is_empty() {
                return false;
            }
            let last = text.as_bytes()[text.len() - 1];
            !(last.is_ascii_digit() || sign && last == b'-')
        }
    }
}

/// A piece of a key template: what the derive writes.
#[doc(hidden)]
#[derive(Debug)]
pub enum TemplateValue {
    /// Text between fields.
    Literal(&'static str),
    /// A field.
    Field(KeyPart),
}

/// The text of a key template.
#[doc(hidden)]
pub fn render_template<const N: usize>(parts: [TemplateValue; N]) -> KeyPart {
    let mut text = String::new();
    for part in parts {
        match part {
            TemplateValue::Literal(literal) => text.push_str(literal),
            TemplateValue::Field(value) => match value? {
                AttributeValue::S(s) => text.push_str(&s),
                AttributeValue::N(n) => text.push_str(&n),
                _ => {
                    return Err(serde::ser::Error::custom(
                        "a key template takes strings and numbers",
                    ));
                }
            },
        }
    }
    Ok(AttributeValue::S(text))
}
