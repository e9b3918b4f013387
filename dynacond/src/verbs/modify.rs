//! `modify`: read, change, save, and again if somebody else was faster.
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::error::error::{Error, Result};
use crate::error::exhausted::Exhausted;
use crate::error::refusal::Refusal;
use crate::expression::condition::IntoCondition;
use crate::expression::tree::node::Node;
use crate::model::item::Versioned;
use crate::model::key::Key;
use crate::model::stored::Stored;
use crate::outcome::read::read;
use crate::verbs::grouped::{self, Change};
use crate::verbs::verb::{self, Ready as _};
use crate::verbs::write_request::WriteRequest;
use crate::wire::call::{Call, Metered};
use crate::wire::connection::Connection;
use crate::wire::retry::{Pause, Retry};
use crate::write::guard_result::Guard;
use crate::write::target::Target;

/// What a `modify` closure returns: nothing, or a result with the caller's own error.
#[diagnostic::on_unimplemented(
    message = "a `modify` closure returns `()`, or `Result<(), E>` with `E: From<dynacond::Error>`, not `{Self}`",
    label = "wrong return type of the closure"
)]
pub trait ModifyResult {
    /// The caller's error.
    type Error: From<Error>;
    /// As a result.
    #[doc(hidden)]
    fn result(self) -> std::result::Result<(), Self::Error>;
}
#[diagnostic::do_not_recommend]
impl ModifyResult for () {
    type Error = Error;
    fn result(self) -> Result<()> {
        Ok(())
    }
}
#[diagnostic::do_not_recommend]
impl<E: From<Error>> ModifyResult for std::result::Result<(), E> {
    type Error = E;
    fn result(self) -> Self {
        self
    }
}

/// A [`Store::modify`](crate::Store::modify) that is not sent yet.
#[must_use = "nothing is sent until `.send().await`"]
pub struct Modify<I, F, E> {
    pub(crate) connection: Arc<Connection>,
    pub(crate) key: Key<I>,
    pub(crate) change: F,
    pub(crate) apply: fn(&F, &mut I) -> std::result::Result<(), E>,
    pub(crate) wrap: fn(Error) -> E,
    pub(crate) condition: Option<Node>,
    pub(crate) grouped: bool,
}

impl<I, F, E> fmt::Debug for Modify<I, F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "modify {}", self.key)
    }
}

/// For the message alone.
#[doc(hidden)]
impl<I: verb::SentByAwait, F, E> Future for Modify<I, F, E> {
    type Output = std::result::Result<Stored<I>, E>;
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        match I::NEVER {}
    }
}

impl<I: Versioned, F, E> Modify<I, F, E> {
    /// Only if this holds on the stored item. A false condition ends the loop with [`Error::ConditionFailed`].
    pub fn when<C: IntoCondition<I>>(mut self, condition: impl FnOnce(I::Attributes) -> C) -> Self {
        let node = condition(I::ATTRIBUTES).into_condition().node;
        self.condition = Node::all(self.condition.take().into_iter().chain([node]));
        self
    }

    /// Shares one write with the other grouped calls for this item in this store, which saves most of the writes of a hot item.
    ///
    /// Calls that wait for one item are applied one after the other, the first first, and saved by one write, 64 calls at
    /// most. While that write is on its way the next group gathers. There is no background task: the waiting futures drive the
    /// group together, and a future that is dropped neither loses nor blocks the others.
    ///
    /// - Each closure runs once per attempt, on the item as the calls before it leave it.
    /// - A closure that returns its own error changes nothing. The error is returned once it is known that the item was as the
    ///   closure saw it.
    /// - A [`when`](Self::when) is evaluated here, on the item as it was before this call's change. The guard of the write
    ///   makes that as good as DynamoDB's answer.
    /// - All calls of a group share what becomes of the write: it is applied, runs again after a conflict, or is
    ///   [`OutcomeUnknown`](Error::OutcomeUnknown) for each. Every call gets the item as the *group's* write left it.
    /// - A call whose future was dropped after its closure ran may still be applied.
    /// - [`send_metered`](Self::send_metered) counts the requests of a group for its first call, and none for the others.
    ///
    /// Grouping is per process: other processes are rivals as before. See
    /// [Hot items](https://github.com/dynacond/dynacond/blob/main/docs/hot-items.md) for when not to group.
    pub const fn grouped(mut self) -> Self {
        self.grouped = true;
        self
    }

    /// Reads, changes and saves until nobody interferes, or the [`RetryPolicy`](crate::RetryPolicy) ends.
    ///
    /// # Errors
    /// The closure's own; [`NotFound`](Error::NotFound) if there is no item; [`Exhausted`](Error::Exhausted) when every
    /// attempt met somebody else's write; and those of [`save`](crate::Store::save). After
    /// [`OutcomeUnknown`](Error::OutcomeUnknown) the closure is not run again: its change may have been applied.
    pub async fn send(self) -> std::result::Result<Stored<I>, E> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), false));
        self.run(&call).await
    }

    /// As [`send`](Self::send), and tells what capacity units DynamoDB reported for all the requests together.
    pub async fn send_metered(self) -> Metered<std::result::Result<Stored<I>, E>> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), true));
        Metered::new(self.run(&call).await, &call)
    }

    async fn run(self, call: &Arc<Call>) -> std::result::Result<Stored<I>, E> {
        let wrap = self.wrap;
        let saved = if self.grouped {
            self.until_group_saved(call).await
        } else {
            self.until_saved(call).await
        };
        saved.map_err(wrap).flatten()
    }

    /// The inner result is the closure's.
    async fn until_group_saved(
        self,
        call: &Arc<Call>,
    ) -> Result<std::result::Result<Stored<I>, E>> {
        let key = self.key.validated()?;
        let caller = Change {
            target: self.connection.target::<I>(key, "modify"),
            closure: self.change,
            apply: self.apply,
            condition: self.condition,
        };
        grouped::until_saved(caller, call).await
    }

    async fn until_saved(self, call: &Arc<Call>) -> Result<std::result::Result<Stored<I>, E>> {
        let Self {
            connection,
            key,
            change,
            apply,
            condition,
            ..
        } = self;
        let target = connection.target::<I>(key.validated()?, "modify");
        let mut retry = Retry::start(call);
        let not_found = || Error::NotFound(Refusal::by_guard(target.clone(), Guard::Exists, None));
        let read_again = async || {
            let to_read = Target {
                verb: "get",
                ..target.clone()
            };
            let item = read(call, to_read).await?.map(Stored::from_item_at);
            let item: Stored<I> = item.transpose()?.ok_or_else(not_found)?;
            Ok::<_, Error>(item.of_table(&target.table))
        };
        let mut item = read_again().await?;
        loop {
            if let Err(own) = apply(&change, &mut item) {
                return Ok(Err(own));
            }
            let mut save = WriteRequest::<_, verb::Save>::save(&connection, item);
            save.condition.clone_from(&condition);
            save.verb = "modify";
            let error = match save.run(call).await.and_then(verb::Save::output) {
                Ok(stored) => return Ok(Ok(stored)),
                Err(error @ Error::Conflict(_)) => error,
                Err(other) => return Err(other),
            };
            if !retry.again(Pause::Refreshed).await {
                let exhausted = Exhausted {
                    subject: target.into(),
                    attempts: retry.attempts,
                    last: error,
                };
                return Err(Error::Exhausted(Box::new(exhausted)));
            }
            // A conflict brings the item with it. A pause makes that item stale, and a read costs less than a lost write.
            item = if retry.paused {
                read_again().await?
            } else {
                error.current::<I>()?.ok_or_else(not_found)?
            };
        }
    }
}
