//! Schedules of grouped callers. An executor of its own polls them in an odd order, polls some of them no more, drops some, and
//! moves some to another task. Requests panic, too, and the source of random numbers. Every caller that is still polled when it is
//! woken must end, and be told the truth.
use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use dynacond::{RetryPolicy, Store};
use dynacond_local::{Fault, Local};

use super::operation::Told;
use super::wall::{Entry, IN_CLOSURE, Kind, Wall, build, call, contradictions, no_lane_is_left};

/// Panics now and then, without a message on the terminal.
#[derive(Clone, Debug)]
struct Panics(Arc<Mutex<fastrand::Rng>>);

impl Panics {
    fn random(&self) -> u128 {
        let mut random = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if random.u8(..100) == 0 {
            resume_unwind(Box::new("outside of a closure"));
        }
        random.u128(..)
    }
}

impl Intercept for Panics {
    fn name(&self) -> &'static str {
        "panics"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.random();
        Ok(())
    }

    fn read_after_attempt(
        &self,
        _: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.random();
        Ok(())
    }
}

/// Whether a task was woken.
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Flag {
    /// A new task polls its future at least once.
    fn woken() -> Arc<Self> {
        Arc::new(Self(AtomicBool::new(true)))
    }
}

struct Task {
    mark: String,
    future: Pin<Box<dyn Future<Output = Entry>>>,
    flag: Arc<Flag>,
    /// Whether the executor does not poll it any more.
    held: bool,
}

impl Task {
    fn is_woken(&self) -> bool {
        !self.held && self.flag.0.load(Ordering::SeqCst)
    }

    /// `None` if it waits. A panic of the closure is the answer of its caller.
    fn poll(&mut self) -> Option<Entry> {
        self.flag.0.store(false, Ordering::SeqCst);
        let waker = Waker::from(Arc::clone(&self.flag));
        let mut context = Context::from_waker(&waker);
        let polled = catch_unwind(AssertUnwindSafe(|| self.future.as_mut().poll(&mut context)));
        match polled {
            Ok(Poll::Ready(entry)) => Some(entry),
            Ok(Poll::Pending) => None,
            Err(panic) => {
                let is_closure = panic.downcast_ref() == Some(&IN_CLOSURE);
                let mut entry = Entry::unknown(self.mark.clone());
                if is_closure {
                    entry.told = Told::Refused;
                }
                Some(entry)
            }
        }
    }
}

/// In which order an executor polls those that are woken.
#[derive(Clone, Copy)]
enum Order {
    First,
    Last,
    Any,
}

/// What happens between two polls.
#[derive(Clone, Copy)]
enum Event {
    Spawn,
    Hold,
    Resume,
    Drop,
    Move,
}

struct Executor<W> {
    /// As two processes have them.
    stores: [Store; 2],
    /// A store that meets no faults.
    quiet: Store,
    walls: PhantomData<W>,
    random: fastrand::Rng,
    order: Order,
    /// The shares of the events. Those of a hundred that they leave are polls.
    events: [(Event, u32); 5],
    callers: usize,
    spawned: usize,
    tasks: Vec<Task>,
    history: Vec<Entry>,
}

impl<W: Wall> Executor<W> {
    fn new(stores: [Store; 2], quiet: Store, seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        // More than two groups, which wait at the same time.
        let is_crowd = random.u8(..4) == 0 && W::MARK == 0;
        let events = [
            (
                Event::Spawn,
                random.u32(if is_crowd { 50..80 } else { 5..60 }),
            ),
            (Event::Hold, random.u32(..10)),
            (Event::Resume, random.u32(..5)),
            (Event::Drop, random.u32(..10)),
            (Event::Move, random.u32(..10)),
        ];
        Self {
            stores,
            quiet,
            walls: PhantomData,
            order: [Order::First, Order::Last, Order::Any][random.usize(..3)],
            events,
            callers: if is_crowd { 300 } else { random.usize(2..60) },
            random,
            spawned: 0,
            tasks: Vec::new(),
            history: Vec::new(),
        }
    }

    fn any(&mut self, is_one: impl Fn(&Task) -> bool) -> Option<usize> {
        let ones = self.tasks.iter().enumerate();
        let ones: Vec<_> = ones.filter(|(_, task)| is_one(task)).collect();
        self.random.choice(ones).map(|(index, _)| index)
    }

