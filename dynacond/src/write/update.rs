//! Checks of what the actions of an update may change.
use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::error::ExpressionError;
use crate::expression::tree::change::Change;
use crate::expression::tree::operand::Segment;
use crate::model::conversion::ConversionError;
use crate::model::item::{Model, Versioned};
use crate::types::verify::Written;
use crate::value::item::Item;
use crate::value::rule::Rule;

/// Checks that no action changes a key, a field of a key, the version or the write id.
pub(crate) fn check_actions(model: &Model, changes: &[Change]) -> Result<(), ExpressionError> {
    for change in changes {
        let root = &*change.path.root;
        let rule = if model.makes_key(root) {
            Rule::UpdatesKey
        } else if model.is_reserved(root) {
            Rule::UpdatesVersion
        } else if model.makes_index(root) {
            Rule::UpdatesIndex
        } else {
            continue;
        };
        return Err(ExpressionError {
            rule,
            clause: change.to_string(),
        });
    }
    Ok(())
}

/// The most elements of a tuple that serde writes.
const LONGEST_TUPLE: usize = 16;

/// Checks that the values that are set, started from or added have the declared data types, also inside of attributes.
///
/// Each value is checked inside of the attribute to which the path leads, and this attribute contains nothing else. So a field of an
/// internally tagged variant is not checked, because nothing shows which variant the item has.
pub(crate) fn check_values<I: Versioned>(changes: &[Change]) -> Result<(), ConversionError> {
    let values = changes.iter().flat_map(|Change { path, edit }| {
        let stored = edit.stored_values();
        stored.map(move |value| (path, value))
    });
    // Attributes are checked together, because a flattened enum has its tag and its fields in different ones.
    let mut items = vec![Item::new()];
    for (path, value) in values {
        let root = path.root.to_string();
        let attribute = in_attribute(&path.rest, value.clone());
        match items.iter_mut().find(|item| !item.contains_key(&root)) {
            Some(item) => {
                item.insert(root, attribute);
            }
            None => items.push(Item::from([(root, attribute)])),
        }
    }
    let verified = items
        .iter()
        .try_for_each(|item| I::verify(&Written::new(item)));
    verified.map_err(|wrong| ConversionError::Encode {
        item_type: I::MODEL.name,
        source: wrong.in_update(),
    })
}

/// Returns an attribute that contains only this value, at the end of the path.
fn in_attribute(rest: &[Segment], value: AttributeValue) -> AttributeValue {
    rest.iter().rfold(value, |inside, segment| match segment {
        Segment::Name(name) => AttributeValue::M(Item::from([(name.to_string(), inside)])),
        Segment::Index(index) => {
            // Only in a tuple does the place of an element decide about its type.
            let before = usize::try_from(*index).map_or(LONGEST_TUPLE, |at| at.min(LONGEST_TUPLE));
            let mut list = vec![AttributeValue::Null(true); before];
            list.push(inside);
            AttributeValue::L(list)
        }
    })
}
