//! Key attributes, which are a field or a template: how their values are made, and how the fields are read back.
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::model::invalid::InvalidInput;
use crate::model::key_field::KeyPart;
use crate::model::template::{
    FieldValue, Separation, TemplateFault, TemplateField, TemplatePart, attribute_of, read, render,
    separation,
};
use crate::types::data_type::DataType;
use crate::value::item::Item;

/// The most bytes of a partition key.
///
/// [Constraints](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html)
pub(crate) const PARTITION_LIMIT: usize = 2048;
/// The most bytes of a sort key.
pub(crate) const SORT_LIMIT: usize = 1024;

/// A key attribute.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct KeyAttribute {
    /// The name of the attribute.
    pub name: &'static str,
    /// `S`, `N` or `B`.
    pub data_type: DataType,
    /// Where its value comes from.
    pub(crate) source: KeySource,
}

/// Where the value of a key attribute comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KeySource {
    /// A field of the struct: its index in the key's values.
    Field(usize),
    /// A template.
    Template {
        parts: &'static [TemplatePart],
        separated: Separation,
    },
}

impl KeyAttribute {
    /// A key attribute that is a field of the struct. The derive calls this.
    #[doc(hidden)]
    #[must_use]
    pub const fn field(name: &'static str, data_type: DataType, index: usize) -> Self {
        Self {
            name,
            data_type,
            source: KeySource::Field(index),
        }
    }

    /// A key attribute that is a template. The derive calls this.
    #[doc(hidden)]
    #[must_use]
    pub const fn template(name: &'static str, parts: &'static [TemplatePart]) -> Self {
        Self {
            name,
            data_type: DataType::S,
            source: KeySource::Template {
                parts,
                separated: separation(parts),
            },
        }
    }

    /// The parts of the template, if there is one.
    pub(crate) const fn parts(&self) -> Option<&'static [TemplatePart]> {
        match self.source {
            KeySource::Template { parts, .. } => Some(parts),
            KeySource::Field(_) => None,
        }
    }

    /// The literal at the beginning of the template, or nothing.
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

    /// Whether both are the same attribute and write the same text for the same values.
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

    /// The characters that the texts in the template may contain.
    pub(crate) const fn separation(&self) -> Separation {
        match self.source {
            KeySource::Template { separated, .. } => separated,
            KeySource::Field(_) => Separation::Free,
        }
    }

    /// Returns the texts of the template's fields, in order, or `None` if the template never writes this text.
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

    /// Returns the value, and the reason if it must not be sent.
    pub(crate) fn value(
        &self,
        item_type: &'static str,
        fields: &[KeyPart<'_>],
        limit: usize,
    ) -> (AttributeValue, Option<InvalidInput>) {
        let failed = fields
            .iter()
            .enumerate()
            .find_map(|(index, part)| match part {
                KeyPart::Failed(reason) if self.uses(index) => Some(reason.to_string()),
                _ => None,
            });
        let (value, fault) = match self.source {
            KeySource::Field(index) => {
                let value = match fields.get(index) {
                    Some(KeyPart::Text(text)) => AttributeValue::S((*text).to_owned()),
                    Some(KeyPart::Value(value)) => value.clone(),
                    Some(KeyPart::Failed(_)) | None => AttributeValue::Null(true),
                };
                (value, None)
            }
            KeySource::Template { parts, separated } => {
                let value = |field: &TemplateField| match fields.get(field.index)? {
                    KeyPart::Text(text) => Some(FieldValue::Text(text)),
                    KeyPart::Value(value) => FieldValue::of(value),
                    KeyPart::Failed(_) => None,
                };
                let (text, fault) = render(parts, separated, value);
                (AttributeValue::S(text), fault)
            }
        };
        let error = match (failed, fault) {
            (Some(reason), _) => Some(InvalidInput::Key {
                item_type,
                attribute: self.name,
                reason,
            }),
            (None, Some(fault)) => Some(self.fault(item_type, fault)),
            (None, None) => self.check(item_type, &value, limit),
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
                    "a key template takes strings and numbers, but `{field}` is neither"
                ),
            },
        }
    }

    /// Checks DynamoDB's rules for a key attribute of at most `limit` bytes.
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
            _ => {
                return Some(invalid(format!(
                    "its value does not have the declared type {}",
                    self.data_type
                )));
            }
        };
        (bytes == 0 || bytes > limit).then_some(InvalidInput::KeyLength {
            item_type,
            attribute,
            bytes,
            limit,
        })
    }

    /// The fields of the template.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &'static TemplateField> + use<> {
        let parts = self.parts().unwrap_or(&[]);
        parts.iter().filter_map(|part| match part {
            TemplatePart::Field(field) => Some(field),
            TemplatePart::Literal(_) => None,
        })
    }

    /// The fields that are stored only in this attribute.
    pub(crate) fn held_fields(&self) -> impl Iterator<Item = &'static TemplateField> + use<> {
        self.fields().filter(|field| field.in_key.is_some())
    }

    /// Reads the fields that an item stores only in this attribute, under the names that serde reads.
    ///
    /// # Errors
    /// The reason why they cannot be read.
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

/// Writes the template as it is in the derive.
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

/// Compares two texts in a constant.
pub(crate) const fn is_equal(a: &str, b: &str) -> bool {
    a.len() == b.len() && begins_with(a, b)
}

/// Returns in a constant whether a text begins with another.
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
