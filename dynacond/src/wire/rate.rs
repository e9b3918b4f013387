//! The rate of bulk work in capacity units a second, for reads and writes together.
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep as _, SharedAsyncSleep, default_async_sleep};

use crate::model::invalid::InvalidInput;
use crate::wire::clock::Clock;
use crate::wire::connection::Connection;

/// The most time that the work may catch up after a gap. Gaps occur because timers wake up late, and because a page must arrive
/// before its items can be written. The rate is lowered a little in return, so that no second has more units than were set.
const SLACK: Duration = Duration::from_millis(20);
const SHARE: f64 = 0.98;
/// How long the rate takes to rise from zero to the full rate.
const RECOVERY: Duration = Duration::from_secs(10);
/// Throttled requests within this time halve the rate only once.
const ONE_THROTTLE: Duration = Duration::from_secs(1);
/// The smallest part of the full rate that remains after throttling.
const LEAST: f64 = 0.01;

/// A bucket of capacity units. A request is sent when all requests before it are paid for. It is charged with its expected units,
/// which are corrected when DynamoDB reports the actual ones.
pub(crate) struct Rate {
    clock: Clock,
    sleep: SharedAsyncSleep,
    /// Units a second.
    full: f64,
    state: Mutex<State>,
}

struct State {
    /// The time when all requests so far are paid for.
    paid: Duration,
    /// The rate after the latest throttling, and its time.
    left: f64,
    throttled: Option<Duration>,
    /// The units for each examined item in the latest page, if there was one.
    read: Option<f64>,
    /// The units of the latest write.
    write: f64,
}

/// The units that a request was charged, and the rate at that time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Charge {
    units: f64,
    rate: f64,
}

/// The kind of a request, which determines its expected units.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asks {
    /// A page with at most this many items.
    Page(Option<i32>),
    /// This many items by their keys.
    Items(usize),
    /// This many writes.
    Writes(usize),
}

impl Rate {
    /// Returns a rate of this many units a second, beginning now.
    pub(crate) fn new(per_second: f64, connection: &Connection) -> Result<Arc<Self>, InvalidInput> {
        if !(per_second.is_finite() && per_second > 0.0) {
            return Err(InvalidInput::UnitsPerSecond);
        }
        let config = connection.client.config();
        // A client that was configured by hand may have no sleep. The SDK's own retries then use the default one.
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

    /// Waits until a request may be sent, and returns its charge.
    pub(crate) async fn turn(&self, asks: Asks) -> Charge {
        loop {
            let (before, wait) = {
                let mut state = self.state();
                let now = self.clock.elapsed();
                if state.paid <= now {
                    let units = state.expected(asks, self.full);
                    // Only a part of a gap can be caught up.
                    state.paid = state.paid.max(now.saturating_sub(SLACK));
                    let rate = state.rate(self.full, now);
                    return state.charge(units, rate);
                }
                (now, state.paid.saturating_sub(now))
            };
            self.sleep.sleep(wait).await;
            self.clock.passed(before.saturating_add(wait));
        }
    }

    /// Corrects the charge of a request by the units that DynamoDB reports.
    pub(crate) fn answered(&self, charged: Charge, units: f64) {
        let mut state = self.state();
        let now = state.rate(self.full, self.clock.elapsed());
        state.correct(charged, units, now);
    }

    /// Notes the units of a page for each examined item.
    pub(crate) fn read(&self, examined: usize, units: f64) {
        if examined > 0 {
            self.state().read = Some(units / as_units(examined));
        }
    }

    /// Notes the units of this many writes.
    pub(crate) fn wrote(&self, units: f64, writes: usize) {
        if writes > 0 {
            self.state().write = units / as_units(writes);
        }
    }

    /// Returns how many items a page may examine, so that it costs at most about the units of one second.
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

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns the current rate: the full rate, or the part that has been reached since the latest throttling.
    fn rate(&self, full: f64, now: Duration) -> f64 {
        let Some(throttled) = self.throttled else {
            return full;
        };
        let since = now.saturating_sub(throttled);
        full.min(self.left + full * since.div_duration_f64(RECOVERY))
    }

    /// Charges this many units at this rate.
    fn charge(&mut self, units: f64, rate: f64) -> Charge {
        self.paid = self.paid.saturating_add(time_of(units, rate));
        Charge { units, rate }
    }

    /// Corrects a charge by the reported units. Units that were charged too much are returned at the rate of the charge, because
    /// after throttling a unit takes more time than it did then.
    fn correct(&mut self, charged: Charge, units: f64, rate: f64) {
        if units < charged.units {
            let back = time_of(charged.units - units, charged.rate);
            self.paid = self.paid.saturating_sub(back);
        } else {
            self.charge(units - charged.units, rate);
        }
    }

    fn expected(&self, asks: Asks, full: f64) -> f64 {
        match asks {
            // The first page is charged with the units of one second, because nothing is known about the items yet.
            Asks::Page(limit) => match (self.read, limit) {
                (Some(each), Some(limit)) => each * f64::from(limit),
                _ => full,
            },
            Asks::Items(items) => as_units(items),
            Asks::Writes(writes) => self.write * as_units(writes),
        }
    }
}

/// Returns the time for this many units at this rate.
fn time_of(units: f64, rate: f64) -> Duration {
    Duration::try_from_secs_f64(units / (rate * SHARE)).unwrap_or(Duration::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "no request has so many items")]
fn as_units(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(full: f64) -> State {
        State {
            paid: Duration::ZERO,
            left: full,
            throttled: None,
            read: None,
            write: 1.0,
        }
    }

    #[test]
    fn what_was_charged_before_a_throttling_is_given_back_in_full_and_no_more() {
        let mut state = state(100.0);
        let kept = state.charge(100.0, 100.0);
        let paid = state.paid;
        let refunded = state.charge(100.0, 100.0);
        // The rate was halved before the answers came.
        state.correct(refunded, 0.0, 50.0);
        assert_eq!(state.paid, paid);
        // Additional units are charged at the current rate.
        state.correct(kept, 150.0, 50.0);
        assert_eq!(state.paid, paid + time_of(50.0, 50.0));
    }
}
