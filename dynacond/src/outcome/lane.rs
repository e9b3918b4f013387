//! A lane: the callers of one item in one store, which change the item one after the other and save it with one write.
//!
//! A lane has no background task. The current request or pause is kept in the lane, and each caller that is polled drives it. So a
//! caller that is dropped or not polled does not delay the others. Each caller runs its own closure when it is polled in its turn,
//! so the closure may borrow and need not be `Send`.
//!
//! This code is not generic over the item type. The callers pass on the item as DynamoDB stores it.
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Wake, Waker};
use std::time::Duration;

use super::group::{At, Contribution, Gathering, LARGEST_GROUP, Written};
use super::single::unknown;
use crate::error::error::{Error, Result};
use crate::error::exhausted::exhausted;
use crate::error::refusal::Refusal;
use crate::model::item::Model;
use crate::outcome::read::read;
use crate::value::item::Item;
use crate::wire::call::{Call, Meter};
use crate::wire::connection::Connection;
use crate::wire::retry::{Pause, Rhythm, sleep};
use crate::write::guard_result::Guard;
use crate::write::target::Target;
use crate::write::write::Write;

/// The most callers that are woken when something has happened: those of a group, and those of the next one.
const WINDOW: usize = 2 * LARGEST_GROUP;
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
    waker: Option<Waker>,
    call: Arc<Call>,
    attempts: u32,
    /// Whether the caller's change is part of the group's write.
    writes: bool,
    /// How often the caller has checked the group since the group's latest step.
    looked: (u64, u32),
    told: Option<Turn>,
}

/// The current request or pause.
pub(super) type Running = Pin<Box<dyn Future<Output = Arrival> + Send>>;

/// The result of a request or pause.
pub(super) enum Arrival {
    Read(Result<Option<Item>>),
    Wrote(Result<Item>),
    Rested,
}

/// A request or a pause, and the callers that it is for.
pub(super) struct UnderWay {
    call: Arc<Call>,
    since: u64,
    /// For a write: what is written, and for which callers.
    written: Option<(Box<Write>, Vec<u64>)>,
    /// `None` while a caller polls it.
    running: Option<Running>,
    /// Whether it should be polled.
    woken: bool,
}

pub(super) enum Phase {
    Idle,
    UnderWay(UnderWay),
    Gathering(Gathering),
}

/// The shared state of a lane's callers. All decisions are made here under the lock, and nothing is polled.
pub(super) struct State {
    /// The callers in the order of their arrival.
    callers: BTreeMap<u64, Caller>,
    /// A counter that numbers arrivals and requests in one sequence.
    moments: u64,
    /// The latest known item, and when it was read.
    at_hand: Option<(Arc<Item>, u64)>,
    phase: Phase,
    rhythm: Rhythm,
}

pub(crate) struct Lane {
    state: Mutex<State>,
    pub(super) connection: Arc<Connection>,
    target: Target,
    model: &'static Model,
    pub(super) waker: Waker,
}

/// Wakes the callers of a lane when the current request or pause can continue.
struct Alarm(Weak<Lane>);

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        let Some(lane) = self.0.upgrade() else {
            return;
        };
        let mut state = lane.lock();
        if let Phase::UnderWay(under_way) = &mut state.phase {
            under_way.woken = true;
            let wakers = state.waking();
            drop(state);
            wake(wakers);
        }
    }
}

/// Wakers that are called after the lock is released.
pub(super) type Wakers = Vec<Waker>;

pub(super) fn wake(wakers: Wakers) {
    wakers.into_iter().for_each(Waker::wake);
}

