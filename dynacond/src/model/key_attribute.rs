//! Key attributes: what they are made of, their value, and the fields that a value holds.
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::model::invalid::InvalidInput;
use crate::model::key_field::KeyPart;
use crate::model::template::{
    TemplateFault, TemplateField, TemplatePart, attribute_of, needs_separators, read, render,
};
use crate::types::data_type::DataType;
use crate::value::item::Item;

/// The bytes of a partition key.
///
/// [Constraints](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html)
pub(crate) const PARTITION_LIMIT: usize = 2048;
/// The bytes of a sort key.
pub(crate) const SORT_LIMIT: usize = 1024;

/// A key attribute.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct KeyAttribute {
    /// Its name.
    pub name: &'static str,
    /// `S`, `N` or `B`.
    pub data_type: DataType,
    /// What it is made of.
    pub(crate) source: KeySource,
}

/// What a key attribute is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KeySource {
    /// A field of the struct: its place among the values that the key is made of.
    Field(usize),
    /// A template.
    Template {
        parts: &'static [TemplatePart],
        /// Whether a text must not contain the first character of the literal that follows.
        separated: bool,
    },
}

/// The values of the fields that a key is made of, in their order. What could not be serialised is NULL.
pub(crate) struct KeyValues<const N: usize> {
    values: [AttributeValue; N],
    error: Option<(usize, String)>,
}

impl<const N: usize> KeyValues<N> {
    pub(crate) fn new(parts: [KeyPart; N]) -> Self {
        let (mut error, mut index) = (None, 0);
        let values = parts.map(|part| {
            let value = part.unwrap_or_else(|reason| {
                error.get_or_insert((index, reason.to_string()));
                AttributeValue::Null(true)
            });
            index += 1;
            value
        });
        Self { values, error }
    }
}

impl KeyAttribute {
    /// A field of the struct, as the derive writes it.
    #[doc(hidden)]
    #[must_use]
    pub const fn field(name: &'static str, data_type: DataType, index: usize) -> Self {
        Self {
            name,
            data_type,
            source: KeySource::Field(index),
        }
    }

    /// A template, as the derive writes it.
    #[doc(hidden)]
    #[must_use]
    pub const fn template(name: &'static str, parts: &'static [TemplatePart]) -> Self {
        Self {
            name,
            data_type: DataType::S,
            source: KeySource::Template {
                parts,
                separated: needs_separators(parts),
            },
        }
    }

