//! `alter`: creates, changes, deletes or leaves one item, as a closure decides.
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::error::error::Error;
use crate::model::item::Versioned;
use crate::model::key::Key;
use crate::model::stored::Stored;
use crate::verbs::rewrite::{Next, Rewrite};
use crate::verbs::verb::SentByAwait;
use crate::wire::call::{Call, Meter, Metered};
use crate::wire::connection::Connection;

/// What the closure of an `alter` returns: the item as it should be, or `None` for no item. It may also return a `Result` of this
/// with your own error.
#[diagnostic::on_unimplemented(
    message = "an `alter` closure returns `Option<{I}>`, or `Result<Option<{I}>, E>` with `E: From<dynacond::Error>`, not `{Self}`",
    label = "wrong return type of the closure"
)]
pub trait AlterResult<I> {
    /// The caller's error.
    type Error: From<Error>;
    /// Converts the value into a result.
    #[doc(hidden)]
    fn result(self) -> Result<Option<I>, Self::Error>;
}
#[diagnostic::do_not_recommend]
impl<I> AlterResult<I> for Option<I> {
    type Error = Error;
    fn result(self) -> Result<Self, Error> {
        Ok(self)
    }
}
#[diagnostic::do_not_recommend]
impl<I, E: From<Error>> AlterResult<I> for Result<Option<I>, E> {
    type Error = E;
    fn result(self) -> Self {
        self
    }
}

/// A [`Store::alter`](crate::Store::alter) that is not sent yet.
#[must_use = "nothing is sent until `.send().await`"]
pub struct Alter<I, F, E> {
    pub(crate) connection: Arc<Connection>,
    pub(crate) key: Key<I>,
    pub(crate) change: F,
    pub(crate) apply: fn(&F, Option<I>) -> Result<Option<I>, E>,
    pub(crate) wrap: fn(Error) -> E,
}

impl<I, F, E> fmt::Debug for Alter<I, F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alter {}", self.key)
    }
}

/// This impl exists only for its compiler message.
#[doc(hidden)]
impl<I: SentByAwait, F, E> Future for Alter<I, F, E> {
    type Output = Result<Option<Stored<I>>, E>;
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        match I::NEVER {}
    }
}

impl<I: Versioned, F, E> Alter<I, F, E> {
    /// Reads the item, runs the closure and writes the result, until no other writer is faster or the [`RetryPolicy`](crate::RetryPolicy)
    /// ends. It returns the item that exists afterwards, or `None` if there is none.
    ///
    /// # Errors
    /// The closure's own error; [`Exhausted`](Error::Exhausted) if another writer was faster in every attempt;
    /// [`Invalid`](Error::Invalid) if the closure returned an item with another key; and the errors of
    /// [`create`](crate::Store::create), [`save`](crate::Store::save) or [`delete`](crate::Store::delete), depending on what was
    /// sent. After [`OutcomeUnknown`](Error::OutcomeUnknown) the closure is not run again.
    pub async fn send(self) -> Result<Option<Stored<I>>, E> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), Meter::Requests));
        self.run(&call).await
    }

    /// Does the same as [`send`](Self::send), and also returns the capacity units that DynamoDB reported for all requests together.
    pub async fn send_metered(self) -> Metered<Result<Option<Stored<I>>, E>> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), Meter::Units));
        Metered::new(self.run(&call).await, &call)
    }

    async fn run(self, call: &Arc<Call>) -> Result<Option<Stored<I>>, E> {
        let Self {
            connection,
            key,
            change,
            apply,
            wrap,
        } = self;
        let target = key
            .validated()
            .map(|key| connection.target::<I>(key, "alter"));
        let rewrite = Rewrite {
            call,
            target: target.map_err(|error| wrap(error.into()))?,
            condition: None,
            saves_as: "save",
            must_exist: false,
            outlasts_failures: false,
        };
        let decide = |found: Option<Stored<I>>| {
            let (value, read) = found.map(Stored::into_parts).unzip();
            Ok(apply(&change, value).map(|value| match (value, read) {
                (None, None) => Next::Absent,
                (None, Some(read)) => Next::Delete(read),
                (Some(value), None) => Next::Create(value),
                (Some(value), Some(read)) => Next::Save(read.with(value)),
            }))
        };
        rewrite.run(decide).await.map_err(wrap).flatten()
    }
}
