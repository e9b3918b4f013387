//! Key templates such as `order#{id}`: whether they are unambiguous, how they are written, and how they are read back.
use std::borrow::Cow;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::model::key_field::KeyText;
use crate::types::data_type::DataType;
use crate::value::canonical;

/// A part of a key template.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum TemplatePart {
    /// Text between fields, never empty.
    Literal(&'static str),
    /// A field.
    Field(TemplateField),
}

/// A field of a key template.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct TemplateField {
    /// The index of the field in the key's values.
    pub index: usize,
    /// The Rust name.
    pub name: &'static str,
    /// The name that serde writes.
    pub wire: &'static str,
    /// The characters that the field can write.
    pub text: KeyText,
    /// The number of digits to which a number is padded, or 0.
    pub width: usize,
    /// The data type, if the field is stored only in the key.
    pub in_key: Option<DataType>,
}

/// Why a template cannot be written for these fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TemplateFault {
    /// A text contains the character that ends it in the template.
    Separator { field: &'static str, found: char },
    /// A number has more digits than it is padded to.
    Digits {
        field: &'static str,
        digits: usize,
        width: usize,
    },
    /// A type writes another width than it declares.
    Width {
        field: &'static str,
        bytes: usize,
        width: usize,
    },
    /// A field is neither text nor a number.
    Type { field: &'static str },
}

/// Whether a key template writes different texts for different fields. `parts` are its literals and fields in order. Where nothing
/// else separates two fields, a text must not contain the first character of the literal that follows.
#[doc(hidden)]
#[must_use]
pub const fn template_is_injective(parts: &[TemplatePart]) -> bool {
    is_readable(parts, separation(parts))
}

/// Whether every number that is padded is an unsigned integer.
#[doc(hidden)]
#[must_use]
pub const fn template_pads_integers(parts: &[TemplatePart]) -> bool {
    let mut i = 0;
    while i < parts.len() {
        if let TemplatePart::Field(field) = parts[i]
            && field.width > 0
            && !matches!(field.text, KeyText::Digits)
        {
            return false;
        }
        i += 1;
    }
    true
}

/// The characters that the texts in a template may contain.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Separation {
    /// Anything.
    Free,
    /// Anything but the first character of the literal that follows, because the template would be ambiguous otherwise.
    Separated,
}

/// Returns what the texts in this template may contain.
pub(crate) const fn separation(parts: &[TemplatePart]) -> Separation {
    if is_readable(parts, Separation::Free) {
        Separation::Free
    } else {
        Separation::Separated
    }
}

/// Whether the fields can be read back from a text: from the left as long as the end of each part is known, and then from the
/// right. At most one field may remain between them.
const fn is_readable(parts: &[TemplatePart], separated: Separation) -> bool {
    let (mut from, mut to) = (0, parts.len());
    while from < to && reads_forward(parts, from, separated) {
        from += 1;
    }
    while from < to && reads_backward(parts, from, to) {
        to -= 1;
    }
    to - from <= 1
}

/// Whether the end of this part can be found from the left.
pub(crate) const fn reads_forward(parts: &[TemplatePart], i: usize, separated: Separation) -> bool {
    let TemplatePart::Field(field) = parts[i] else {
        return true;
    };
    if field.fixed_width() > 0 {
        return true;
    }
    if i + 1 == parts.len() {
        return false;
    }
    match (field.text, parts[i + 1]) {
        (KeyText::Digits | KeyText::Integer, TemplatePart::Literal(next)) => {
            !next.is_empty() && !next.as_bytes()[0].is_ascii_digit()
        }
        (KeyText::Free, TemplatePart::Literal(_)) => matches!(separated, Separation::Separated),
        _ => false,
    }
}

