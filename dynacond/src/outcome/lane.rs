//! A lane: the callers of one item in one store, who change it one after the other and save it by one write.
//!
//! There is no task behind a lane. A request or a pause that is under way is kept in the lane, and whichever caller is polled
//! drives it. So a caller that is dropped, or that nobody polls, does not keep the others waiting. Each caller runs its own
//! closure, when it is polled in its turn: the closure may borrow, and need not be `Send`.
//!
//! Nothing here is generic over the item: what goes from one caller to the next is the item as DynamoDB holds it.
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Wake, Waker};

use super::group::{Applied, At, Gathering, LARGEST_GROUP, Written};
use crate::error::error::{Error, Result};
use crate::error::exhausted::Exhausted;
use crate::error::refusal::Refusal;
use crate::model::item::Model;
use crate::outcome::outcome::unknown;
use crate::outcome::read::read;
use crate::value::item::Item;
use crate::wire::call::Call;
use crate::wire::connection::Connection;
use crate::wire::lanes::LaneId;
use crate::wire::retry::{Pause, Rhythm, sleep};
use crate::write::guard_result::Guard;
use crate::write::target::Target;
use crate::write::write::Write;

/// How many callers are woken when something has happened: those of a group, and those of the next one.
const WINDOW: usize = 2 * LARGEST_GROUP;
/// How often a caller looks for the next one, before the group goes on without it.
const PATIENCE: u32 = 64;

/// What a caller is to do next.
pub(crate) enum Turn {
    /// Run the closure, and say what came of it by [`Place::applied`].
    Apply(At),
    /// The write is applied, and has left this item.
    Left(Arc<Item>),
    /// The call has failed.
    Failed(Error),
}

struct Caller {
    waker: Option<Waker>,
    call: Arc<Call>,
    attempts: u32,
    /// Whether the group's write is this caller's, too.
    writes: bool,
    /// How often it has looked at a group since the latest of the group's steps.
    looked: (u64, u32),
    told: Option<Turn>,
}

type Running = Pin<Box<dyn Future<Output = Came> + Send>>;

enum Came {
    Read(Result<Option<Item>>),
    Wrote(Result<Item>),
    Rested,
}

/// A request, or a pause.
struct UnderWay {
    call: Arc<Call>,
    since: u64,
    /// Of a write: what is written, and for whom.
    written: Option<(Box<Write>, Vec<u64>)>,
    /// `None` while a caller polls it.
    running: Option<Running>,
    /// Whether it is to be polled.
    woken: bool,
}

enum Phase {
    Idle,
    UnderWay(UnderWay),
    Gathering(Gathering),
}

struct State {
    /// By their order of arrival.
    callers: BTreeMap<u64, Caller>,
    /// Counts arrivals and requests in one order.
    moments: u64,
    /// The item as it was known last, and since when.
    at_hand: Option<(Arc<Item>, u64)>,
    phase: Phase,
    rhythm: Rhythm,
}

pub(crate) struct Lane {
    state: Mutex<State>,
    connection: Arc<Connection>,
    target: Target,
    model: &'static Model,
    waker: Waker,
}

/// Wakes the callers of a lane when what is under way can go on.
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

/// Wakers, to be woken when the lock is free.
type Wakers = Vec<Waker>;

fn wake(wakers: Wakers) {
    wakers.into_iter().for_each(Waker::wake);
}