    fn random_event(&mut self) -> Option<Event> {
        let mut odd = self.random.u32(..100);
        for (event, share) in self.events {
            if odd < share {
                return Some(event);
            }
            odd -= share;
        }
        None
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Spawn => self.spawn(),
            Event::Hold => {
                if let Some(index) = self.any(|task| !task.held) {
                    self.tasks[index].held = true;
                }
            }
            Event::Resume => {
                if let Some(index) = self.any(|task| task.held) {
                    self.tasks[index].held = false;
                }
            }
            Event::Drop => {
                if let Some(index) = self.any(|_| true) {
                    self.drop_task(index);
                }
            }
            Event::Move => {
                if let Some(index) = self.any(|task| !task.held) {
                    self.tasks[index].flag = Flag::woken();
                }
            }
        }
    }

    fn spawn(&mut self) {
        let mark = format!("{:.<1$}", self.spawned, W::MARK);
        self.spawned += 1;
        let kind = Kind::random(&mut self.random);
        let store = self.stores[usize::from(self.random.u8(..8) == 0)].clone();
        let mut task = Task {
            future: Box::pin(call::<W>([store, self.quiet.clone()], mark.clone(), kind)),
            mark,
            flag: Flag::woken(),
            held: false,
        };
        let polled = if self.random.bool() {
            task.poll()
        } else {
            None
        };
        match polled {
            Some(entry) => self.history.push(entry),
            None => self.tasks.push(task),
        }
    }

    /// The change of a caller that is dropped may have been written.
    fn drop_task(&mut self, index: usize) {
        let Task { mark, .. } = self.tasks.remove(index);
        self.history.push(Entry::unknown(mark));
    }

    /// Polls one that is woken. If none is, time passes, and `false` is returned.
    async fn poll(&mut self) -> bool {
        if self.random.u8(..4) == 0 {
            // Rivals have tasks of their own.
            tokio::task::yield_now().await;
        }
        let woken = match self.order {
            Order::First => self.tasks.iter().position(Task::is_woken),
            Order::Last => self.tasks.iter().rposition(Task::is_woken),
            Order::Any => self.any(Task::is_woken),
        };
        let Some(index) = woken else {
            tokio::time::sleep(Duration::from_secs(1)).await;
            return false;
        };
        if let Some(entry) = self.tasks[index].poll() {
            self.tasks.remove(index);
            self.history.push(entry);
        }
        true
    }

    async fn spawn_all(&mut self) {
        while self.spawned < self.callers {
            match self.random_event() {
                Some(event) => self.happens(event),
                None => drop(self.poll().await),
            }
        }
    }

    /// Returns what is wrong if somebody waits forever.
    async fn run(&mut self) -> Option<String> {
        self.spawn_all().await;
        if self.random.bool() {
            // As a `select!` does with all futures of a branch.
            for task in &mut self.tasks {
                task.held = true;
            }
        }
        self.callers += self.random.usize(1..20);
        self.spawn_all().await;
        let blocked = self.end_all().await;
        if blocked.is_some() || self.random.bool() {
            return blocked;
        }
        for task in &mut self.tasks {
            task.held = false;
        }
        self.end_all().await
    }

    /// Polls until those that are still polled have ended.
    async fn end_all(&mut self) -> Option<String> {
        let (mut idle, mut polls) = (0, 0_u32);
        while self.tasks.iter().any(|task| !task.held) {
            polls += 1;
            idle = if self.poll().await { 0 } else { idle + 1 };
            if idle > 300 || polls > 3_000_000 {
                let held = self.tasks.iter().filter(|task| task.held).count();
                let live = self.tasks.len() - held;
                return Some(format!(
                    "{live} wait behind {held} that nobody polls, {polls} polls"
                ));
            }
        }
        None
    }
}

/// Runs a schedule. Returns its contradictions, and how often each outcome was reported.
pub async fn run<W: Wall>(seed: u64, faults: Vec<Fault>) -> (Vec<String>, [usize; 3]) {
    let local = Local::new();
    let quiet = build::<W>(&local).await;
    if !faults.is_empty() {
        local.random(seed, 0.2, faults);
    }
    if seed % 5 == 4 {
        local.ignore_all_old();
    }
    let policy =
        RetryPolicy::default().with_backoff(Duration::from_micros(1), Duration::from_micros(9));
    let stores = [1, 2].map(|process| {
        let store = if seed % 4 < 2 {
            Store::builder(local.client())
        } else {
            let random = fastrand::Rng::with_seed(seed * 10 + process);
            let panics = Panics(Arc::new(Mutex::new(random)));
            let config = local.config().interceptor(panics.clone());
            Store::builder(Client::from_conf(config.build())).random(move || panics.random())
        };
        store.retry(policy.clone()).build()
    });
    let mut executor = Executor::<W>::new(stores, quiet.clone(), seed);
    let blocked = executor.run().await;
    while !executor.tasks.is_empty() {
        executor.drop_task(0);
    }
    executor.stores.iter().for_each(no_lane_is_left);
    // Rivals end their work.
    tokio::time::sleep(Duration::from_secs(1)).await;
    local.clear_faults();
    local.deliver();
    let (mut wrong, tally) = contradictions::<W>(&quiet, &executor.history).await;
    wrong.extend(blocked);
    (wrong, tally)
}
