//! From trees and an item to truth, to an explanation, or to the item that an update leaves.
pub(crate) mod apply;
pub(crate) mod explanation;
pub(crate) mod truth;
