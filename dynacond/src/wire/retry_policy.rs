//! The retry policy: how often and how long a loop tries again, and the bounds of its pauses.
use std::time::Duration;

/// The bounds and pauses of retries in [`modify`](crate::Store::modify), [`transact`](crate::Store::transact),
/// [`transact_write`](crate::Store::transact_write) and reads.
///
/// If a write is refused because another writer was faster, it is retried by these rules:
/// - The first retry follows at once, with the item that came with the refusal.
/// - Before each later retry there is a pause, and then the item is read again, because other writers change it during the pause. A
///   read costs a fifth of the write that would be refused.
/// - The first pause is the longest: a random time between half of `cap` and `cap`. The bound of each later pause is a third of the
///   one before, down to `base`. So a writer that has waited long is faster than one that has just begun.
///
/// After a failure without new information (throttling, another transaction, a lost answer), there is a pause before each retry. It
/// is a random time between zero and a bound that doubles from `base` up to `cap` (full jitter). Sleep and clock are the client's
/// (`sleep_impl`, `time_source`), or the SDK's defaults. The randomness is the store's.
///
/// All reads, batches, commits and retries of a call share one budget of time. The time is the sum of the clock's forward steps, so a
/// clock that is set back does not prolong the call.
///
/// The default is 100 attempts within 30 seconds, and pauses from 620 down to 20 milliseconds. With fewer attempts, some of 64
/// writers on one item would run out of attempts. [`cheapest`](Self::cheapest) saves write units and takes longer.
#[doc(alias("backoff", "RetryConfig"))]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The most attempts, at least one.
    pub attempts: u32,
    /// No retry begins later than this after the call began.
    pub elapsed: Duration,
    /// The lowest bound of a pause.
    pub base: Duration,
    /// The greatest bound of a pause.
    pub cap: Duration,
    /// Whether the first retry of a refused write follows at once.
    pub at_once: bool,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 100,
            elapsed: Duration::from_secs(30),
            base: Duration::from_millis(20),
            cap: Duration::from_millis(620),
            at_once: true,
        }
    }
}

impl RetryPolicy {
    /// Returns the policy with the lowest price: there is a pause and a read after every refusal, also after the first. The pauses
    /// fall from 500 milliseconds. On a contended item, fewer writes are refused than with the default, and a change takes longer.
    #[must_use]
    pub fn cheapest() -> Self {
        Self {
            at_once: false,
            cap: Duration::from_millis(500),
            ..Self::default()
        }
    }

    /// Sets the greatest number of attempts.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Sets the time after the beginning of the call after which no retry begins.
    #[must_use]
    pub fn with_elapsed(mut self, elapsed: Duration) -> Self {
        self.elapsed = elapsed;
        self
    }

    /// Sets the bounds of the pauses. With two zeros, there are no pauses.
    #[must_use]
    pub fn with_backoff(mut self, base: Duration, cap: Duration) -> Self {
        self.base = base;
        self.cap = cap;
        self
    }

    /// Returns the bound of the pause after this number of failures without new information.
    pub(crate) fn after_failures(&self, failures: u32) -> Duration {
        self.base
            .saturating_mul(2_u32.saturating_pow(failures))
            .min(self.cap)
    }

    /// Returns the bound of the pause after a refusal that followed this number of refusals, or `None` for no pause.
    pub(crate) fn before_refused(&self, refusals: u32) -> Option<Duration> {
        let pauses = refusals.checked_sub(u32::from(self.at_once))?;
        let bound = self.cap / 3_u32.saturating_pow(pauses);
        Some(bound.max(self.base).min(self.cap))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_after_failures_double_up_to_the_cap() {
        let policy = RetryPolicy::default()
            .with_backoff(Duration::from_millis(100), Duration::from_millis(350));
        let bounds: Vec<_> = (0..5)
            .map(|pauses| policy.after_failures(pauses).as_millis())
            .collect();
        assert_eq!(bounds, [100, 200, 350, 350, 350]);
    }
}
