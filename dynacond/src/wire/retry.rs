//! One run of a retry loop: its attempts, and the pauses between them.
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep as _, default_async_sleep};

use crate::wire::call::Call;
use crate::wire::failure::Failure;

use crate::wire::retry_policy::RetryPolicy;

/// The reason for the next attempt.
#[derive(Clone, Copy)]
pub(crate) enum Pause {
    /// The write was refused, and the refusal carried the current item.
    Refreshed,
    /// Nothing new is known.
    Backoff,
    /// The earlier attempt needs this time to end.
    AtLeast(Duration),
}

/// The pauses of one loop.
#[derive(Clone, Copy, Default)]
pub(crate) struct Rhythm {
    refusals: u32,
    failures: u32,
}

impl Rhythm {
    /// Returns the pause before the next attempt.
    pub(crate) fn next(&mut self, policy: &RetryPolicy, random: u128, pause: Pause) -> Duration {
        match pause {
            Pause::Refreshed => {
                let refusals = self.refusals;
                self.refusals += 1;
                policy
                    .before_refused(refusals)
                    .map_or(Duration::ZERO, |bound| {
                        // A writer that waits at least half of the bound does not meet the others again at once.
                        let half = bound / 2;
                        half + full_jitter(bound.saturating_sub(half), random)
                    })
            }
            Pause::Backoff => self.after_failure(policy, random),
            Pause::AtLeast(least) => least + self.after_failure(policy, random),
        }
    }

    fn after_failure(&mut self, policy: &RetryPolicy, random: u128) -> Duration {
        let bound = policy.after_failures(self.failures);
        self.failures += 1;
        full_jitter(bound, random)
    }
}

/// One run of a retry loop. It counts its own attempts, within the time of its call.
pub(crate) struct Retry<'a> {
    call: &'a Call,
    pub(crate) attempts: u32,
    rhythm: Rhythm,
    /// Whether the latest attempt followed a pause. What was known before the pause may have changed.
    pub(crate) paused: bool,
}

impl<'a> Retry<'a> {
    pub(crate) const fn start(call: &'a Call) -> Self {
        Self {
            call,
            attempts: 1,
            rhythm: Rhythm {
                refusals: 0,
                failures: 0,
            },
            paused: false,
        }
    }

    /// Waits for the next attempt after a failure, if the failure may be temporary. Returns `false` if there is no next attempt.
    /// The first time that DynamoDB did not answer is traced at once, because the loop may run for a long time.
    pub(crate) async fn again_after(&mut self, failure: &Failure, table: &str) -> bool {
        self.is_worth_it(failure, table) && self.again(Pause::Backoff).await
    }

    /// Notes a failure: throttling lowers the rate, and the first missing answer is traced. Returns whether another attempt may succeed.
    pub(crate) fn is_worth_it(&self, failure: &Failure, table: &str) -> bool {
        if failure.is_throttling() {
            self.call.throttled();
        }
        let is_worth_it = failure.is_worth_retrying(self.attempts);
        if is_worth_it && self.attempts == 1 && failure.code.is_none() {
            let cause = &failure.cause;
            tracing::warn!(target: "dynacond::trace", table, %cause, "no answer, trying again");
        }
        is_worth_it
    }

    /// Waits for the next attempt. Returns `false` if there is none.
    pub(crate) async fn again(&mut self, pause: Pause) -> bool {
        let Call {
            connection, clock, ..
        } = self.call;
        let policy = &connection.retry;
        if self.attempts >= policy.attempts {
            return false;
        }
        let pause = self.rhythm.next(policy, (connection.random)(), pause);
        if clock.elapsed().saturating_add(pause) > policy.elapsed {
            return false;
        }
        if !pause.is_zero() {
            sleep(self.call, pause).await;
        }
        self.attempts += 1;
        self.paused = !pause.is_zero();
        true
    }
}

/// Waits with the client's sleep.
pub(crate) async fn sleep(call: &Call, pause: Duration) {
    // A client that was configured by hand names no sleep; the SDK's own retries use the default one then.
    let sleep = call.connection.client.config().sleep_impl();
    if let Some(sleep) = sleep.or_else(default_async_sleep) {
        sleep.sleep(pause).await;
        call.clock.slept(pause);
    }
}

/// Returns a random part of the bound.
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

    /// Returns the pauses in milliseconds after this number of refusals, for the greatest random number.
    fn after_refusals(policy: &RetryPolicy, count: usize) -> Vec<u128> {
        let mut rhythm = Rhythm::default();
        let pause = |_| {
            let bound = u128::from(u64::MAX);
            rhythm.next(policy, bound, Pause::Refreshed).as_millis()
        };
        (0..count).map(pause).collect()
    }

    #[test]
    fn who_was_refused_more_often_waits_less() {
        let (base, cap) = (Duration::from_millis(50), Duration::from_millis(400));
        let policy = RetryPolicy::default().with_backoff(base, cap);
        let pauses = after_refusals(&policy, 6);
        assert_eq!(pauses[0], 0, "the refused item is used at once");
        for (pause, bound) in pauses[1..].iter().zip([400, 133, 50, 50, 50]) {
            assert!((bound / 2..=bound).contains(pause), "{pauses:?}");
        }
        let first = after_refusals(&RetryPolicy::cheapest(), 1)[0];
        assert!((250..=500).contains(&first), "{first}");
        let default = after_refusals(&RetryPolicy::default(), 2);
        assert_eq!(default[0], 0);
        assert!((310..=620).contains(&default[1]), "{default:?}");
    }

    #[test]
    fn a_policy_without_pauses_waits_for_nothing() {
        let policy = RetryPolicy::default().with_backoff(Duration::ZERO, Duration::ZERO);
        assert_eq!(after_refusals(&policy, 4), [0; 4]);
        assert_eq!(
            after_refusals(
                &RetryPolicy {
                    at_once: false,
                    ..policy
                },
                2
            ),
            [0; 2]
        );
    }

    #[test]
    fn pauses_after_failures_double() {
        let policy =
            RetryPolicy::default().with_backoff(Duration::from_nanos(1), Duration::from_nanos(5));
        let mut rhythm = Rhythm::default();
        let mut pause = |random| rhythm.next(&policy, random, Pause::Backoff).as_nanos();
        assert_eq!([pause(1), pause(2), pause(4), pause(5)], [1, 2, 4, 5]);
    }
}
