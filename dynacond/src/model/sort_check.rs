//! Checks of a template's fields: the text of an item is read back, and its fields are compared.
use aws_sdk_dynamodb::types::AttributeValue;

use crate::model::key_attribute::KeyAttribute;
use crate::model::template::TemplatePart;
use crate::model::template_range::Comparison;
use crate::value::item::Item;

/// Checks the fields of a template, if the range of whole texts contains too many.
#[derive(Clone, Debug)]
pub(crate) struct SortCheck {
    pub(crate) attribute: KeyAttribute,
    /// The text of the fields before the last one that is checked. A range ends with the least text after them, which may be the
    /// text of other fields: from `01b` to `02`, in a template of a number and a text.
    pub(crate) beginning: String,
    /// The index of each checked field, and its comparison.
    pub(crate) tests: Vec<(usize, Comparison<String>)>,
    /// Whether every text of the template in the range passes, so that the check only leaves out items of other types.
    pub(crate) is_exact: bool,
}

impl SortCheck {
    /// A check without tests.
    pub(crate) const fn new(attribute: KeyAttribute) -> Self {
        Self {
            attribute,
            beginning: String::new(),
            tests: Vec::new(),
            is_exact: true,
        }
    }

    /// The parts of its template.
    pub(crate) fn template(&self) -> &'static [TemplatePart] {
        self.attribute.parts().unwrap_or_default()
    }

    /// Whether the text of the item passes the check.
    pub(crate) fn holds_on(&self, item: &Item) -> bool {
        let Some(AttributeValue::S(text)) = item.get(self.attribute.name) else {
            return false;
        };
        if !text.starts_with(&self.beginning) {
            return false;
        }
        let Some(fields) = self.attribute.texts(text) else {
            return false;
        };
        let holds = |(field, test): &(usize, Comparison<String>)| {
            fields.get(*field).is_some_and(|own| test.holds(own))
        };
        self.tests.iter().all(holds)
    }
}
