//! The writers. Each is a client with its own clock, which jumps.
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::Client;
use dynacond::{RetryPolicy, Store};
use dynacond_local::Local;
use tokio::time::Instant;

/// A clock that goes with the paused one, and is set forwards and back.
#[derive(Clone, Debug)]
pub struct Clock {
    began: Instant,
    ahead: Arc<AtomicI64>,
}

impl Clock {
    fn new(ahead: i64) -> Self {
        Self {
            began: Instant::now(),
            ahead: Arc::new(AtomicI64::new(ahead)),
        }
    }

    /// Sets it forwards, or back, by so many seconds.
    pub fn jump(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl aws_smithy_async::time::TimeSource for Clock {
    fn now(&self) -> SystemTime {
        let ahead = self.ahead.load(Ordering::Relaxed);
        let since = 1_700_000_000_u64.saturating_add_signed(ahead);
        SystemTime::UNIX_EPOCH + Duration::from_secs(since) + self.began.elapsed()
    }
}

pub struct Writer {
    pub store: Store,
    pub clock: Clock,
    /// Another process of the same writer, whose clock stays as it is.
    pub second: Store,
}

impl Writer {
    /// A writer whose clock is so many seconds ahead.
    pub fn new(local: &Local, ahead: i64) -> Self {
        let clock = Clock::new(ahead);
        Self {
            store: store(local, clock.clone()),
            second: store(local, Clock::new(ahead)),
            clock,
        }
    }
}

fn store(local: &Local, clock: Clock) -> Store {
    let config = local.config().time_source(clock);
    let store = Store::builder(Client::from_conf(config.build()));
    store.retry(policy()).build()
}

/// Short pauses, because the time is virtual and others write during them anyway.
fn policy() -> RetryPolicy {
    RetryPolicy::default().with_backoff(Duration::from_micros(1), Duration::from_micros(9))
}
