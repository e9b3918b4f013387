//! One call of the user: its connection, its time, and the units of all its requests.
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};

use crate::wire::clock::Clock;
use crate::wire::connection::Connection;
use crate::wire::rate::{Asks, Charge, Rate};

/// What is counted of a call: each one includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Meter {
    /// Nothing: a read goes out as the client sends it.
    Nothing,
    /// The requests that are sent, for a span.
    Requests,
    /// The units that they consume: each request asks for them.
    Units,
}

/// One call: the connection, a clock, and a meter.
pub(crate) struct Call {
    pub(crate) connection: Arc<Connection>,
    pub(crate) clock: Clock,
    /// The rate that delays the requests of this call. With a rate, requests are sent one after the other.
    rate: Option<Arc<Rate>>,
    /// The charge of the current request.
    charged: Mutex<Option<Charge>>,
    pub(crate) meter: Meter,
    consumed: Mutex<Consumed>,
    sent: AtomicU32,
    writes: AtomicU32,
}

impl Call {
    pub(crate) fn new(connection: Arc<Connection>, meter: Meter) -> Self {
        let consumed = Mutex::default();
        Self {
            clock: Clock::start(connection.client.config().time_source()),
            connection,
            rate: None,
            charged: Mutex::default(),
            meter,
            consumed,
            sent: AtomicU32::new(0),
            writes: AtomicU32::new(0),
        }
    }

    /// A call for long work that has a rate, which is a rate of units.
    pub(crate) fn paced(connection: Arc<Connection>, rate: Arc<Rate>) -> Self {
        Self {
            rate: Some(rate),
            ..Self::new(connection, Meter::Units)
        }
    }

    /// A part of this call with its own time. It sends one request after the other, and [`end`](Self::end) adds its units.
    pub(crate) fn part(&self) -> Arc<Self> {
        Arc::new(Self {
            rate: self.rate.clone(),
            ..Self::new(Arc::clone(&self.connection), self.meter)
        })
    }

    /// Adds the units of a part.
    pub(crate) fn end(&self, part: &Self) {
        self.also_consumed(part.consumed());
    }

    /// Waits until a request may be sent. This pause does not count as time of the call, which limits the retries.
    pub(crate) async fn turn(&self, asks: Asks) {
        if let Some(rate) = &self.rate {
            self.clock.elapsed();
            let charged = rate.turn(asks).await;
            self.clock.skip();
            *self.charged.lock().unwrap_or_else(PoisonError::into_inner) = Some(charged);
        }
    }

    /// Returns the `Limit` of a page, which a rate may lower.
    pub(crate) fn limit(&self, limit: Option<i32>) -> Option<i32> {
        match &self.rate {
            Some(rate) => Some(rate.limit(limit)),
            None => limit,
        }
    }

    /// Notes that DynamoDB throttled a request.
    pub(crate) fn throttled(&self) {
        if let Some(rate) = &self.rate {
            rate.throttled();
        }
    }

    /// Notes the units of a page, and how many items it examined.
    pub(crate) fn read_page(&self, capacity: Option<ConsumedCapacity>, examined: usize) {
        if let Some(rate) = &self.rate
            && let Some(units) = capacity
                .as_ref()
                .and_then(|capacity| capacity.capacity_units)
        {
            rate.read(examined, units);
        }
        self.read(capacity);
    }

    /// Adds the units of another call that did work for this one.
    pub(crate) fn also_consumed(&self, other: Consumed) {
        self.sent.fetch_add(other.attempts, Ordering::Relaxed);
        let mut consumed = self.consumed.lock().unwrap_or_else(PoisonError::into_inner);
        consumed.reported += other.reported;
        consumed.read_units += other.read_units;
        consumed.write_units += other.write_units;
    }

    /// Counts the writes of the call, which a loop sends one after the other.
    pub(crate) fn next_attempt(&self) -> u32 {
        self.writes.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Returns the setting with which DynamoDB reports the units of a request.
    pub(crate) fn return_capacity(&self) -> Option<ReturnConsumedCapacity> {
        (self.meter == Meter::Units).then_some(ReturnConsumedCapacity::Total)
    }

    /// Counts an attempt: the first one of a request, or one that the SDK sends again.
    pub(crate) fn sent(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn wrote(&self, capacity: Option<ConsumedCapacity>) {
        self.wrote_all(capacity, 1);
    }

    /// Adds the units of a request with this number of writes, from its capacity in each table.
    pub(crate) fn wrote_all(
        &self,
        capacity: impl IntoIterator<Item = ConsumedCapacity>,
        writes: usize,
    ) {
        let units = units_of(capacity);
        if let (Some(rate), Some(units)) = (&self.rate, units) {
            rate.wrote(units, writes);
        }
        self.add(units, |consumed, units| consumed.write_units += units);
    }

    /// Adds the units of a request that reads, from its capacity in each table.
    pub(crate) fn read(&self, capacity: impl IntoIterator<Item = ConsumedCapacity>) {
        let units = units_of(capacity);
        self.add(units, |consumed, units| consumed.read_units += units);
    }

    fn add(&self, units: Option<f64>, add: impl FnOnce(&mut Consumed, f64)) {
        if let Some(units) = units {
            let mut consumed = self.consumed.lock().unwrap_or_else(PoisonError::into_inner);
            consumed.reported += 1;
            add(&mut consumed, units);
            drop(consumed);
            let charged = self
                .charged
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            if let (Some(rate), Some(charged)) = (&self.rate, charged) {
                rate.answered(charged, units);
            }
        }
    }

    pub(crate) fn consumed(&self) -> Consumed {
        let consumed = *self.consumed.lock().unwrap_or_else(PoisonError::into_inner);
        Consumed {
            attempts: self.sent.load(Ordering::Relaxed),
            ..consumed
        }
    }
}

/// The units that one request reported for all its tables together. Units that are not reported are not zero.
fn units_of(capacity: impl IntoIterator<Item = ConsumedCapacity>) -> Option<f64> {
    let capacity = capacity.into_iter();
    let units = capacity.filter_map(|capacity| capacity.capacity_units);
    units.reduce(|sum, units| sum + units)
}

/// The capacity units that DynamoDB reported for a call, summed over its attempts. The sum is a lower bound, because a refused or lost
/// attempt costs units and does not report them.
///
/// See [Capacity unit consumption](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Consumed {
    /// Read capacity units.
    pub read_units: f64,
    /// Write capacity units.
    pub write_units: f64,
    /// The number of requests that were sent, including the SDK's resends.
    pub attempts: u32,
    /// The number of requests that reported their units.
    pub reported: u32,
}

impl Consumed {
    /// Returns the number of attempts that reported no units, because they were refused, failed or lost.
    #[must_use]
    pub const fn unreported(&self) -> u32 {
        self.attempts.saturating_sub(self.reported)
    }
}

/// The result of `send_metered`: an outcome, and the units that it cost.
#[derive(Debug)]
#[non_exhaustive]
pub struct Metered<T> {
    /// The result that `send` would have returned.
    pub outcome: T,
    /// The units, for a success as well as for an error.
    pub consumed: Consumed,
}

impl<T> Metered<T> {
    pub(crate) fn new(outcome: T, call: &Call) -> Self {
        let consumed = call.consumed();
        Self { outcome, consumed }
    }

    /// The result of a call that sent nothing.
    pub(crate) fn unsent(outcome: T) -> Self {
        let consumed = Consumed::default();
        Self { outcome, consumed }
    }
}
