//! A lane: the callers of one item in one store, which change the item one after the other and save it with one write.
//!
//! A lane has no background task. The current request or pause is kept in the lane, and each caller that is polled drives it. Each
//! caller runs its own closure when it is polled in its turn, so the closure may borrow and need not be `Send`.
//!
//! This code is not generic over the item type. The callers pass on the item as DynamoDB stores it.
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Wake, Waker};
use std::time::Duration;

use super::callers::{Caller, Callers, Turn, Wakers, wake};
use super::caught::{Panic, caught};
use super::group::{Contribution, Gathering};
use crate::error::error::{Error, Result};
use crate::error::exhausted::exhausted;
use crate::error::refusal::Refusal;
use crate::model::item::Model;
use crate::outcome::read::read;
use crate::value::item::Item;
use crate::wire::call::Call;
use crate::wire::connection::Connection;
use crate::wire::retry::{Pause, Rhythm, sleep};
use crate::write::guard_result::Guard;
use crate::write::target::Target;

/// The current request or pause. A panic is passed on to the caller that drives it.
pub(super) type Running = Pin<Box<dyn Future<Output = (Arrival, Option<Panic>)> + Send>>;

/// The result of a request or pause.
pub(super) enum Arrival {
    Read(Result<Option<Item>>),
    Wrote(Result<Item>),
    /// Nothing new is known.
    Rested,
}

/// A request or a pause.
pub(super) struct UnderWay {
    call: Arc<Call>,
    since: u64,
    /// The callers of a write.
    members: Vec<u64>,
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
    callers: Callers,
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
            let wakers = state.callers.waking();
            drop(state);
            wake(wakers);
        }
    }
}

