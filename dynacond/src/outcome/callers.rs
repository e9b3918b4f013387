//! The callers in a lane, in the order of their arrival.
//!
//! A caller may be polled once and then held, without being dropped. Nothing shows that it is held, and any number of callers may be.
//! So everything that happens wakes all callers, and no group waits for a caller that is not polled.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::Waker;

use super::group::At;
use crate::error::error::Error;
use crate::value::item::Item;
use crate::wire::call::{Call, Meter};

/// How often a caller checks for the next one before the group continues without it.
const PATIENCE: u32 = 64;

/// The next step of a caller.
pub(crate) enum Turn {
    /// Run the closure on the item, and pass on its result.
    Change(At),
    /// The write was applied, and this is the item after it.
    Left(Arc<Item>),
    /// The call failed.
    Failed(Error),
}

pub(super) struct Caller {
    pub(super) waker: Option<Waker>,
    pub(super) call: Arc<Call>,
    pub(super) attempts: u32,
    /// Whether the caller's change is part of the group's write.
    pub(super) writes: bool,
    /// How often the caller has checked for the next one since this moment of the group.
    looked: (u64, u32),
    /// Whether a group waits for this caller: not if the caller was not polled in its turn, or has its answer.
    pub(super) awaited: bool,
    pub(super) told: Option<Turn>,
}

impl Caller {
    const fn is_next(&self) -> bool {
        self.told.is_none() && self.awaited
    }
}

/// Wakers that are called after the lock is released.
pub(super) type Wakers = Vec<Waker>;

pub(super) fn wake(wakers: Wakers) {
    wakers.into_iter().for_each(Waker::wake);
}

/// The callers, by their tickets.
#[derive(Default)]
pub(super) struct Callers(BTreeMap<u64, Caller>);

impl Callers {
    pub(super) fn enter(&mut self, ticket: u64, call: &Arc<Call>) {
        let caller = Caller {
            waker: None,
            call: Arc::clone(call),
            attempts: 1,
            writes: false,
            looked: (0, 0),
            awaited: true,
            told: None,
        };
        self.0.insert(ticket, caller);
    }

    pub(super) fn leave(&mut self, ticket: u64) -> Option<Caller> {
        self.0.remove(&ticket)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn get(&mut self, ticket: u64) -> Option<&mut Caller> {
        self.0.get_mut(&ticket)
    }

    /// The wakers of all callers that were polled since they were last woken.
    pub(super) fn waking(&mut self) -> Wakers {
        let callers = self.0.values_mut();
        callers.filter_map(|caller| caller.waker.take()).collect()
    }

    /// What a request counts, so that it is enough for each caller.
    pub(super) fn meter(&self) -> Meter {
        let meters = self.0.values().map(|caller| caller.call.meter);
        meters.max().unwrap_or(Meter::Requests)
    }

    /// The first caller that a group waits for.
    pub(super) fn first(&self) -> Option<&Caller> {
        self.0.values().find(|caller| caller.is_next())
    }

    /// The first caller with this ticket or a later one that a group waits for.
    pub(super) fn next(&self, from: u64) -> Option<u64> {
        let mut callers = self.0.range(from..);
        let next = callers.find(|(_, caller)| caller.is_next());
        next.map(|(ticket, _)| *ticket)
    }

    /// Whether any of these callers has a change in the group's write.
    pub(super) fn any_writes(&self, members: &[u64]) -> bool {
        let mut members = members.iter().filter_map(|member| self.0.get(member));
        members.any(|caller| caller.writes)
    }

    /// Gives an error to all callers that came before a moment.
    pub(super) fn tell_before(&mut self, since: u64, error: impl Fn() -> Error) {
        for (_, caller) in self.0.range_mut(..since) {
            caller.told.get_or_insert_with(|| Turn::Failed(error()));
        }
    }

    /// Whether a caller that was polled before its turn goes on waiting. `since` is when the group last took a step.
    pub(super) fn has_patience(&mut self, ticket: u64, since: u64) -> bool {
        let Some(Caller { looked, .. }) = self.0.get_mut(&ticket) else {
            return false;
        };
        if looked.0 != since {
            *looked = (since, 0);
        }
        looked.1 += 1;
        looked.1 <= PATIENCE
    }

    /// Lets no group wait for the callers that were not polled since a moment, until they are polled again.
    pub(super) fn await_only_polled(&mut self, from: u64, since: u64) {
        for (_, caller) in self.0.range_mut(from..) {
            caller.awaited &= caller.looked.0 == since;
        }
    }
}
