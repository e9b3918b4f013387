//! Measures how long a call has been running, with a clock that may be set back.
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_smithy_async::time::SharedTimeSource;

/// The running time of a call: the sum of the forward steps of the client's time source.
///
/// A step back counts as nothing. So a clock that is set back does not prolong a call, and does not make an old token valid again.
/// The clock is read before and after each request, so a step back hides the time of at most one request.
pub(crate) struct Clock {
    source: Option<SharedTimeSource>,
    seen: Mutex<Seen>,
}

struct Seen {
    latest: SystemTime,
    elapsed: Duration,
}

impl Clock {
    pub(crate) fn start(source: Option<SharedTimeSource>) -> Self {
        let latest = now(source.as_ref());
        let seen = Mutex::new(Seen {
            latest,
            elapsed: Duration::ZERO,
        });
        Self { source, seen }
    }

    /// The time of the wall clock.
    pub(crate) fn wall(&self) -> SystemTime {
        now(self.source.as_ref())
    }

    /// Returns how long the call has been running.
    pub(crate) fn elapsed(&self) -> Duration {
        self.step(Duration::ZERO)
    }

    /// Counts a pause that has just ended, in full even if the clock was set back during the pause.
    ///
    /// Call this right after the pause, and [`elapsed`](Self::elapsed) right before the pause.
    pub(crate) fn slept(&self, pause: Duration) {
        self.step(pause);
    }

    /// Counts a pause that ended at `moment`. Other tasks may have waited for the same pause. The client's sleep may advance
    /// although its clock does not, as in a test that pauses tokio's time.
    pub(crate) fn passed(&self, moment: Duration) {
        self.step(Duration::ZERO);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.elapsed = seen.elapsed.max(moment);
    }

    /// Does not count the time since the clock was last read.
    pub(crate) fn skip(&self) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.latest = self.wall();
    }

    /// Adds the step since the clock was last read, but at least `least`.
    fn step(&self, least: Duration) -> Duration {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.wall();
        let step = now.duration_since(seen.latest).unwrap_or_default();
        seen.latest = now;
        seen.elapsed = seen.elapsed.saturating_add(step.max(least));
        seen.elapsed
    }
}

/// Returns whole seconds since 1970, or 0 if the clock is set to an earlier time.
pub(crate) fn seconds(time: SystemTime) -> u64 {
    let since_1970 = time.duration_since(SystemTime::UNIX_EPOCH);
    since_1970.unwrap_or_default().as_secs()
}

pub(crate) fn now(source: Option<&SharedTimeSource>) -> SystemTime {
    source.map_or_else(SystemTime::now, SharedTimeSource::now)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aws_smithy_async::time::TimeSource;

    use super::*;

    /// A clock that is set by hand.
    #[derive(Clone, Debug)]
    struct Hand(Arc<Mutex<SystemTime>>);

    impl Hand {
        fn set(&self, seconds: u64) {
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = time;
        }
    }

    impl TimeSource for Hand {
        fn now(&self) -> SystemTime {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    fn clock() -> (Hand, Clock) {
        let hand = Hand(Arc::new(Mutex::new(SystemTime::UNIX_EPOCH)));
        hand.set(1000);
        let clock = Clock::start(Some(SharedTimeSource::new(hand.clone())));
        (hand, clock)
    }

    #[test]
    fn only_forward_steps_count() {
        let (hand, clock) = clock();
        for (at, elapsed) in [(1003, 3), (400, 3), (405, 8), (405, 8), (1003, 606)] {
            hand.set(at);
            assert_eq!(clock.elapsed(), Duration::from_secs(elapsed), "at {at}");
        }
    }

    #[test]
    fn pauses_that_overlap_count_once() {
        let (hand, clock) = clock();
        // The clock does not advance while two tasks sleep until the fifth second, and a third one until the seventh.
        for moment in [5, 5, 7] {
            clock.passed(Duration::from_secs(moment));
        }
        assert_eq!(clock.elapsed(), Duration::from_secs(7));
        hand.set(1003);
        assert_eq!(clock.elapsed(), Duration::from_secs(10));
    }

    #[test]
    fn a_pause_counts_in_full_though_the_clock_was_set_back_meanwhile() {
        let (hand, clock) = clock();
        hand.set(10);
        clock.slept(Duration::from_secs(5));
        assert_eq!(clock.elapsed(), Duration::from_secs(5));
        hand.set(17);
        clock.slept(Duration::from_secs(5));
        assert_eq!(clock.elapsed(), Duration::from_secs(12), "once, not twice");
    }
}
