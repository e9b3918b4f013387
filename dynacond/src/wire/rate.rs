//! The rate of a long piece of work: so many capacity units a second, for its reads and its writes together.
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep as _, SharedAsyncSleep, default_async_sleep};

use crate::model::invalid::InvalidInput;
use crate::wire::clock::Clock;
use crate::wire::connection::Connection;

/// What a gap in the work may be made up for. Timers wake up late, and a page has to come before its items can be written.
/// What is made up for is taken from the rate, so that no second has more than was asked for.
const SLACK: Duration = Duration::from_millis(20);
const SHARE: f64 = 0.98;
/// How long the full rate takes to come back from nothing.
const RECOVERY: Duration = Duration::from_secs(10);
/// Throttled requests of one moment halve the rate once.
const ONE_THROTTLE: Duration = Duration::from_secs(1);
/// The least part of the rate that throttling leaves.
const LEAST: f64 = 0.01;

/// One bucket of capacity units. A request goes out when what went before it is paid for; it is charged what is expected of
/// it, and corrected by what DynamoDB reports.
pub(crate) struct Rate {
    clock: Clock,
    sleep: SharedAsyncSleep,
    /// Units a second.
    full: f64,
    state: Mutex<State>,
}

struct State {
    /// When all that went out is paid for.
    paid: Duration,
    /// The rate that the latest throttling left, and when.
    left: f64,
    throttled: Option<Duration>,
    /// What an examined item cost in the latest page, where one has come.
    read: Option<f64>,
    /// What the latest write cost.
    write: f64,
}

/// What a request is expected to cost, and what its answer teaches.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asks {
    /// A page of at most so many items.
    Page(Option<i32>),
    /// So many items by their keys.
    Items(usize),
    /// So many writes.
    Writes(usize),
}

impl Rate {
    /// So many units a second, from now on.
    pub(crate) fn new(per_second: f64, connection: &Connection) -> Result<Arc<Self>, InvalidInput> {
        if !(per_second.is_finite() && per_second > 0.0) {
            return Err(InvalidInput::UnitsPerSecond);
        }
        let config = connection.client.config();
        // A client that was configured by hand names no sleep; the SDK's own retries use the default one then.
        let sleep = config.sleep_impl().or_else(default_async_sleep);
        Ok(Arc::new(Self {
            clock: Clock::start(config.time_source()),
            sleep: sleep.ok_or(InvalidInput::NoSleep)?,
            full: per_second,
            state: Mutex::new(State {
                paid: Duration::ZERO,
                left: per_second,
                throttled: None,
                read: None,
                write: 1.0,
            }),
        }))
    }

    /// Waits until a request may go out, and gives what it was charged.
    pub(crate) async fn turn(&self, asks: Asks) -> f64 {
        loop {
            let (before, wait) = {
                let mut state = self.state();
                let now = self.clock.elapsed();
                if state.paid <= now {
                    let charged = state.expected(asks, self.full);
                    // A gap is made up for in part only.
                    state.paid = state.paid.max(now.saturating_sub(SLACK));
                    self.charge(&mut state, charged, now);
                    return charged;
                }
                (now, state.paid.saturating_sub(now))
            };
            self.sleep.sleep(wait).await;
            self.clock.passed(before.saturating_add(wait));
        }
    }

    /// Corrects what a request was charged by what DynamoDB reports.
    pub(crate) fn answered(&self, charged: f64, units: f64) {
        let mut state = self.state();
        let now = self.clock.elapsed();
        self.charge(&mut state, units - charged, now);
    }

    /// What a page has cost for each item that it examined.
    pub(crate) fn read(&self, examined: usize, units: f64) {
        if examined > 0 {
            self.state().read = Some(units / as_units(examined));
        }
    }

    /// What so many writes have cost.
    pub(crate) fn wrote(&self, units: f64, writes: usize) {
        if writes > 0 {
            self.state().write = units / as_units(writes);
        }
    }

    /// How many items a page may examine, so that it costs about a second's units at most.
    pub(crate) fn limit(&self, limit: Option<i32>) -> i32 {
        let each = self.state().read.unwrap_or(1.0);
        let most = (self.full / each).clamp(1.0, f64::from(i32::MAX));
        #[expect(clippy::cast_possible_truncation, reason = "clamped to the range")]
        let most = most as i32;
        limit.map_or(most, |limit| limit.min(most))
    }

    /// Halves the rate after DynamoDB throttled a request. The rate then rises linearly; see `RECOVERY`.
    pub(crate) fn throttled(&self) {
        let mut state = self.state();
        let now = self.clock.elapsed();
        let known = |at: Duration| now.saturating_sub(at) < ONE_THROTTLE;
        if !state.throttled.is_some_and(known) {
            state.left = (state.rate(self.full, now) / 2.0).max(self.full * LEAST);
            state.throttled = Some(now);
        }
    }

    fn charge(&self, state: &mut State, units: f64, now: Duration) {
        let rate = state.rate(self.full, now) * SHARE;
        let time = Duration::try_from_secs_f64(units.abs() / rate).unwrap_or(Duration::MAX);
        state.paid = if units < 0.0 {
            state.paid.saturating_sub(time)
        } else {
            state.paid.saturating_add(time)
        };
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The rate at a moment: the full one, or what is back since the latest throttling.
    fn rate(&self, full: f64, now: Duration) -> f64 {
        let Some(throttled) = self.throttled else {
            return full;
        };
        let since = now.saturating_sub(throttled);
        full.min(self.left + full * since.div_duration_f64(RECOVERY))
    }

    fn expected(&self, asks: Asks, full: f64) -> f64 {
        match asks {
            // The first page is charged a second's units: nothing is known of its items yet.
            Asks::Page(limit) => match (self.read, limit) {
                (Some(each), Some(limit)) => each * f64::from(limit),
                _ => full,
            },
            Asks::Items(items) => as_units(items),
            Asks::Writes(writes) => self.write * as_units(writes),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "no request has so many items")]
fn as_units(count: usize) -> f64 {
    count as f64
}