/// Whether the beginning of the last unread part can be found from the right.
const fn reads_backward(parts: &[TemplatePart], from: usize, to: usize) -> bool {
    let TemplatePart::Field(field) = parts[to - 1] else {
        return true;
    };
    if field.fixed_width() > 0 {
        return true;
    }
    if to - 1 == from {
        return false;
    }
    match (field.text, parts[to - 2]) {
        (KeyText::Digits, TemplatePart::Literal(before)) => match before.as_bytes().last() {
            Some(last) => !last.is_ascii_digit(),
            None => false,
        },
        (KeyText::Integer, TemplatePart::Literal(before)) => match before.as_bytes().last() {
            Some(last) => !last.is_ascii_digit() && *last != b'-',
            None => false,
        },
        _ => false,
    }
}

impl TemplateField {
    /// The number of bytes, if it is always the same, or 0.
    pub(crate) const fn fixed_width(&self) -> usize {
        match self.text {
            _ if self.width > 0 => self.width,
            KeyText::Fixed(width) => width,
            _ => 0,
        }
    }
}

/// The value of a field for a template.
#[derive(Clone, Copy)]
pub(crate) enum FieldValue<'v> {
    Text(&'v str),
    Number(&'v str),
}

impl<'v> FieldValue<'v> {
    /// Strings and numbers are values for a template.
    pub(crate) fn of(value: &'v AttributeValue) -> Option<Self> {
        match value {
            AttributeValue::S(own) => Some(Self::Text(own)),
            AttributeValue::N(own) => Some(Self::Number(own)),
            _ => None,
        }
    }
}

/// Appends the text of one field. `end` is the literal that follows, if it ends the field.
fn push_field(
    text: &mut String,
    field: &TemplateField,
    value: FieldValue<'_>,
    end: Option<&str>,
) -> Result<(), TemplateFault> {
    let own = match value {
        FieldValue::Text(own) => Cow::Borrowed(own),
        // DynamoDB returns 1.50 as 1.5, and the key of the item must be the same when it is read as when it was written.
        FieldValue::Number(own) => canonical(own),
    };
    let start = text.len();
    pad(text, field, &own);
    text.push_str(&own);
    check_field(field, &text[start..], end)
}

/// Returns the text of one field, without a copy if the field is not padded, and the reason if a key cannot have this text.
pub(crate) fn field_text(
    field: &TemplateField,
    value: AttributeValue,
    end: Option<&str>,
) -> (String, Option<TemplateFault>) {
    let own = match value {
        AttributeValue::S(own) => own,
        AttributeValue::N(own) => canonical(&own).into_owned(),
        _ => {
            let fault = TemplateFault::Type { field: field.name };
            return (String::new(), Some(fault));
        }
    };
    let text = if own.len() < field.width {
        let mut text = String::with_capacity(field.width);
        pad(&mut text, field, &own);
        text.push_str(&own);
        text
    } else {
        own
    };
    let fault = check_field(field, &text, end).err();
    (text, fault)
}

/// Appends the zeros before a number that is padded.
fn pad(text: &mut String, field: &TemplateField, own: &str) {
    for _ in own.len()..field.width {
        text.push('0');
    }
}

/// Checks the text of a field, which is already padded.
fn check_field(field: &TemplateField, own: &str, end: Option<&str>) -> Result<(), TemplateFault> {
    let (name, bytes) = (field.name, own.len());
    match (field.width, field.text) {
        (0, KeyText::Fixed(width)) if bytes != width => Err(TemplateFault::Width {
            field: name,
            bytes,
            width,
        }),
        (0, KeyText::Free) => {
            let end = end.and_then(|end| end.chars().next());
            match end.filter(|end| own.contains(*end)) {
                Some(found) => Err(TemplateFault::Separator { field: name, found }),
                None => Ok(()),
            }
        }
        (width, _) if width > 0 && bytes > width => Err(TemplateFault::Digits {
            field: name,
            digits: bytes,
            width,
        }),
        _ => Ok(()),
    }
}

/// The literal that ends the field, if texts of the template need separators.
pub(crate) fn end_of(
    parts: &[TemplatePart],
    i: usize,
    separated: Separation,
) -> Option<&'static str> {
    match (separated, parts.get(i + 1)) {
        (Separation::Separated, Some(TemplatePart::Literal(end))) => Some(end),
        _ => None,
    }
}

