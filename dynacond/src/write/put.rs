//! The changes of a `put`, which keeps attributes that the struct does not know.
use crate::expression::tree::change::{Change, Edit};
use crate::expression::tree::operand::{Operand, Path};
use crate::model::conversion::ConversionError;
use crate::model::encoding::{decode, encode_read};
use crate::model::item::{Model, Versioned};
use crate::value::item::Item;

/// Sets every attribute that the struct writes, and removes those that it knows and leaves out. An attribute under `keep` is set
/// only if it is missing, and is never removed.
pub(crate) fn overwrite(model: &'static Model, attributes: Item, kept: &[Path]) -> Vec<Change> {
    let is_kept = |name: &str| kept.iter().any(|path| &*path.root == name);
    let omitted = model
        .names()
        .filter(|name| !attributes.contains_key(*name) && !model.is_own(name) && !is_kept(name));
    let removed: Vec<_> = omitted
        .map(|name| Change {
            path: Path::new(name),
            edit: Edit::Remove,
        })
        .collect();
    let mut changes: Vec<_> = attributes
        .into_iter()
        .filter(|(name, _)| !model.is_own(name))
        .map(|(name, value)| Change {
            edit: if is_kept(&name) {
                Edit::SetIfAbsent(Operand::Value(value))
            } else {
                Edit::Set(Operand::Value(value))
            },
            path: Path::new(name),
        })
        .collect();
    changes.sort_by(|a, b| a.path.root.cmp(&b.path.root));
    changes.extend(removed);
    changes
}

/// Returns the item after a `put` on a known item. It has every attribute that the struct writes. It has no attribute that the
/// struct knows and leaves out, and none that the struct would write if it were read from the stored item.
pub(crate) fn overwrite_item<I: Versioned>(
    attributes: Item,
    stored: &Item,
) -> Result<Item, ConversionError> {
    let model = const { &I::MODEL };
    let before = if model.varies() {
        encode_read(&decode::<I>(stored)?)?
    } else {
        Item::new()
    };
    let is_known =
        |name: &str| model.names().any(|known| known == name) || before.contains_key(name);
    let mut item = stored.clone();
    item.retain(|name, _| model.is_own(name) || !is_known(name));
    item.extend(attributes);
    Ok(item)
}
