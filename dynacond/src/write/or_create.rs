//! What an update with `or_create` makes where there is no item.
use crate::expression::evaluate::apply::apply;
use crate::expression::tree::change::{Change, Edit};
use crate::expression::tree::operand::{Operand, Path};
use crate::model::encoding::decode;
use crate::model::invalid::InvalidInput;
use crate::model::item::{Model, Versioned};
use crate::model::raw_key::RawKey;
use crate::value::item::Item;

/// Every attribute that the update does not set gets its default if it is missing; relative actions start from theirs.
pub(crate) fn with_defaults(
    model: &'static Model,
    changes: &mut Vec<Change>,
    defaults: Item,
) -> Result<(), InvalidInput> {
    let mut defaults: Vec<_> = defaults
        .into_iter()
        .filter(|(name, _)| !model.is_own(name))
        .collect();
    defaults.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, default) in defaults {
        let default = Operand::Value(default);
        let mut unset = true;
        for change in changes
            .iter_mut()
            .filter(|change| *change.path.root == name)
        {
            unset = false;
            match &mut change.edit {
                // A part of the attribute cannot be changed beside a default of the whole.
                _ if !change.path.rest.is_empty() => {
                    return Err(InvalidInput::DefaultOverlaps { attribute: name });
                }
                // Members are not added to a default, nor taken from one: the new item would hold others, or none.
                Edit::Insert(_) | Edit::Delete(_) => {
                    return Err(InvalidInput::DefaultOverlaps { attribute: name });
                }
                Edit::Arithmetic { start, .. } | Edit::Append { start, .. } => {
                    start.get_or_insert_with(|| Box::new(default.clone()));
                }
                // ADD has a start of its own, which is 0.
                Edit::AddNumber(_)
                | Edit::Set(_)
                | Edit::SetIfAbsent(_)
                | Edit::Formula(_)
                | Edit::Remove => {}
            }
        }
        if unset {
            changes.push(Change {
                path: Path::new(name),
                edit: Edit::SetIfAbsent(default),
            });
        }
    }
    Ok(())
}

/// The item that the update would create is one that can be read.
pub(crate) fn check_created<I: Versioned>(
    changes: &[Change],
    key: &RawKey,
) -> Result<(), InvalidInput> {
    // What DynamoDB would reject creates nothing.
    let Ok(created) = apply(changes, &key.to_item()) else {
        return Ok(());
    };
    match decode::<I>(&created) {
        Ok(_) => Ok(()),
        Err(error) => Err(InvalidInput::CreatesUnreadable {
            item_type: I::MODEL.name,
            reason: error.reason,
        }),
    }
}
