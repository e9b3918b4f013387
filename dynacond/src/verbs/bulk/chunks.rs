//! `transact_each`: many transactions, each of them whole or not at all.
use std::fmt;
use std::sync::Arc;

use crate::error::error::Result;
use crate::model::raw_key::RawKey;
use crate::verbs::bulk::in_flight::{IN_FLIGHT, in_flight};
use crate::verbs::transact_write::{TransactItems, TransactWrite};
use crate::wire::call::{Call, Metered};
use crate::wire::connection::Connection;

/// What became of one group of a [`transact_each`](crate::Store::transact_each).
#[derive(Debug)]
#[non_exhaustive]
#[must_use = "a group may have been refused"]
pub struct Transacted<T> {
    /// The keys of the group's actions, in their order. If an action could not be written down, its error is the outcome, and
    /// the keys are those of the actions before it.
    pub keys: Vec<RawKey>,
    /// `Ok`: the whole group was applied, and this is what it gives. An error says that none of it was applied, but for
    /// [`OutcomeUnknown`](crate::Error::OutcomeUnknown): then either all of it was applied or none of it.
    pub outcome: Result<T>,
}

/// Many transactions that are not sent yet: [`Store::transact_each`](crate::Store::transact_each).
#[must_use = "nothing is sent until `.send().await`"]
pub struct TransactEach<A> {
    connection: Arc<Connection>,
    groups: Vec<A>,
    concurrency: usize,
}

impl<A> fmt::Debug for TransactEach<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransactEach")
            .field("groups", &self.groups.len())
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}

impl<A: TransactItems> TransactEach<A> {
    pub(crate) const fn new(connection: Arc<Connection>, groups: Vec<A>) -> Self {
        Self {
            connection,
            groups,
            concurrency: IN_FLIGHT,
        }
    }

    /// How many groups are in flight at once: 16 unless you say otherwise, and at least one. With `1` the groups are
    /// written one after the other, in their order.
    pub const fn concurrency(mut self, groups: usize) -> Self {
        self.concurrency = groups;
        self
    }

    /// Writes each group, whole or not at all, and gives what became of each, in their order. A group that is refused does
    /// not keep the others from being written.
    ///
    /// Your own future polls the requests, without tasks and without a runtime. Dropping the future leaves the outcome of up
    /// to [`concurrency`](Self::concurrency) groups unknown.
    ///
    /// # Errors
    /// Of each group those of [`TransactWrite::send`], among them [`Invalid`](crate::Error::Invalid) for a group of no action
    /// or of more than 100.
    pub async fn send(self) -> Vec<Transacted<A::Outputs>> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), false));
        self.run(&call).await
    }

    /// As [`send`](Self::send), and tells what capacity units DynamoDB reported for all groups together.
    pub async fn send_metered(self) -> Metered<Vec<Transacted<A::Outputs>>> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), true));
        Metered::new(self.run(&call).await, &call)
    }

    async fn run(self, call: &Arc<Call>) -> Vec<Transacted<A::Outputs>> {
        let mut transacted = Vec::with_capacity(self.groups.len());
        let groups = self.groups.into_iter().enumerate();
        let sent = groups.map(|(position, group)| async move {
            // Each group has the time of its own `RetryPolicy`.
            let own = Arc::new(call.another());
            let group = TransactWrite::new(Arc::clone(&call.connection), group);
            let mut keys = Vec::new();
            let outcome = Box::pin(group.run(&own, Some(&mut keys))).await;
            call.also_consumed(own.consumed());
            (position, Transacted { keys, outcome })
        });
        in_flight(self.concurrency, sent, |group| transacted.push(group)).await;
        transacted.sort_by_key(|(position, _)| *position);
        transacted.into_iter().map(|(_, group)| group).collect()
    }
}
