//! Evaluates trees on an item: the truth of a condition, its explanation, or the item after an update.
pub(crate) mod apply;
pub(crate) mod explanation;
pub(crate) mod truth;
