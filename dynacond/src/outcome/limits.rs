//! The limits of a transaction, checked before anything is sent.
use std::collections::HashSet;

use crate::error::error::Result;
use crate::model::invalid::InvalidInput;
use crate::outcome::execute::has_first_steps;
use crate::value::item_size;
use crate::write::lower::Lowered;
use crate::write::unsendable::Unsendable;
use crate::write::write::Write;

/// The most actions of one transaction.
///
/// [Constraints: transactions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-dynamodb-transactions)
pub(crate) const MAX_ACTIONS: usize = 100;
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Checks the number of actions, and that each item has only one.
pub(crate) fn check_limits(writes: &mut [Write]) -> Result {
    if writes.is_empty() || writes.len() > MAX_ACTIONS {
        let actions = writes.len();
        return Err(InvalidInput::ActionCount {
            actions,
            limit: MAX_ACTIONS,
        }
        .into());
    }
    let mut items = HashSet::new();
    for write in &*writes {
        if !items.insert(write.target.key.identity(&write.target.table)) {
            let (item_type, key) = (write.model.name, Box::new(write.target.key.clone()));
            return Err(InvalidInput::SameItem { item_type, key }.into());
        }
    }
    if writes.iter().any(Write::is_unversioned) {
        // What goes before the writes depends on whether a change goes out whole. What else is wrong is found below.
        for write in &mut *writes {
            drop(write.lower_or_whole());
        }
    }
    // Nothing is read or adopted unless all actions can be sent.
    if writes.iter().any(has_first_steps) {
        writes.iter().try_for_each(Write::sendable)?;
    }
    Ok(())
}

/// The writes in DynamoDB's terms. Limits first: nothing is sent that DynamoDB would refuse as a whole.
pub(crate) fn lower_all(writes: &mut [Write]) -> Result<Vec<Lowered>> {
    check_limits(writes)?;
    let lowered: Vec<_> = writes
        .iter_mut()
        .map(Write::lower_action)
        .collect::<Result<_, Unsendable>>()?;
    let bytes = lowered.iter().map(size).sum();
    if bytes > MAX_BYTES {
        return Err(InvalidInput::TransactionTooLarge {
            bytes,
            limit: MAX_BYTES,
        }
        .into());
    }
    Ok(lowered)
}

fn size(lowered: &Lowered) -> usize {
    let parts = [
        lowered.effect.item(),
        lowered.effect.key(),
        lowered.values.as_ref(),
    ];
    parts.into_iter().flatten().map(item_size).sum()
}
