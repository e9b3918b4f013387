//! `create_all`, `save_all` and `delete_all`: many single writes of one kind, each with its own guard and its own outcome.
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::future::Pending;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::error::error::Result;
use crate::expression::condition::IntoCondition;
use crate::model::invalid::InvalidInput;
use crate::model::item::Versioned;
use crate::model::key::Key;
use crate::model::stored::Stored;
use crate::outcome::progress::{Progress, Told};
use crate::outcome::watch::{Seeing, Unwatched, Watch};
use crate::verbs::bulk::pace::Pace;
use crate::verbs::verb::{self, Ready, SentByAwait, Unguarded, Verb};
use crate::verbs::write_request::WriteRequest;
use crate::wire::call::{Meter, Metered};
use crate::wire::connection::Connection;
use crate::wire::retry::Retry;
use crate::wire::shared_rate::{ChosenRate, SharedRate};
use crate::write::preview::Preview;

/// Many writes that are not sent yet. [`Store::create_all`](crate::Store::create_all), `save_all` and `delete_all` return it.
///
/// Each item is a separate write under the guard of its verb, and has its own outcome. BatchWriteItem would save requests, but no capacity
/// units. It takes no conditions, so it would overwrite what others wrote.
#[must_use = "nothing is sent until `.send().await`"]
pub struct WriteAll<I, V, W = Unwatched> {
    connection: Arc<Connection>,
    requests: Vec<WriteRequest<I, V>>,
    pace: Pace<W>,
}

impl<I, V, W> fmt::Debug for WriteAll<I, V, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteAll")
            .field("requests", &self.requests)
            .finish_non_exhaustive()
    }
}

impl<I, V> WriteAll<I, V> {
    pub(crate) const fn new(
        connection: Arc<Connection>,
        requests: Vec<WriteRequest<I, V>>,
    ) -> Self {
        Self {
            connection,
            requests,
            pace: Pace::new(),
        }
    }
}

impl<I, V, W> WriteAll<I, V, W> {
    /// Sets how many requests are in flight at the same time; the default is 16. With `1` the items are written one after the other, in their
    /// order. With `0` nothing is sent, and every outcome is [`Invalid`](crate::Error::Invalid).
    pub const fn concurrency(mut self, requests: usize) -> Self {
        self.pace.concurrency = requests;
        self
    }

    /// Sets a rate in capacity units for each second, as DynamoDB reports them. The rate is halved while DynamoDB throttles.
    pub fn units_per_second(mut self, units: f64) -> Self {
        self.pace.rate = Some(ChosenRate::Own(units));
        self
    }

    /// Shares a rate with other calls: see [`Store::shared_rate`](crate::Store::shared_rate).
    pub fn shared_rate(mut self, rate: &SharedRate) -> Self {
        self.pace.rate = Some(ChosenRate::Shared(rate.clone()));
        self
    }

    /// Calls the closure with the progress: once a second while items get their outcomes, and at the end. A second closure is called as well.
    pub fn on_progress<P: FnMut(&Progress)>(self, see: P) -> WriteAll<I, V, Seeing<W, P>> {
        WriteAll {
            connection: self.connection,
            requests: self.requests,
            pace: self.pace.seen_by(see),
        }
    }

    fn each<T>(
        self,
        change: impl FnMut(WriteRequest<I, V>) -> WriteRequest<I, T>,
    ) -> WriteAll<I, T, W> {
        WriteAll {
            connection: self.connection,
            requests: self.requests.into_iter().map(change).collect(),
            pace: self.pace,
        }
    }
}

impl<I: Versioned, V: Verb, W> WriteAll<I, V, W> {
    /// Adds a condition on each stored item. With a second `when`, both conditions must be true.
    pub fn when<C: IntoCondition<I>>(
        self,
        condition: impl FnOnce(I::Attributes) -> C,
    ) -> WriteAll<I, V::When, W> {
        let condition = condition(I::ATTRIBUTES).into_condition();
        self.each(|request| request.when(|_| condition.clone()))
    }

    /// Returns the request that [`send`](Self::send) would send for each item, in order. Nothing is sent.
    ///
    /// # Errors
    /// For each item, the errors of `send` that come before anything is sent.
    #[must_use]
    pub fn preview(&self) -> Vec<Result<Preview>> {
        let twice = twice(&self.requests);
        let preview = |request: &WriteRequest<I, V>| match &twice {
            Some(twice) => Err(twice.clone().into()),
            None => request.preview(),
        };
        self.requests.iter().map(preview).collect()
    }
}

impl<I: Versioned, W> WriteAll<I, verb::Delete, W> {
    /// Returns `Ok` for a missing item, too. See [`WriteRequest::or_gone`].
    pub fn or_gone(self) -> WriteAll<I, verb::DeleteOrGone, W> {
        self.each(WriteRequest::or_gone)
    }
}

impl<I: Versioned, V, W> WriteAll<I, Unguarded<V>, W>
where
    Unguarded<V>: Verb,
{
    /// Deletes without a condition, including what others wrote.
    pub fn unconditional(self) -> WriteAll<I, <Unguarded<V> as Verb>::When, W> {
        self.each(WriteRequest::unconditional)
    }
}

