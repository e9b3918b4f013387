//! Adds the default of `or_create` to an update.
use crate::expression::evaluate::apply::apply;
use crate::expression::tree::change::{Change, Edit};
use crate::expression::tree::operand::{Operand, Path};
use crate::model::encoding::decode;
use crate::model::invalid::InvalidInput;
use crate::model::item::{Model, Versioned};
use crate::model::raw_key::RawKey;
use crate::value::item::Item;

/// Every attribute that the update does not set gets its default if it is missing. Relative actions start from their default.
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
                // A request cannot change a part of an attribute and also set a default for the whole attribute.
                _ if !change.path.rest.is_empty() => {
                    return Err(InvalidInput::DefaultOverlaps { attribute: name });
                }
                // Members cannot be added to a default or removed from it, so the new item would have other members or none.
                Edit::Insert(_) | Edit::Delete(_) => {
                    return Err(InvalidInput::DefaultOverlaps { attribute: name });
                }
                Edit::Arithmetic { start, .. } | Edit::Append { start, .. } => {
                    start.get_or_insert_with(|| Box::new(default.clone()));
                }
                // ADD always starts from 0.
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

/// Checks that the item that the update would create can be read.
pub(crate) fn check_created<I: Versioned>(
    changes: &[Change],
    key: &RawKey,
) -> Result<(), InvalidInput> {
    // An update that DynamoDB would reject creates no item.
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