impl Lane {
    pub(super) fn new(
        connection: &Arc<Connection>,
        target: Target,
        model: &'static Model,
    ) -> Arc<Self> {
        Arc::new_cyclic(|lane| Self {
            state: Mutex::new(State {
                callers: Callers::default(),
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
        self.callers.enter(ticket, call);
        ticket
    }

    /// Removes a caller. After a panic, which may have ended a closure or a step of the lane, the others are woken.
    pub(super) fn leave(&mut self, ticket: u64) -> (Option<Caller>, Wakers) {
        let caller = self.callers.leave(ticket);
        let mut wakers = self.end_turn(ticket);
        if std::thread::panicking() {
            wakers.extend(self.callers.waking());
        }
        (caller, wakers)
    }

    fn end_turn(&mut self, ticket: u64) -> Wakers {
        let Phase::Gathering(gathering) = &mut self.phase else {
            return Wakers::new();
        };
        if gathering.end_turn(ticket) {
            self.callers.waking()
        } else {
            Wakers::new()
        }
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

    fn begin(
        &mut self,
        lane: &Lane,
        running: impl FnOnce(Arc<Call>) -> Running,
        members: Vec<u64>,
    ) {
        let meter = self.callers.meter();
        let call = Arc::new(Call::new(Arc::clone(&lane.connection), meter));
        self.phase = Phase::UnderWay(UnderWay {
            running: Some(running(Arc::clone(&call))),
            call,
            since: self.moment(),
            members,
            woken: true,
        });
    }

    fn begin_read(&mut self, lane: &Lane) {
        let target = Target {
            verb: "get",
            ..lane.target.clone()
        };
        let running = |call| -> Running {
            Box::pin(async move {
                match caught(read(&call, target)).await {
                    Ok(read) => (Arrival::Read(read), None),
                    Err(panic) => (Arrival::Rested, Some(panic)),
                }
            })
        };
        self.begin(lane, running, Vec::new());
    }

    /// Lets the callers run their closures on the known item.
    fn gather(&mut self, at_hand: (Arc<Item>, u64)) -> Wakers {
        let now = self.moment();
        self.phase = Phase::Gathering(Gathering::on(at_hand, now));
        self.callers.waking()
    }

    /// Sends the changes of the group. If there is nothing to send, it reads the item for callers whose answers are based on an
    /// item that may be older than their calls.
    fn close(&mut self, lane: &Lane) {
        let Phase::Gathering(gathered) = std::mem::replace(&mut self.phase, Phase::Idle) else {
            return;
        };
        if !self.callers.any_writes(&gathered.members) {
            self.at_hand = gathered.members.is_empty().then_some(gathered.read);
            return;
        }
        let (write, members) = gathered.written(&lane.connection, lane.target.clone(), lane.model);
        let running = |call: Arc<Call>| -> Running {
            Box::pin(async move {
                let (left, panic) = write.send(&call).await;
                (Arrival::Wrote(left), panic)
            })
        };
        self.begin(lane, running, members);
    }

    /// Keeps the current request or pause, which is not ready yet, for the caller that is polled next.
    pub(super) fn put_back(&mut self, running: Running) -> Result<Wakers, Running> {
        let Phase::UnderWay(under_way) = &mut self.phase else {
            return Err(running);
        };
        under_way.running = Some(running);
        // Callers that were woken in the meantime found nothing to poll. They are woken again, together with this one.
        Ok(if under_way.woken {
            self.callers.waking()
        } else {
            Wakers::new()
        })
    }

    /// Handles the result of the current request or pause.
    pub(super) fn arrive(&mut self, lane: &Lane, came: Arrival) -> Wakers {
        let Phase::UnderWay(UnderWay {
            call,
            since,
            members,
            ..
        }) = std::mem::replace(&mut self.phase, Phase::Idle)
        else {
            return Wakers::new();
        };
        self.at_hand = None;
        if let Some(first) = self.callers.first() {
            first.call.also_consumed(call.consumed());
        }
        match came {
            Arrival::Rested => {}
            Arrival::Read(Ok(Some(item))) => self.at_hand = Some((Arc::new(item), since)),
            Arrival::Read(Ok(None)) => self.tell_not_found(lane, since),
            // For callers that came during the read, the item is read again.
            Arrival::Read(Err(error)) => self.callers.tell_before(since, || error.shared()),
            Arrival::Wrote(Ok(item)) => {
                let item = Arc::new(item);
                for member in members {
                    if let Some(caller) = self.callers.get(member) {
                        caller.told = Some(Turn::Left(Arc::clone(&item)));
                    }
                }
                self.at_hand = Some((item, since));
                self.rhythm = Rhythm::default();
            }
            Arrival::Wrote(Err(Error::Conflict(refusal) | Error::NotFound(refusal))) => {
                self.go_on_after(lane, since, members, refusal);
            }
            Arrival::Wrote(Err(error)) => self.fail(lane, members, &error),
        }
        self.callers.waking()
    }

    fn tell_not_found(&mut self, lane: &Lane, since: u64) {
        let refusal = Refusal::by_guard(lane.target.clone(), Guard::Exists, None);
        let error = || Error::NotFound(refusal.clone());
        self.callers.tell_before(since, error);
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
                    let rested = caught(sleep(&call, pause)).await;
                    (Arrival::Rested, rested.err())
                })
            };
            self.begin(lane, running, Vec::new());
        } else if let Some(item) = item {
            self.at_hand = Some((Arc::new(item), since));
        }
    }

    /// Lets a member run again, within its retry policy.
    fn again(&mut self, lane: &Lane, member: u64, pause: Duration, last: &Error) {
        let policy = &lane.connection.retry;
        let Some(caller) = self.callers.get(member) else {
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
    fn fail(&mut self, lane: &Lane, members: Vec<u64>, error: &Error) {
        for member in members {
            match self.callers.get(member) {
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
            let Some(caller) = self.callers.get(ticket) else {
                return Step::Wait;
            };
            let told = caller.told.take();
            caller.awaited = told.is_none();
            if let Some(told) = told {
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
                    let next = gathering.has_room();
                    let next = next.then(|| self.callers.next(gathering.next)).flatten();
                    match next {
                        // The group is complete.
                        None => self.close(lane),
                        Some(next) if next == ticket => return self.begin_turn(ticket),
                        Some(_) if self.callers.has_patience(ticket, gathering.since) => {
                            woken.push(waker.clone());
                            return Step::Wait;
                        }
                        Some(next) => {
                            self.callers.await_only_polled(next, gathering.since);
                            self.moments += 1;
                            gathering.since = self.moments;
                        }
                    }
                }
            }
        }
    }

    /// Lets a caller run its closure.
    fn begin_turn(&mut self, ticket: u64) -> Step {
        let now = self.moment();
        let (Phase::Gathering(gathering), Some(caller)) =
            (&mut self.phase, self.callers.get(ticket))
        else {
            return Step::Wait;
        };
        caller.writes = false;
        Step::Turn(Turn::Change(gathering.begin_turn(ticket, now)))
    }

    /// Handles the result of a caller's closure, and returns whether the caller's answer is final.
    pub(super) fn contribute(&mut self, ticket: u64, contribution: Contribution) -> (bool, Wakers) {
        let Phase::Gathering(gathering) = &mut self.phase else {
            return (false, Wakers::new());
        };
        let writes = matches!(
            contribution,
            Contribution::Changed(..) | Contribution::Touched
        );
        let believed = gathering.contribute(ticket, contribution);
        if let Some(caller) = self.callers.get(ticket) {
            caller.writes = writes;
            caller.awaited = !believed;
        }
        (believed, self.end_turn(ticket))
    }
}