impl Lane {
    fn new(connection: &Arc<Connection>, target: Target, model: &'static Model) -> Arc<Self> {
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

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn moment(&mut self) -> u64 {
        self.moments += 1;
        self.moments
    }

    /// Those who are told, and the first of those who wait.
    fn waking(&mut self) -> Wakers {
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

    /// Who wait, the first first.
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
        let metered = self.callers.values().any(|caller| caller.call.is_metered());
        let call = Arc::new(Call::new(Arc::clone(&lane.connection), metered));
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
            |call| -> Running { Box::pin(async move { Came::Read(read(&call, target).await) }) };
        self.begin(lane, running, None);
    }

    /// Asks the first callers to run their closures on the item at hand.
    fn gather(&mut self, at_hand: (Arc<Item>, u64)) -> Wakers {
        let invited = self.waiting().take(LARGEST_GROUP).collect();
        self.phase = Phase::Gathering(Gathering::on(at_hand, invited));
        self.waking()
    }

    /// Sends what the group has changed; or reads, if there is nothing to be sent, for those whose answers rest on an item
    /// that may have been older than their calls.
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
        let Written {
            write,
            whole,
            members,
        } = gathered.written(&lane.connection, lane.target.clone(), lane.model);
        let mut sent = write.clone();
        let running = |call| -> Running {
            Box::pin(async move { Came::Wrote(sent.send_group(&call, whole).await) })
        };
        self.begin(lane, running, Some((Box::new(write), members)));
    }

    /// What has come of what was under way; `None`: it has panicked.
    fn settle(&mut self, lane: &Lane, came: Option<Came>) -> Wakers {
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
            Some(Came::Rested) => {}
            None => match &written {
                None => {}
                Some((write, _)) => {
                    let error = unknown(&call, write, None, None);
                    self.fail(lane, members(), &error);
                }
            },
            Some(Came::Read(Ok(Some(item)))) => self.at_hand = Some((Arc::new(item), since)),
            Some(Came::Read(Ok(None))) => self.tell_not_found(lane, since, None),
            Some(Came::Read(Err(error))) => {
                // Who came while it was under way is read for again.
                for (_, caller) in self.callers.range_mut(..since) {
                    caller
                        .told
                        .get_or_insert_with(|| Turn::Failed(error.shared()));
                }
            }
            Some(Came::Wrote(Ok(item))) => {
                let item = Arc::new(item);
                for member in members() {
                    if let Some(caller) = self.callers.get_mut(&member) {
                        caller.told = Some(Turn::Left(Arc::clone(&item)));
                    }
                }
                self.at_hand = Some((item, since));
                self.rhythm = Rhythm::default();
            }
            Some(Came::Wrote(Err(Error::Conflict(refusal) | Error::NotFound(refusal)))) => {
                self.refused(lane, since, members().collect(), refusal);
            }
            Some(Came::Wrote(Err(Error::Unexplained(refusal))))
                if written.as_ref().is_some_and(|(write, _)| {
                    refusal.is_overtaken(lane.model, &write.expectation)
                }) =>
            {
                self.refused(lane, since, members().collect(), refusal);
            }
            Some(Came::Wrote(Err(error))) => self.fail(lane, members(), &error),
        }
        self.waking()
    }

    fn tell_not_found(&mut self, lane: &Lane, since: u64, refusal: Option<Box<Refusal>>) {
        let refusal =
            refusal.unwrap_or_else(|| Refusal::by_guard(lane.target.clone(), Guard::Exists, None));
        for (_, caller) in self.callers.range_mut(..since) {
            caller
                .told
                .get_or_insert_with(|| Turn::Failed(Error::NotFound(refusal.clone())));
        }
    }

    /// The members run again on the item that the refusal brought, or on what is read after a pause.
    fn refused(&mut self, lane: &Lane, since: u64, members: Vec<u64>, refusal: Box<Refusal>) {
        if refusal.item.is_none() && !refusal.is_withheld() {
            return self.tell_not_found(lane, since, None);
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
                    Came::Rested
                })
            };
            self.begin(lane, running, None);
        } else if let Some(item) = item {
            self.at_hand = Some((Arc::new(item), since));
        }
    }

    /// Lets a member run again, within its own policy.
    fn again(&mut self, lane: &Lane, member: u64, pause: std::time::Duration, last: &Error) {
        let policy = &lane.connection.retry;
        let Some(caller) = self.callers.get_mut(&member) else {
            return;
        };
        let elapsed = caller.call.clock.elapsed();
        if caller.attempts >= policy.attempts || elapsed.saturating_add(pause) > policy.elapsed {
            caller.told = Some(Turn::Failed(Error::Exhausted(Box::new(Exhausted {
                subject: lane.target.clone().into(),
                attempts: caller.attempts,
                last: last.shared(),
            }))));
        }
        caller.attempts += 1;
    }

    /// The write has failed, or nobody knows: its members are told. Those who were to write nothing run again, for their
    /// answers may rest on changes that were not applied.
    fn fail(&mut self, lane: &Lane, members: impl Iterator<Item = u64>, error: &Error) {
        for member in members {
            match self.callers.get_mut(&member) {
                Some(caller) if caller.writes => caller.told = Some(Turn::Failed(error.shared())),
                _ => self.again(lane, member, std::time::Duration::ZERO, error),
            }
        }
    }
}

