//! The lanes of a store. Callers that change the same item wait in the same lane.
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// An item of one type: the type, and the identity of its key in its table.
pub(crate) type LaneId = (TypeId, String);

/// The lanes of a store. A lane exists while a caller is in it.
#[derive(Default)]
pub(crate) struct Lanes(Mutex<HashMap<LaneId, Arc<dyn Any + Send + Sync>>>);

impl Lanes {
    /// Enters a lane, which is made if it does not exist. While this runs, no caller can leave the lane.
    pub(crate) fn enter<L: Send + Sync + 'static, T>(
        &self,
        id: &LaneId,
        new: impl Fn() -> Arc<L>,
        enter: impl FnOnce(&Arc<L>) -> T,
    ) -> (Arc<L>, T) {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = lanes.get(id).cloned();
        let lane = found
            .and_then(|lane| lane.downcast().ok())
            .unwrap_or_else(|| {
                let lane = new();
                lanes.insert(id.clone(), Arc::clone(&lane) as _);
                lane
            });
        let entered = enter(&lane);
        (lane, entered)
    }

    /// Leaves a lane, which is removed after its last caller. While this runs, no caller can enter the lane.
    pub(crate) fn leave(&self, id: &LaneId, leave: impl FnOnce() -> bool) {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = if leave() { lanes.remove(id) } else { None };
        drop(lanes);
        drop(last);
    }

    /// Returns the number of lanes.
    pub(crate) fn count(&self) -> usize {
        let lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.len()
    }
}