    /// The pieces of its template, where it has one.
    pub(crate) const fn parts(&self) -> Option<&'static [TemplatePart]> {
        match self.source {
            KeySource::Template { parts, .. } => Some(parts),
            KeySource::Field(_) => None,
        }
    }

    /// The literal that its template begins with, or nothing.
    pub(crate) const fn beginning(&self) -> &'static str {
        match self.parts() {
            Some([TemplatePart::Literal(text), ..]) => text,
            _ => "",
        }
    }

    /// Whether both have the same data type.
    pub(crate) const fn has_type_of(&self, other: &Self) -> bool {
        is_equal(self.data_type.name(), other.data_type.name())
    }

    /// Whether it is the same attribute, and writes the same for the same values of its fields.
    pub(crate) const fn writes_as(&self, other: &Self) -> bool {
        if !is_equal(self.name, other.name) {
            return false;
        }
        let (own, other) = match (self.parts(), other.parts()) {
            (Some(own), Some(other)) if own.len() == other.len() => (own, other),
            (None, None) => {
                return self.has_type_of(other);
            }
            _ => return false,
        };
        let mut i = 0;
        while i < own.len() {
            let same = match (&own[i], &other[i]) {
                (TemplatePart::Literal(own), TemplatePart::Literal(other)) => is_equal(own, other),
                (TemplatePart::Field(own), TemplatePart::Field(other)) => own.width == other.width,
                _ => false,
            };
            if !same {
                return false;
            }
            i += 1;
        }
        true
    }

    /// Whether its texts must not contain the first character of the literal that follows.
    pub(crate) const fn is_separated(&self) -> bool {
        matches!(
            self.source,
            KeySource::Template {
                separated: true,
                ..
            }
        )
    }

    /// The texts of its template's fields, in order; `None` if the template never writes this text.
    pub(crate) fn texts<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let KeySource::Template { parts, separated } = self.source else {
            return None;
        };
        let fields = read(parts, separated, text)?;
        Some(fields.into_iter().map(|(_, own)| own).collect())
    }

    const fn uses(&self, index: usize) -> bool {
        match self.source {
            KeySource::Field(own) => own == index,
            KeySource::Template { parts, .. } => {
                let mut i = 0;
                while i < parts.len() {
                    if let TemplatePart::Field(field) = parts[i]
                        && field.index == index
                    {
                        return true;
                    }
                    i += 1;
                }
                false
            }
        }
    }

    /// Its value, and why that must not be sent. A field that is an attribute of its own moves out of the values: templates
    /// come first.
    pub(crate) fn value<const N: usize>(
        &self,
        item_type: &'static str,
        values: &mut KeyValues<N>,
        limit: usize,
    ) -> (AttributeValue, Option<InvalidInput>) {
        let (value, fault) = match self.source {
            KeySource::Field(index) => {
                let value = values
                    .values
                    .get_mut(index)
                    .map(|value| std::mem::replace(value, AttributeValue::Null(true)));
                (value.unwrap_or(AttributeValue::Null(true)), None)
            }
            KeySource::Template { parts, separated } => {
                let (text, fault) =
                    render(parts, separated, |field| values.values.get(field.index));
                (AttributeValue::S(text), fault)
            }
        };
        let error = match &values.error {
            Some((index, reason)) if self.uses(*index) => Some(InvalidInput::Key {
                item_type,
                attribute: self.name,
                reason: reason.clone(),
            }),
            _ => match fault {
                Some(fault) => Some(self.fault(item_type, fault)),
                None => self.check(item_type, &value, limit),
            },
        };
        (value, error)
    }

    pub(crate) fn fault(&self, item_type: &'static str, fault: TemplateFault) -> InvalidInput {
        let attribute = self.name;
        match fault {
            TemplateFault::Separator { field, found } => InvalidInput::KeySeparator {
                item_type,
                attribute,
                field,
                found,
            },
            TemplateFault::Digits {
                field,
                digits,
                width,
            } => InvalidInput::KeyDigits {
                item_type,
                attribute,
                field,
                digits,
                width,
            },
            TemplateFault::Width {
                field,
                bytes,
                width,
            } => InvalidInput::Key {
                item_type,
                attribute,
                reason: format!("the text of `{field}` has {bytes} bytes instead of {width}"),
            },
            TemplateFault::Type { field } => InvalidInput::Key {
                item_type,
                attribute,
                reason: format!(
                    "a key template takes strings and numbers, and `{field}` is neither"
                ),
            },
        }
    }

    /// DynamoDB's rules for a key attribute of at most `limit` bytes.
    pub(crate) fn check(
        &self,
        item_type: &'static str,
        value: &AttributeValue,
        limit: usize,
    ) -> Option<InvalidInput> {
        let attribute = self.name;
        let invalid = |reason| InvalidInput::Key {
            item_type,
            attribute,
            reason,
        };
        let bytes = match (value, &self.data_type) {
            (AttributeValue::S(text), DataType::S) => text.len(),
            (AttributeValue::B(blob), DataType::B) => blob.as_ref().len(),
            (AttributeValue::N(number), DataType::N) => {
                let checked = crate::value::check_number(number);
                return checked.err().map(|rule| invalid(rule.to_string()));
            }
            _ => return Some(invalid(format!("the key is of type {}", self.data_type))),
        };
        (bytes == 0 || bytes > limit).then_some(InvalidInput::KeyLength {
            item_type,
            attribute,
            bytes,
            limit,
        })
    }

    /// The fields of its template.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &'static TemplateField> + use<> {
        let parts = self.parts().unwrap_or(&[]);
        parts.iter().filter_map(|part| match part {
            TemplatePart::Field(field) => Some(field),
            TemplatePart::Literal(_) => None,
        })
    }

    /// The fields that are stored in this attribute alone.
    pub(crate) fn held_fields(&self) -> impl Iterator<Item = &'static TemplateField> + use<> {
        self.fields().filter(|field| field.in_key.is_some())
    }

    /// The fields that an item stores in this attribute alone, under the names that serde reads.
    ///
    /// # Errors
    /// Why they cannot be known.
    pub(crate) fn read_fields(
        &self,
        item: &Item,
    ) -> Result<Vec<(&'static str, AttributeValue)>, String> {
        let (KeySource::Template { parts, separated }, Some(first)) =
            (self.source, self.held_fields().next())
        else {
            return Ok(Vec::new());
        };
        let (name, wire) = (self.name, first.wire);
        let template = Template(parts);
        let unknown = |what: &str| {
            format!(
                "`{wire}` is stored in the key alone, and the key attribute `{name}` {what} `{template}`"
            )
        };
        let Some(AttributeValue::S(text)) = item.get(name) else {
            return Err(unknown("is missing, or is no text of the template"));
        };
        let Some(fields) = read(parts, separated, text) else {
            return Err(unknown("is no text of the template"));
        };
        let held = fields
            .into_iter()
            .filter(|(field, _)| field.in_key.is_some());
        Ok(held
            .map(|(field, own)| (field.wire, attribute_of(field, own)))
            .collect())
    }
}

/// A template as the derive was given it.
struct Template(&'static [TemplatePart]);

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            TemplatePart::Literal(text) => f.write_str(text),
            TemplatePart::Field(field) if field.width > 0 => {
                write!(f, "{{{}:0{}}}", field.name, field.width)
            }
            TemplatePart::Field(field) => write!(f, "{{{}}}", field.name),
        })
    }
}

/// Whether two texts are the same, in a constant.
pub(crate) const fn is_equal(a: &str, b: &str) -> bool {
    a.len() == b.len() && begins_with(a, b)
}

/// Whether a text begins with another, in a constant.
pub(crate) const fn begins_with(text: &str, beginning: &str) -> bool {
    let (text, beginning) = (text.as_bytes(), beginning.as_bytes());
    if text.len() < beginning.len() {
        return false;
    }
    let mut i = 0;
    while i < beginning.len() {
        if text[i] != beginning[i] {
            return false;
        }
        i += 1;
    }
    true
}
