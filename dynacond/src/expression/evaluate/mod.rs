//! From trees and an item to truth, to an explanation, or to the item that an update leaves.
pub(crate) mod apply;
pub(crate) mod explanation;
pub(crate) mod truth;
#[allow(
    unused_imports,
    reason = "names from before the folders, until nobody uses them"
)]
pub(crate) use truth::{explain, holds_on, lookup};
