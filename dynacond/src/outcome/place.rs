//! A caller's place in a lane, in which its future waits and drives the current request or pause.
use std::panic::resume_unwind;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::callers::{Turn, Wakers, wake};
use super::group::Contribution;
use super::lane::{Lane, Running, Step};
use crate::model::item::Model;
use crate::wire::call::Call;
use crate::wire::lanes::LaneId;
use crate::write::target::Target;

/// A caller's place in a lane. The caller leaves the lane by dropping the place.
pub(crate) struct Place {
    lane: Arc<Lane>,
    id: LaneId,
    ticket: u64,
}

impl Place {
    /// Enters the lane of an item, after all other callers.
    pub(crate) fn take(call: &Arc<Call>, target: &Target, model: &'static Model) -> Self {
        let connection = &call.connection;
        let id = (target.type_id, target.key.identity(&target.table));
        let new = || Lane::new(connection, target.clone(), model);
        let enter = |lane: &Arc<Lane>| lane.lock().enter(call);
        let (lane, ticket) = connection.lanes.enter(&id, new, enter);
        Self { lane, id, ticket }
    }

    /// Waits until there is something to do.
    pub(crate) async fn turn(&mut self) -> Turn {
        std::future::poll_fn(|context| self.poll_turn(context)).await
    }

    fn poll_turn(&mut self, context: &Context<'_>) -> Poll<Turn> {
        loop {
            let (mut woken, mut dropped) = (Wakers::new(), Wakers::new());
            let step = self.lane.lock().step(
                &self.lane,
                self.ticket,
                context.waker(),
                &mut woken,
                &mut dropped,
            );
            wake(woken);
            drop(dropped);
            match step {
                Step::Wait => return Poll::Pending,
                Step::Turn(turn) => return Poll::Ready(turn),
                Step::Drive(running) => {
                    if self.drive(running).is_pending() {
                        return Poll::Pending;
                    }
                }
            }
        }
    }

    /// Polls the current request or pause, without the lock.
    fn drive(&self, mut running: Running) -> Poll<()> {
        let lane = &self.lane;
        let mut context = Context::from_waker(&lane.waker);
        let Poll::Ready((came, panic)) = running.as_mut().poll(&mut context) else {
            let kept = lane.lock().put_back(running);
            kept.map(wake).ok();
            return Poll::Pending;
        };
        let wakers = lane.lock().arrive(lane, came);
        wake(wakers);
        drop(running);
        panic.map_or(Poll::Ready(()), |panic| resume_unwind(panic))
    }

    /// Passes the result of the closure to the lane. Returns `true` if the closure changes nothing and its item was read during
    /// this call, so that its answer is final.
    pub(crate) fn contribute(&mut self, contribution: Contribution) -> bool {
        let (believed, wakers) = self.lane.lock().contribute(self.ticket, contribution);
        wake(wakers);
        believed
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut left = None;
        self.lane.connection.lanes.leave(&self.id, || {
            let mut state = self.lane.lock();
            left = Some(state.leave(self.ticket));
            state.is_empty()
        });
        // If no caller waits any more, the request or pause is dropped here.
        let rest = self.lane.lock().end_if_empty();
        let (caller, wakers) = left.unwrap_or_default();
        drop((rest, caller));
        wake(wakers);
    }
}