/// Returns the text of a key template, and the first reason why it must not be stored.
pub(crate) fn render<'v>(
    parts: &[TemplatePart],
    separated: Separation,
    value: impl Fn(&TemplateField) -> Option<FieldValue<'v>>,
) -> (String, Option<TemplateFault>) {
    let room = |part: &TemplatePart| match part {
        TemplatePart::Literal(literal) => literal.len(),
        TemplatePart::Field(field) => match value(field) {
            Some(FieldValue::Text(own) | FieldValue::Number(own)) => own.len().max(field.width),
            None => 0,
        },
    };
    let mut text = String::with_capacity(parts.iter().map(room).sum());
    let mut fault = None;
    for (i, part) in parts.iter().enumerate() {
        match part {
            TemplatePart::Literal(literal) => text.push_str(literal),
            TemplatePart::Field(field) => {
                let pushed = match value(field) {
                    Some(value) => push_field(&mut text, field, value, end_of(parts, i, separated)),
                    None => Err(TemplateFault::Type { field: field.name }),
                };
                fault = fault.or(pushed.err());
            }
        }
    }
    (text, fault)
}

/// Reads the fields back from a text, in order of appearance. `None` if the template never writes such a text.
pub(crate) fn read<'t>(
    parts: &'static [TemplatePart],
    separated: Separation,
    text: &'t str,
) -> Option<Vec<(&'static TemplateField, &'t str)>> {
    let (mut from, mut to, mut rest) = (0, parts.len(), text);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    while from < to && reads_forward(parts, from, separated) {
        match &parts[from] {
            TemplatePart::Literal(literal) => rest = rest.strip_prefix(literal)?,
            TemplatePart::Field(field) => {
                let width = match (field.fixed_width(), field.text) {
                    (0, KeyText::Digits | KeyText::Integer) => {
                        let sign = usize::from(rest.starts_with('-'));
                        let digits = rest.bytes().skip(sign);
                        sign + digits.take_while(u8::is_ascii_digit).count()
                    }
                    (0, _) => {
                        let end = end_of(parts, from, Separation::Separated)?.chars().next()?;
                        rest.find(end)?
                    }
                    (width, _) => width,
                };
                let (own, after) = rest.split_at_checked(width)?;
                left.push((field, own));
                rest = after;
            }
        }
        from += 1;
    }
    while from < to && reads_backward(parts, from, to) {
        match &parts[to - 1] {
            TemplatePart::Literal(literal) => rest = rest.strip_suffix(literal)?,
            TemplatePart::Field(field) => {
                let width = match field.fixed_width() {
                    0 => {
                        let digits = rest.bytes().rev();
                        let digits = digits.take_while(u8::is_ascii_digit).count();
                        let before = &rest.as_bytes()[..rest.len() - digits];
                        let signed = matches!(field.text, KeyText::Integer);
                        digits + usize::from(signed && before.ends_with(b"-"))
                    }
                    width => width,
                };
                let (before, own) = rest.split_at_checked(rest.len().checked_sub(width)?)?;
                right.push((field, own));
                rest = before;
            }
        }
        to -= 1;
    }
    match &parts[from..to] {
        [] if rest.is_empty() => {}
        [TemplatePart::Field(field)] => left.push((field, rest)),
        _ => return None,
    }
    left.extend(right.into_iter().rev());
    Some(left)
}

/// Returns the attribute value of a field from its text in a key.
pub(crate) fn attribute_of(field: &TemplateField, text: &str) -> AttributeValue {
    match field.in_key {
        Some(DataType::N) => {
            let unpadded = text.trim_start_matches('0');
            let digits = if field.width > 0 && unpadded.is_empty() {
                "0"
            } else if field.width > 0 {
                unpadded
            } else {
                text
            };
            AttributeValue::N(digits.to_owned())
        }
        _ => AttributeValue::S(text.to_owned()),
    }
}
