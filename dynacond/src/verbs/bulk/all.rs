//! `create_all`, `save_all` and `delete_all`: many single writes of one kind, each with its own guard and its own outcome.
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::future::Pending;
use std::sync::Arc;

use crate::error::error::Result;
use crate::expression::condition::IntoCondition;
use crate::model::invalid::InvalidInput;
use crate::model::item::Versioned;
use crate::model::key::Key;
use crate::model::stored::Stored;
use crate::verbs::bulk::in_flight::{IN_FLIGHT, in_flight};
use crate::verbs::verb::{self, Ready, Unguarded, Verb};
use crate::verbs::write_request::WriteRequest;
use crate::wire::call::{Call, Metered};
use crate::wire::connection::Connection;
use crate::write::preview::Preview;

/// Many writes that are not sent yet: [`Store::create_all`](crate::Store::create_all), `save_all` and `delete_all`.
///
/// Each item is a write of its own, under the guard of its verb, and has an outcome of its own. BatchWriteItem would save
/// requests and no capacity units, and it takes no conditions, so that it overwrites what others wrote.
#[must_use = "nothing is sent until `.send().await`"]
pub struct WriteAll<I, V> {
    connection: Arc<Connection>,
    requests: Vec<WriteRequest<I, V>>,
    concurrency: usize,
}

impl<I, V> fmt::Debug for WriteAll<I, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteAll")
            .field("requests", &self.requests)
            .field("concurrency", &self.concurrency)
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
            concurrency: IN_FLIGHT,
        }
    }

    /// How many requests are in flight at once: 16 unless you say otherwise, and at least one. With `1` the items are written
    /// one after the other, in their order.
    pub const fn concurrency(mut self, requests: usize) -> Self {
        self.concurrency = requests;
        self
    }

    fn each<W>(
        self,
        change: impl FnMut(WriteRequest<I, V>) -> WriteRequest<I, W>,
    ) -> WriteAll<I, W> {
        WriteAll {
            connection: self.connection,
            requests: self.requests.into_iter().map(change).collect(),
            concurrency: self.concurrency,
        }
    }
}

impl<I: Versioned, V: Verb> WriteAll<I, V> {
    /// Each item only if this holds on it as it is stored. A second `when` narrows the first: both must hold.
    pub fn when<C: IntoCondition<I>>(
        self,
        condition: impl FnOnce(I::Attributes) -> C,
    ) -> WriteAll<I, V::When> {
        let condition = condition(I::ATTRIBUTES).into_condition();
        self.each(|request| request.when(|_| condition.clone()))
    }

    /// What [`send`](Self::send) would send for each item, in order. Nothing is sent.
    ///
    /// # Errors
    /// For each item those of `send` that come before anything is sent.
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

impl<I: Versioned> WriteAll<I, verb::Delete> {
    /// `Ok` also for an item that is not there: see [`WriteRequest::or_gone`].
    pub fn or_gone(self) -> WriteAll<I, verb::DeleteOrGone> {
        self.each(WriteRequest::or_gone)
    }
}

impl<I: Versioned, V> WriteAll<I, Unguarded<V>>
where
    Unguarded<V>: Verb,
{
    /// Whatever is stored: it deletes what others wrote since you read it.
    pub fn unconditional(self) -> WriteAll<I, <Unguarded<V> as Verb>::When> {
        self.each(WriteRequest::unconditional)
    }
}

impl<I: Versioned, V: Ready> WriteAll<I, V> {
    /// Sends the writes, and gives what became of each, in the order of the items: what [`WriteRequest::send`] gives for one
    /// of them. An item that fails does not keep the others from being written. Requests go out in any order, so many at a time
    /// as [`concurrency`](Self::concurrency) says.
    ///
    /// Your own future polls the requests, without tasks and without a runtime. Dropping the future leaves the outcome of up
    /// to so many writes unknown: their requests may be on their way.
    ///
    /// # Errors
    /// For each item those of its verb, [`OutcomeUnknown`](crate::Error::OutcomeUnknown) among them. If two items have the same
    /// key, every outcome is [`Invalid`](crate::Error::Invalid) with [`SameKey`](crate::InvalidInput::SameKey), which names both, and
    /// nothing is sent.
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
        let call = Arc::new(Call::new(Arc::clone(&self.connection), false));
        self.run(&call).await
    }

    /// As [`send`](Self::send), and tells what capacity units DynamoDB reported for all the requests together.
    pub async fn send_metered(self) -> Metered<Vec<Result<V::Output<I>>>> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), true));
        Metered::new(self.run(&call).await, &call)
    }

    async fn run(self, call: &Arc<Call>) -> Vec<Result<V::Output<I>>> {
        if let Some(twice) = twice(&self.requests) {
            let refused = |_| Err(twice.clone().into());
            return self.requests.into_iter().map(refused).collect();
        }
        let mut outcomes = Vec::with_capacity(self.requests.len());
        let requests = self.requests.into_iter().enumerate();
        let sent = requests.map(|(position, request)| async move {
            // Each write has the time of its own `RetryPolicy`.
            let own = Arc::new(call.another());
            let outcome = request.run(&own).await.and_then(V::output);
            call.also_consumed(own.consumed());
            (position, outcome)
        });
        in_flight(self.concurrency, sent, |outcome| outcomes.push(outcome)).await;
        outcomes.sort_by_key(|(position, _)| *position);
        outcomes.into_iter().map(|(_, outcome)| outcome).collect()
    }
}

/// For the message alone, which an `async fn` repeats at its call, at its future and at its `.await`.
#[doc(hidden)]
impl<I: Versioned, V> WriteAll<I, Unguarded<V>> {
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

/// The first item whose key an earlier one has, if there is one.
fn twice<I: Versioned, V>(requests: &[WriteRequest<I, V>]) -> Option<InvalidInput> {
    same_key(requests.iter().map(|request| &request.key))
}

/// The first key that stands there twice. A key that DynamoDB would refuse is its own item's error.
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
