//! Checks of what the actions of an update may change.
use crate::expression::error::ExpressionError;
use crate::expression::tree::change::{Change, Edit};
use crate::expression::tree::operand::Operand;
use crate::model::conversion::ConversionError;
use crate::model::item::{Model, Versioned};
use crate::types::verify::Written;
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

/// Checks that whole attributes that are set have the declared data types, also inside.
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
