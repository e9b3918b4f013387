//! A caller's place in a lane: where its future waits, and from where it drives what is under way.
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::task::{Context, Poll};

use super::group::Contribution;
use super::lane::{Lane, Running, Step, Turn, Wakers, wake};
use crate::model::item::Model;
use crate::wire::call::Call;
use crate::wire::lanes::LaneId;
use crate::write::target::Target;

/// A caller's place in a lane. Dropping the place leaves the lane.
pub(crate) struct Place {
    lane: Arc<Lane>,
    id: LaneId,
    ticket: u64,
    told: bool,
}

impl Place {
    /// Enters the lane of an item, behind everybody else.
    pub(crate) fn take(call: &Arc<Call>, target: &Target, model: &'static Model) -> Self {
        let connection = &call.connection;
        let id = (target.type_id, target.key.identity(&target.table));
        let new = || Lane::new(connection, target.clone(), model);
        let enter = |lane: &Arc<Lane>| lane.lock().enter(call);
        let (lane, ticket) = connection.lanes.enter(&id, new, enter);
        Self {
            lane,
            id,
            ticket,
            told: false,
        }
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
                Step::Turn(turn) => {
                    self.told = !matches!(turn, Turn::Change(_));
                    return Poll::Ready(turn);
                }
                Step::Drive(running) => {
                    if self.drive(running).is_pending() {
                        return Poll::Pending;
                    }
                }
            }
        }
    }

    /// Polls what is under way, without the lock.
    fn drive(&self, mut running: Running) -> Poll<()> {
        let lane = &self.lane;
        let mut context = Context::from_waker(&lane.waker);
        let polled = catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(&mut context)));
        let (came, panic) = match polled {
            Ok(Poll::Pending) => {
                let kept = lane.lock().put_back(running);
                kept.map(wake).ok();
                return Poll::Pending;
            }
            Ok(Poll::Ready(came)) => (Some(came), None),
            Err(panic) => (None, Some(panic)),
        };
        let wakers = lane.lock().arrive(lane, came);
        wake(wakers);
        drop(running);
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
        Poll::Ready(())
    }

    /// Says what came of the closure. `true`: it changes nothing and rests on the item as it was read during this call, so
    /// it can be believed at once.
    pub(crate) fn contribute(&mut self, contribution: Contribution) -> bool {
        let (believed, wakers) = self.lane.lock().contribute(self.ticket, contribution);
        wake(wakers);
        believed
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (mut wakers, mut left) = (Wakers::new(), None);
        self.lane.connection.lanes.leave(&self.id, || {
            let mut state = self.lane.lock();
            left = state.leave(self.ticket);
            if !self.told {
                // It may have been the one whom the others count on.
                wakers = state.waking();
            }
            state.is_empty()
        });
        // What nobody waits for any more ends here.
        let rest = self.lane.lock().end_if_empty();
        drop((rest, left));
        wake(wakers);
    }
}
