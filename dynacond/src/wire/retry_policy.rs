//! How often and how long a loop tries again, and the bounds of its pauses.
use std::time::Duration;

/// Bounds and pauses of a retry loop, as [`modify`](crate::Store::modify), [`transact`](crate::Store::transact) and
/// [`transact_write`](crate::Store::transact_write) run it.
///
/// The first retry follows at once, with the item that came with the refusal. If it is refused, too, there is a pause: a
/// random time between zero and a bound that doubles from `base` up to `cap` (full jitter). A pause makes the item at hand
/// stale, so what is refused after one is tried again at once with the item that came with the refusal: otherwise a writer
/// that has paused would lose to those that have not, again and again. Where nothing was learnt (throttling, a transaction
/// in the way, a lost answer) there is a pause before each retry. Sleep and clock are the client's
/// (`sleep_impl`, `time_source`), or the SDK's default ones; randomness is the store's.
///
/// A call has one budget of time: its reads, batches, commits and retries share it, however many they are. The time is the
/// sum of the clock's forward steps. A clock that is set back does not prolong the call.
///
/// The default is 100 attempts within 30 seconds, and pauses from 50 up to 500 milliseconds: with 64 writers on one item, a
/// lower number of attempts ends before contention does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How often the write is sent at most; at least once.
    pub attempts: u32,
    /// No retry begins later than this after the call began.
    pub elapsed: Duration,
    /// The bound of the first pause.
    pub base: Duration,
    /// The greatest bound of a pause.
    pub cap: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 100,
            elapsed: Duration::from_secs(30),
            base: Duration::from_millis(50),
            cap: Duration::from_millis(500),
        }
    }
}

impl RetryPolicy {
    /// At most this many attempts.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// No retry later than this after the call began.
    #[must_use]
    pub fn with_elapsed(mut self, elapsed: Duration) -> Self {
        self.elapsed = elapsed;
        self
    }

    /// Pauses from `base`, doubled up to `cap`.
    #[must_use]
    pub fn with_backoff(mut self, base: Duration, cap: Duration) -> Self {
        self.base = base;
        self.cap = cap;
        self
    }

    /// The bound of the pause that follows so many others.
    pub(crate) fn bound(&self, pauses: u32) -> Duration {
        self.base
            .saturating_mul(2_u32.saturating_pow(pauses))
            .min(self.cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_double_up_to_the_cap() {
        let policy = RetryPolicy::default()
            .with_backoff(Duration::from_millis(100), Duration::from_millis(350));
        let bounds: Vec<_> = (0..5)
            .map(|pauses| policy.bound(pauses).as_millis())
            .collect();
        assert_eq!(bounds, [100, 200, 350, 350, 350]);
    }
}