impl<I: Versioned, V: Ready, W: Watch> WriteAll<I, V, W> {
    /// Sends the writes, and returns the outcome of each item, in the order of the items. An outcome is what [`WriteRequest::send`] returns.
    /// If one item fails, the others are still written. Requests are sent in any order, as many at a time as
    /// [`concurrency`](Self::concurrency) says.
    ///
    /// Your own future polls the requests, without tasks and without a runtime. If you drop the future, the outcome of the writes in flight is
    /// unknown, because their requests may be on their way.
    ///
    /// # Errors
    /// For each item, the errors of its verb, including [`OutcomeUnknown`](crate::Error::OutcomeUnknown). If two items have the
    /// same key, every outcome is [`Invalid`](crate::Error::Invalid) with [`SameKey`](crate::InvalidInput::SameKey), which names
    /// both, and nothing is sent.
    ///
    /// ```no_run
    /// # use dynacond::{Error, Store, Versioned};
    /// # async fn f<Order: Versioned>(store: Store, orders: Vec<Order>) {
    /// for (position, outcome) in store.create_all(orders).send().await.into_iter().enumerate() {
    ///     match outcome {
    ///         Ok(order) => println!("order {position} is stored"),
    ///         Err(Error::AlreadyExists(refusal)) => println!("order {position} was there before: {refusal}"),
    ///         Err(other) => println!("order {position}: {other}"),
    ///     }
    /// }
    /// # }
    /// ```
    pub async fn send(self) -> Vec<Result<V::Output<I>>> {
        self.run(Meter::Requests).await.outcome
    }

    /// Does the same as [`send`](Self::send), and also returns the capacity units that DynamoDB reported for all requests together.
    pub async fn send_metered(self) -> Metered<Vec<Result<V::Output<I>>>> {
        self.run(Meter::Units).await
    }

    async fn run(self, meter: Meter) -> Metered<Vec<Result<V::Output<I>>>> {
        let ready = match twice(&self.requests) {
            Some(twice) => Err(twice),
            None => self.pace.call(&self.connection, meter),
        };
        let call = match &ready {
            Ok(call) => call,
            Err(invalid) => {
                let refused = |_| Err(invalid.clone().into());
                return Metered::unsent(self.requests.iter().map(refused).collect());
            }
        };
        let mut outcomes = Vec::with_capacity(self.requests.len());
        let requests = self.requests.into_iter().enumerate();
        let sent = requests.map(|(position, request)| async move {
            let part = call.part();
            // The retry policy decides how long throttling is waited out.
            let retry = &mut Retry::start(&part);
            let outcome = request.run_within(&part, Some(retry)).await;
            let outcome = outcome.and_then(V::output);
            call.end(&part);
            (position, part.consumed().attempts, outcome)
        });
        let done = |(position, attempts, outcome): (usize, u32, Result<_>)| {
            let told = Told::of(&outcome, attempts);
            outcomes.push((position, outcome));
            told
        };
        self.pace.run(call, sent, done).await;
        outcomes.sort_by_key(|(position, _)| *position);
        let outcomes = outcomes.into_iter().map(|(_, outcome)| outcome);
        Metered::new(outcomes.collect(), call)
    }
}

/// This impl exists only for its compiler message. An `async fn` would repeat the message at its call, at its future and at its
/// `.await`.
#[doc(hidden)]
impl<I: Versioned, V, W> WriteAll<I, Unguarded<V>, W> {
    pub fn send(self) -> Pending<Vec<Result<Stored<I>>>>
    where
        Unguarded<V>: Ready,
    {
        std::future::pending()
    }

    pub fn send_metered(self) -> Pending<Metered<Vec<Result<Stored<I>>>>>
    where
        Unguarded<V>: Ready,
    {
        std::future::pending()
    }
}

/// This impl exists only for its compiler message.
#[doc(hidden)]
impl<I: SentByAwait, V, W> Future for WriteAll<I, V, W> {
    type Output = Vec<Result<Stored<I>>>;
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        match I::NEVER {}
    }
}

/// Returns the first item that has the same key as an earlier one, if there is one.
fn twice<I: Versioned, V>(requests: &[WriteRequest<I, V>]) -> Option<InvalidInput> {
    same_key(requests.iter().map(|request| &request.key))
}

/// Returns the first key that occurs twice. A key that DynamoDB would refuse is an error of its own item.
pub(crate) fn same_key<'k, I: Versioned + 'k>(
    keys: impl Iterator<Item = &'k Key<I>>,
) -> Option<InvalidInput> {
    let mut positions = HashMap::with_capacity(keys.size_hint().0);
    for (position, key) in keys.enumerate() {
        let Ok(key) = key.validated() else { continue };
        match positions.entry(key.identity("")) {
            Entry::Vacant(free) => {
                free.insert(position);
            }
            Entry::Occupied(first) => {
                return Some(InvalidInput::SameKey {
                    item_type: I::MODEL.name,
                    key: Box::new(key),
                    positions: [*first.get(), position],
                });
            }
        }
    }
    None
}
