//! One run of a loop that tries again: its attempts, and the pauses between them.
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep as _, default_async_sleep};

use crate::wire::call::Call;
use crate::wire::failure::Failure;

/// What precedes the next attempt.
#[derive(Clone, Copy)]
pub(crate) enum Pause {
    /// The refusal brought the item as it is now, which a pause would make stale: at once, unless the attempt before was
    /// at once, too.
    Refreshed,
    /// Nothing has changed but the time.
    Backoff,
    /// The earlier attempt needs this long to end.
    AtLeast(Duration),
}

/// One run of a retry loop: attempts of its own, in the time that its call has.
pub(crate) struct Retry<'a> {
    call: &'a Call,
    pub(crate) attempts: u32,
    pauses: u32,
    /// Whether the latest attempt is the first one, or followed a pause.
    rested: bool,
    /// When its time began, within the call.
    since: Duration,
}

impl<'a> Retry<'a> {
    pub(crate) const fn start(call: &'a Call) -> Self {
        Self {
            call,
            attempts: 1,
            pauses: 0,
            rested: true,
            since: Duration::ZERO,
        }
    }

    /// A loop with time of its own: one page of a read whose pages before it have come.
    pub(crate) fn of_page(call: &'a Call) -> Self {
        Self {
            since: call.clock.elapsed(),
            ..Self::start(call)
        }
    }

    /// After a failure: waits for the next attempt, if the failure may pass; `false` if there is none. The first time that
    /// nothing was heard of DynamoDB is told at once, for the loop may be long.
    pub(crate) async fn again_after(&mut self, failure: &Failure, table: &str) -> bool {
        if !failure.is_worth_retrying(self.attempts) {
            return false;
        }
        self.tell_first(failure, table);
        self.again(Pause::Backoff).await
    }

    pub(crate) fn tell_first(&self, failure: &Failure, table: &str) {
        if self.attempts == 1 && failure.code.is_none() {
            let cause = &failure.cause;
            tracing::warn!(target: "dynacond::trace", table, %cause, "no answer, trying again");
        }
    }

    /// Waits for the next attempt; `false` if there is none.
    pub(crate) async fn again(&mut self, pause: Pause) -> bool {
        let Call {
            connection, clock, ..
        } = self.call;
        let policy = &connection.retry;
        if self.attempts >= policy.attempts {
            return false;
        }
        let at_once = matches!(pause, Pause::Refreshed) && self.rested;
        let pause = if at_once {
            Duration::ZERO
        } else {
            let least = match pause {
                Pause::AtLeast(least) => least,
                Pause::Refreshed | Pause::Backoff => Duration::ZERO,
            };
            full_jitter(policy.bound(self.pauses), (connection.random)()) + least
        };
        let elapsed = clock.elapsed().saturating_sub(self.since);
        if elapsed.saturating_add(pause) > policy.elapsed {
            return false;
        }
        // A client that was configured by hand names no sleep; the SDK's own retries use the default one then.
        let sleep = connection.client.config().sleep_impl();
        if !pause.is_zero()
            && let Some(sleep) = sleep.or_else(default_async_sleep)
        {
            sleep.sleep(pause).await;
            clock.slept(pause);
        }
        self.attempts += 1;
        self.pauses += u32::from(!at_once);
        self.rested = !at_once;
        true
    }
}

/// A random part of the bound.
fn full_jitter(bound: Duration, random: u128) -> Duration {
    let bound = bound.as_nanos();
    let nanos = if bound == 0 { 0 } else { random % (bound + 1) };
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_spans_from_zero_to_the_bound() {
        let bound = Duration::from_nanos(9);
        assert_eq!(full_jitter(bound, 10), Duration::ZERO);
        assert_eq!(full_jitter(bound, 19), bound);
        assert_eq!(full_jitter(Duration::ZERO, 7), Duration::ZERO);
    }
}
