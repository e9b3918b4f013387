//! What the actions of an update may change, and to what.
use crate::expression::error::ExpressionError;
use crate::expression::tree::change::{Change, Edit};
use crate::expression::tree::operand::Operand;
use crate::model::conversion::ConversionError;
use crate::model::item::{Model, Versioned};
use crate::types::verify::Written;
use crate::value::rule::Rule;

/// Keys, the fields that make them, version and write id are not the caller's to change.
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

/// Whole attributes that are set are of the data types that the item type declares, also inside of them.
pub(crate) fn check_values<I: Versioned>(changes: &[Change]) -> Result<(), ConversionError> {
    let whole = changes.iter().filter(|change| change.path.rest.is_empty());
    let set = whole.filter_map(|change| match &change.edit {
        Edit::Set(Operand::Value(value)) | Edit::SetIfAbsent(Operand::Value(value)) => {
            Some((change.path.root.to_string(), value.clone()))
        }
        _ => None,
    });
    I::verify(&Written::new(&set.collect())).map_err(|wrong| ConversionError::Encode {
        item_type: I::MODEL.name,
        source: wrong.into_error(),
    })
}