/// What a caller is to do after it has looked.
enum Step {
    Turn(Turn),
    Wait,
    Drive(Running),
}

impl State {
    fn step(
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
                // A waker may own the last of a task, so it is not dropped under the lock.
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
                        return Step::Turn(Turn::Apply(at));
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
        let (lane, ticket) = connection.lanes.enter(&id, new, |lane| {
            let mut state = lane.lock();
            let ticket = state.moment();
            state.callers.insert(
                ticket,
                Caller {
                    waker: None,
                    call: Arc::clone(call),
                    attempts: 1,
                    writes: false,
                    looked: (0, 0),
                    told: None,
                },
            );
            ticket
        });
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
                    self.told = !matches!(turn, Turn::Apply(_));
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
        let mut state = lane.lock();
        let came = match polled {
            Ok(Poll::Pending) => {
                if let Phase::UnderWay(under_way) = &mut state.phase {
                    under_way.running = Some(running);
                }
                // Whoever was woken meanwhile found nothing to poll. This caller is woken with them.
                let again = matches!(&state.phase, Phase::UnderWay(under_way) if under_way.woken);
                let wakers = if again { state.waking() } else { Wakers::new() };
                drop(state);
                wake(wakers);
                return Poll::Pending;
            }
            Ok(Poll::Ready(came)) => Ok(came),
            Err(panic) => Err(panic),
        };
        let (came, panic) = match came {
            Ok(came) => (Some(came), None),
            Err(panic) => (None, Some(panic)),
        };
        let wakers = state.settle(lane, came);
        drop(state);
        wake(wakers);
        drop(running);
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
        Poll::Ready(())
    }

    /// Says what came of the closure. `true`: it changes nothing and rests on the item as it was read during this call, so
    /// it can be believed at once.
    pub(crate) fn applied(&mut self, applied: Applied) -> bool {
        let mut state = self.lane.lock();
        let Phase::Gathering(gathering) = &mut state.phase else {
            return false;
        };
        let writes = matches!(applied, Applied::Changed(_) | Applied::Touched);
        let believed = gathering.applied(self.ticket, applied);
        if let Some(caller) = state.callers.get_mut(&self.ticket) {
            caller.writes = writes;
        }
        let wakers = state.waking_after_a_turn();
        drop(state);
        wake(wakers);
        believed
    }
}

impl State {
    /// Those who looked during a turn, and were told to wait.
    fn waking_after_a_turn(&mut self) -> Wakers {
        let Phase::Gathering(gathering) = &mut self.phase else {
            return Wakers::new();
        };
        if std::mem::take(&mut gathering.looked) {
            self.waking()
        } else {
            Wakers::new()
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (mut wakers, mut left) = (Wakers::new(), None);
        self.lane.connection.lanes.leave(&self.id, || {
            let mut state = self.lane.lock();
            left = state.callers.remove(&self.ticket);
            if let Phase::Gathering(gathering) = &mut state.phase {
                gathering.leaves(self.ticket);
            }
            if !self.told {
                // It may have been the one whom the others count on.
                wakers = state.waking();
            }
            state.callers.is_empty()
        });
        // What nobody waits for any more ends here.
        let mut state = self.lane.lock();
        let rest = state
            .callers
            .is_empty()
            .then(|| std::mem::replace(&mut state.phase, Phase::Idle));
        drop(state);
        drop((rest, left));
        wake(wakers);
    }
}
