//! Sends a single write: prepares it, sends it until its outcome is known, and makes the caller's result.
use std::sync::Arc;

use crate::error::error::Result;
use crate::model::conversion::{ConversionError, DecodeError};
use crate::model::item::Versioned;
use crate::model::stored::Stored;
use crate::outcome::execute::{execute, unless_gone};
use crate::value::item::Item;
use crate::verbs::prepare::Prepared;
use crate::verbs::verb::{Ready, Verb};
use crate::verbs::write_request::{Body, WriteRequest};
use crate::wire::call::{Call, Meter, Metered};
use crate::wire::retry::Retry;
use crate::write::write::{Effect, Write};

impl<I: Versioned, V: Verb> WriteRequest<I, V> {
    pub(crate) async fn run(self, call: &Arc<Call>) -> Result<Option<Result<Stored<I>>>> {
        let mut retry = V::UNTIL_ANSWERED.then(|| Retry::start(call));
        self.run_within(call, retry.as_mut()).await
    }

    /// Sends the write within a loop that itself sends again, instead of the SDK.
    pub(crate) async fn run_within(
        mut self,
        call: &Arc<Call>,
        retry: Option<&mut Retry<'_>>,
    ) -> Result<Option<Result<Stored<I>>>> {
        let changes = match &mut self.body {
            Body::Update { actions, .. } => std::mem::take(&mut actions.0),
            _ => Vec::new(),
        };
        let Prepared { mut write, mine } = self.prepare(changes)?;
        match self.body {
            Body::Save(stored) if write.changes_nothing() && !V::SENDS_UNCHANGED => {
                return Ok(Some(Ok(stored.unsaved())));
            }
            // A check is not `Ready`, because it is only sent in a transaction.
            Body::Check => return Ok(None),
            _ => {}
        }
        // Boxed, because the SDK's futures are large and callers join several of ours.
        let returned = match Box::pin(execute(call, &mut write, retry)).await {
            Err(error) if write.or_gone => {
                Box::pin(unless_gone(call, &write.target, error)).await?
            }
            answer => answer?,
        };
        let table = write.target.table.clone();
        let stored = match self.body {
            // After a lost answer, a later writer may have changed the item.
            _ if returned
                .as_ref()
                .is_some_and(|item| write.is_overwritten_in(item)) =>
            {
                decoded(returned)
            }
            Body::Create(value) | Body::Replace(value) => Some(written(value, mine, write)),
            Body::Save(stored) => Some(saved(*stored, mine, returned, write)),
            Body::Overwrite(_) | Body::Update { .. } | Body::Delete => decoded(returned),
            Body::Check => None,
        };
        Ok(stored.map(|stored| Ok(stored?.of_table(&table))))
    }
}

impl<I: Versioned, V: Ready> WriteRequest<I, V> {
    /// Sends the write, and finds out whether it was applied.
    ///
    /// If you drop the future after it was polled, the outcome is unknown, because the request may be on its way.
    ///
    /// # Errors
    /// - [`AlreadyExists`](crate::Error::AlreadyExists), [`NotFound`](crate::Error::NotFound), [`Conflict`](crate::Error::Conflict)
    ///   and [`ConditionFailed`](crate::Error::ConditionFailed): nothing was written, except that an item without a version may
    ///   have got its first one. The error carries the current item.
    /// - [`Expression`](crate::Error::Expression), [`Invalid`](crate::Error::Invalid), [`Encode`](crate::Error::Encode): nothing was sent.
    /// - [`UpdateRejected`](crate::Error::UpdateRejected), [`Throttled`](crate::Error::Throttled),
    ///   [`TransactionConflict`](crate::Error::TransactionConflict), [`Service`](crate::Error::Service): nothing was written.
    /// - [`OutcomeUnknown`](crate::Error::OutcomeUnknown): the answer was lost, and the item does not show whether the write was applied.
    /// - [`Decode`](crate::Error::Decode): the stored item is not an `I`. The error says whether the write was applied.
    pub async fn send(self) -> Result<V::Output<I>> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), Meter::Requests));
        self.run(&call).await.and_then(V::output)
    }

    /// Sends the write, and also returns the capacity units that DynamoDB reported.
    pub async fn send_metered(self) -> Metered<Result<V::Output<I>>> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), Meter::Units));
        let outcome = self.run(&call).await.and_then(V::output);
        Metered::new(outcome, &call)
    }
}

/// Makes a stored item from the value and the item that was put.
fn written<I: Versioned>(value: I, mine: Item, write: Write) -> Result<Stored<I>> {
    match write.effect {
        Effect::Put(item) => {
            Ok(Stored::as_written(value, mine, item).map_err(ConversionError::after_write)?)
        }
        _ => Err(DecodeError::nothing_returned(I::MODEL.name).into()),
    }
}

/// Makes a stored item from the value and the item after a save.
fn saved<I: Versioned>(
    stored: Stored<I>,
    mine: Item,
    returned: Option<Item>,
    write: Write,
) -> Result<Stored<I>> {
    match (returned, write.effect) {
        (Some(item), _) | (None, Effect::Put(item)) => {
            let saved = Stored::as_written(Stored::into_inner(stored), mine, item);
            Ok(saved.map_err(ConversionError::after_write)?)
        }
        (None, _) => Err(DecodeError::nothing_returned(I::MODEL.name).into()),
    }
}

fn decoded<I: Versioned>(item: Option<Item>) -> Option<Result<Stored<I>>> {
    item.map(|item| Ok(Stored::from_item_at(item).map_err(ConversionError::after_write)?))
}