impl Lane {
    pub(super) fn new(
        connection: &Arc<Connection>,
        target: Target,
        model: &'static Model,
    ) -> Arc<Self> {
        Arc::new_cyclic(|lane| Self {
            state: Mutex::new(State {
                callers: BTreeMap::new(),
                moments: 0,
                at_hand: None,
                phase: Phase::Idle,
                rhythm: Rhythm::default(),
            }),
            connection: Arc::clone(connection),
            target,
            model,
            waker: Waker::from(Arc::new(Alarm(Weak::clone(lane)))),
        })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn moment(&mut self) -> u64 {
        self.moments += 1;
        self.moments
    }

    /// Adds a caller after all others.
    pub(super) fn enter(&mut self, call: &Arc<Call>) -> u64 {
        let ticket = self.moment();
        let caller = Caller {
            waker: None,
            call: Arc::clone(call),
            attempts: 1,
            writes: false,
            looked: (0, 0),
            told: None,
        };
        self.callers.insert(ticket, caller);
        ticket
    }

    /// Removes a caller.
    pub(super) fn leave(&mut self, ticket: u64) -> Option<Caller> {
        if let Phase::Gathering(gathering) = &mut self.phase {
            gathering.leaves(ticket);
        }
        self.callers.remove(&ticket)
    }

    /// Whether the lane has no callers.
    pub(super) fn is_empty(&self) -> bool {
        self.callers.is_empty()
    }

    /// Takes the current request or pause, if no caller waits for it any more.
    pub(super) fn end_if_empty(&mut self) -> Option<Phase> {
        self.is_empty()
            .then(|| std::mem::replace(&mut self.phase, Phase::Idle))
    }

    /// The callers that have a result, and the first of the waiting callers.
    pub(super) fn waking(&mut self) -> Wakers {
        let (mut wakers, mut waiting) = (Wakers::new(), 0);
        for caller in self.callers.values_mut() {
            waiting += usize::from(caller.told.is_none());
            if waiting > WINDOW {
                break;
            }
            wakers.extend(caller.waker.take());
        }
        wakers
    }

    /// The waiting callers in their order.
    fn waiting(&self) -> impl Iterator<Item = u64> {
        let waiting = self
            .callers
            .iter()
            .filter(|(_, caller)| caller.told.is_none());
        waiting.map(|(ticket, _)| *ticket)
    }

    fn begin(
        &mut self,
        lane: &Lane,
        running: impl FnOnce(Arc<Call>) -> Running,
        written: Option<(Box<Write>, Vec<u64>)>,
    ) {
        let meters = self.callers.values().map(|caller| caller.call.meter);
        let meter = meters.max().unwrap_or(Meter::Requests);
        let call = Arc::new(Call::new(Arc::clone(&lane.connection), meter));
        self.phase = Phase::UnderWay(UnderWay {
            running: Some(running(Arc::clone(&call))),
            call,
            since: self.moment(),
            written,
            woken: true,
        });
    }

    fn begin_read(&mut self, lane: &Lane) {
        let target = Target {
            verb: "get",
            ..lane.target.clone()
        };
        let running =
            |call| -> Running { Box::pin(async move { Arrival::Read(read(&call, target).await) }) };
        self.begin(lane, running, None);
    }

    /// Lets the first callers run their closures on the known item.
    fn gather(&mut self, at_hand: (Arc<Item>, u64)) -> Wakers {
        let invited = self.waiting().take(LARGEST_GROUP).collect();
        self.phase = Phase::Gathering(Gathering::on(at_hand, invited));
        self.waking()
    }

    /// Sends the changes of the group. If there is nothing to send, it reads the item for callers whose answers are based on an
    /// item that may be older than their calls.
    fn close(&mut self, lane: &Lane) {
        let Phase::Gathering(gathered) = std::mem::replace(&mut self.phase, Phase::Idle) else {
            return;
        };
        let callers = &self.callers;
        let writes = |ticket: &u64| callers.get(ticket).is_some_and(|caller| caller.writes);
        if !gathered.members.iter().any(writes) {
            self.at_hand = gathered.members.is_empty().then_some(gathered.read);
            return;
        }
        let Written { write, members } =
            gathered.written(&lane.connection, lane.target.clone(), lane.model);
        let mut sent = write.clone();
        let running = |call| -> Running {
            Box::pin(async move { Arrival::Wrote(sent.execute_group(&call).await) })
        };
        self.begin(lane, running, Some((Box::new(write), members)));
    }

    /// Keeps the current request or pause, which is not ready yet, for the caller that is polled next.
    pub(super) fn put_back(&mut self, running: Running) -> Result<Wakers, Running> {
        let Phase::UnderWay(under_way) = &mut self.phase else {
            return Err(running);
        };
        under_way.running = Some(running);
        // Callers that were woken in the meantime found nothing to poll. They are woken again, together with this one.
        Ok(if under_way.woken {
            self.waking()
        } else {
            Wakers::new()
        })
    }

    /// Handles the result of the current request or pause. `None` means that it panicked.
    pub(super) fn arrive(&mut self, lane: &Lane, came: Option<Arrival>) -> Wakers {
        let Phase::UnderWay(UnderWay {
            call,
            since,
            written,
            ..
        }) = std::mem::replace(&mut self.phase, Phase::Idle)
        else {
            return Wakers::new();
        };
        self.at_hand = None;
        if let Some(first) = self.callers.values().next() {
            first.call.also_consumed(call.consumed());
        }
        let members = || written.iter().flat_map(|(_, members)| members.clone());
        match came {
            Some(Arrival::Rested) => {}
            None => match &written {
                None => {}
                Some((write, _)) => {
                    let error = unknown(&call, write, None, None);
                    self.fail(lane, members(), &error);
                }
            },
            Some(Arrival::Read(Ok(Some(item)))) => self.at_hand = Some((Arc::new(item), since)),
            Some(Arrival::Read(Ok(None))) => self.tell_not_found(lane, since),
            Some(Arrival::Read(Err(error))) => {
                // For callers that came during the read, the item is read again.
                for (_, caller) in self.callers.range_mut(..since) {
                    caller
                        .told
                        .get_or_insert_with(|| Turn::Failed(error.shared()));
                }
            }
            Some(Arrival::Wrote(Ok(item))) => {
                let item = Arc::new(item);
                for member in members() {
                    if let Some(caller) = self.callers.get_mut(&member) {
                        caller.told = Some(Turn::Left(Arc::clone(&item)));
                    }
                }
                self.at_hand = Some((item, since));
                self.rhythm = Rhythm::default();
            }
            Some(Arrival::Wrote(Err(Error::Conflict(refusal) | Error::NotFound(refusal)))) => {
                self.go_on_after(lane, since, members().collect(), refusal);
            }
            Some(Arrival::Wrote(Err(Error::Unexplained(refusal))))
                if written.as_ref().is_some_and(|(write, _)| {
                    refusal.is_overtaken(lane.model, &write.expectation)
                }) =>
            {
                self.go_on_after(lane, since, members().collect(), refusal);
            }
            Some(Arrival::Wrote(Err(error))) => self.fail(lane, members(), &error),
        }
        self.waking()
    }

    fn tell_not_found(&mut self, lane: &Lane, since: u64) {
        let refusal = Refusal::by_guard(lane.target.clone(), Guard::Exists, None);
        for (_, caller) in self.callers.range_mut(..since) {
            caller
                .told
                .get_or_insert_with(|| Turn::Failed(Error::NotFound(refusal.clone())));
        }
    }

    /// Lets the members run again, on the item in the refusal or on an item that is read after a pause.
    fn go_on_after(&mut self, lane: &Lane, since: u64, members: Vec<u64>, refusal: Box<Refusal>) {
        if refusal.item.is_none() && !refusal.is_withheld() {
            return self.tell_not_found(lane, since);
        }
        let policy = &lane.connection.retry;
        let pause = self
            .rhythm
            .next(policy, (lane.connection.random)(), Pause::Refreshed);
        let item = refusal.item.clone();
        let error = Error::Conflict(refusal);
        for member in members {
            self.again(lane, member, pause, &error);
        }
        if !pause.is_zero() {
            let running = |call: Arc<Call>| -> Running {
                Box::pin(async move {
                    sleep(&call, pause).await;
                    Arrival::Rested
                })
            };
            self.begin(lane, running, None);
        } else if let Some(item) = item {
            self.at_hand = Some((Arc::new(item), since));
        }
    }

    /// Lets a member run again, within its retry policy.
    fn again(&mut self, lane: &Lane, member: u64, pause: Duration, last: &Error) {
        let policy = &lane.connection.retry;
        let Some(caller) = self.callers.get_mut(&member) else {
            return;
        };
        let elapsed = caller.call.clock.elapsed();
        if caller.attempts >= policy.attempts || elapsed.saturating_add(pause) > policy.elapsed {
            let error = exhausted(
                Some(lane.target.clone().into()),
                caller.attempts,
                last.shared(),
            );
            caller.told = Some(Turn::Failed(error));
        }
        caller.attempts += 1;
    }

    /// Gives the members the error of a write that failed or whose outcome is unknown. Callers that write nothing run again,
    /// because their answers may be based on changes that were not applied.
    fn fail(&mut self, lane: &Lane, members: impl Iterator<Item = u64>, error: &Error) {
        for member in members {
            match self.callers.get_mut(&member) {
                Some(caller) if caller.writes => caller.told = Some(Turn::Failed(error.shared())),
                _ => self.again(lane, member, Duration::ZERO, error),
            }
        }
    }
}

/// Returns what a caller does after it has checked the lane.
pub(super) enum Step {
    Turn(Turn),
    Wait,
    Drive(Running),
}

impl State {
    /// Returns the next step of a caller that was polled.
    pub(super) fn step(
        &mut self,
        lane: &Lane,
        ticket: u64,
        waker: &Waker,
        woken: &mut Wakers,
        dropped: &mut Wakers,
    ) -> Step {
        loop {
            let Some(caller) = self.callers.get_mut(&ticket) else {
                return Step::Wait;
            };
            if let Some(told) = caller.told.take() {
                return Step::Turn(told);
            }
            if !caller
                .waker
                .as_ref()
                .is_some_and(|own| own.will_wake(waker))
            {
                // Dropping a waker may drop a task, so it is not dropped under the lock.
                dropped.extend(caller.waker.replace(waker.clone()));
            }
            match &mut self.phase {
                Phase::Idle => match self.at_hand.take() {
                    Some(at_hand) => woken.extend(self.gather(at_hand)),
                    None => self.begin_read(lane),
                },
                Phase::UnderWay(under_way) => {
                    if !under_way.woken {
                        return Step::Wait;
                    }
                    let Some(running) = under_way.running.take() else {
                        return Step::Wait;
                    };
                    under_way.woken = false;
                    return Step::Drive(running);
                }
                Phase::Gathering(gathering) => {
                    if gathering.is_busy() {
                        return Step::Wait;
                    }
                    if let Some(at) = gathering.turn_of(ticket) {
                        caller.writes = false;
                        return Step::Turn(Turn::Change(at));
                    }
                    if gathering.invited.is_empty() {
                        self.close(lane);
                        continue;
                    }
                    if caller.looked.0 != gathering.steps {
                        caller.looked = (gathering.steps, 0);
                    }
                    caller.looked.1 += 1;
                    if caller.looked.1 <= PATIENCE {
                        woken.extend(caller.waker.clone());
                        return Step::Wait;
                    }
                    gathering.skip(ticket);
                }
            }
        }
    }
}

impl State {
    /// Handles the result of a caller's closure, and returns whether the caller's answer is final.
    pub(super) fn contribute(&mut self, ticket: u64, contribution: Contribution) -> (bool, Wakers) {
        let Phase::Gathering(gathering) = &mut self.phase else {
            return (false, Wakers::new());
        };
        let writes = matches!(
            contribution,
            Contribution::Changed(_) | Contribution::Touched
        );
        let believed = gathering.contribute(ticket, contribution);
        // Callers that were polled during the turn had to wait.
        let waited = std::mem::take(&mut gathering.looked);
        if let Some(caller) = self.callers.get_mut(&ticket) {
            caller.writes = writes;
        }
        let wakers = if waited { self.waking() } else { Wakers::new() };
        (believed, wakers)
    }
}
