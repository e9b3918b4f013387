//! `transact_each`: many transactions, each of them as a whole or not at all.
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::error::error::Result;
use crate::model::raw_key::RawKey;
use crate::outcome::progress::{Progress, Told};
use crate::outcome::watch::{Seeing, Unwatched, Watch};
use crate::verbs::bulk::pace::Pace;
use crate::verbs::transact_write::{TransactItems, TransactWrite};
use crate::verbs::verb::SentByAwait;
use crate::wire::call::{Meter, Metered};
use crate::wire::connection::Connection;
use crate::wire::shared_rate::{ChosenRate, SharedRate};

/// The outcome of one group of a [`transact_each`](crate::Store::transact_each).
#[derive(Debug)]
#[non_exhaustive]
#[must_use = "a group may have been refused"]
pub struct Transacted<T> {
    /// The keys of the group's actions, in their order. If an action could not be prepared, its error is the outcome, and these are the keys of
    /// the actions before it.
    pub keys: Vec<RawKey>,
    /// `Ok` if the whole group was applied. After an error, none of it was applied. The exception is
    /// [`OutcomeUnknown`](crate::Error::OutcomeUnknown): then either all of it was applied, or none of it.
    pub outcome: Result<T>,
}

/// Many transactions that are not sent yet. [`Store::transact_each`](crate::Store::transact_each) returns it.
#[must_use = "nothing is sent until `.send().await`"]
pub struct TransactEach<A, W = Unwatched> {
    connection: Arc<Connection>,
    groups: Vec<A>,
    pace: Pace<W>,
}

impl<A, W> fmt::Debug for TransactEach<A, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransactEach")
            .field("groups", &self.groups.len())
            .finish_non_exhaustive()
    }
}

impl<A> TransactEach<A> {
    pub(crate) const fn new(connection: Arc<Connection>, groups: Vec<A>) -> Self {
        Self {
            connection,
            groups,
            pace: Pace::new(),
        }
    }
}

impl<A, W> TransactEach<A, W> {
    /// Sets how many groups are in flight at the same time; the default is 16. With `1` the groups are written one after the other, in their
    /// order. With `0` nothing is sent, and every outcome is [`Invalid`](crate::Error::Invalid).
    pub const fn concurrency(mut self, groups: usize) -> Self {
        self.pace.concurrency = groups;
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

    /// Calls the closure with the progress: once a second while groups get their outcomes, and at the end. Each group counts as one.
    pub fn on_progress<P: FnMut(&Progress)>(self, see: P) -> TransactEach<A, Seeing<W, P>> {
        TransactEach {
            connection: self.connection,
            groups: self.groups,
            pace: self.pace.seen_by(see),
        }
    }
}

impl<A: TransactItems, W: Watch> TransactEach<A, W> {
    /// Writes each group as a whole or not at all, and returns the outcomes in the order of the groups. If one group is refused,
    /// the others are still written.
    ///
    /// Your own future polls the requests, without tasks and without a runtime. If you drop the future, the outcome of the groups in flight is
    /// unknown.
    ///
    /// # Errors
    /// For each group, the errors of [`TransactWrite::send`], including [`Invalid`](crate::Error::Invalid) for a group without
    /// actions, or with more than 100.
    pub async fn send(self) -> Vec<Transacted<A::Outputs>> {
        self.run(Meter::Requests).await.outcome
    }

    /// Does the same as [`send`](Self::send), and also returns the capacity units that DynamoDB reported for all groups together.
    pub async fn send_metered(self) -> Metered<Vec<Transacted<A::Outputs>>> {
        self.run(Meter::Units).await
    }

    async fn run(self, meter: Meter) -> Metered<Vec<Transacted<A::Outputs>>> {
        let ready = self.pace.call(&self.connection, meter);
        let call = match &ready {
            Ok(call) => call,
            Err(invalid) => {
                let refused = |_| Transacted {
                    keys: Vec::new(),
                    outcome: Err(invalid.clone().into()),
                };
                return Metered::unsent(self.groups.iter().map(refused).collect());
            }
        };
        let mut transacted = Vec::with_capacity(self.groups.len());
        let groups = self.groups.into_iter().enumerate();
        let sent = groups.map(|(position, group)| async move {
            let part = call.part();
            let group = TransactWrite::new(Arc::clone(&call.connection), group);
            let mut keys = Vec::new();
            let outcome = Box::pin(group.run(&part, Some(&mut keys))).await;
            call.end(&part);
            let told = Told::of(&outcome, part.consumed().attempts);
            (position, Transacted { keys, outcome }, told)
        });
        let done = |(position, group, told)| {
            transacted.push((position, group));
            told
        };
        self.pace.run(call, sent, done).await;
        transacted.sort_by_key(|(position, _)| *position);
        let transacted = transacted.into_iter().map(|(_, group)| group);
        Metered::new(transacted.collect(), call)
    }
}

/// This impl exists only for its compiler message.
#[doc(hidden)]
impl<A: SentByAwait, W> Future for TransactEach<A, W> {
    type Output = ();
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match A::NEVER {}
    }
}
