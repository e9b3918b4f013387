//! `modify`: reads, changes and saves an item, and repeats this if somebody else was faster.
//!
//! The type of the request says what happens if there is no item: an error, a new item, or nothing.
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::error::error::{Error, Result};
use crate::error::exhausted::exhausted;
use crate::error::refusal::Refusal;
use crate::expression::condition::IntoCondition;
use crate::expression::tree::node::Node;
use crate::model::conversion::DecodeError;
use crate::model::item::Versioned;
use crate::model::key::Key;
use crate::model::stored::Stored;
use crate::verbs::grouped::{self, Change};
use crate::verbs::prepare::check_default;
use crate::verbs::rewrite::{Next, Rewrite};
use crate::verbs::verb;
use crate::wire::call::{Call, Meter, Metered};
use crate::wire::connection::Connection;
use crate::wire::retry::{Pause, Retry};
use crate::write::guard_result::Guard;
use crate::write::target::Target;

/// What the closure of a `modify` returns: nothing, or a result with your own error.
#[diagnostic::on_unimplemented(
    message = "a `modify` closure returns `()`, or `Result<(), E>` with `E: From<dynacond::Error>`, not `{Self}`",
    label = "wrong return type of the closure"
)]
pub trait ModifyResult {
    /// The caller's error.
    type Error: From<Error>;
    /// Converts the value into a result.
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

/// What a `modify` does if there is no item.
#[doc(hidden)]
pub trait WhenMissing<I> {
    /// The result of the request.
    type Output;
    /// Whether a missing item is an error.
    const MUST_EXIST: bool = false;
    /// The item that is created if there is none.
    fn default(&self) -> Option<I> {
        None
    }
    /// Makes the result from the item that exists afterwards.
    ///
    /// # Errors
    /// If there is no item, but there must be one.
    fn output(left: Option<Stored<I>>) -> Result<Self::Output>;
}

/// A missing item is [`Error::NotFound`].
#[derive(Debug)]
pub struct MustExist;
/// If there is no item, one is created: see [`or_create`](Modify::or_create).
#[derive(Debug)]
pub struct OrCreate<I>(I);
/// If there is no item, nothing happens: see [`if_exists`](Modify::if_exists).
#[derive(Debug)]
pub struct IfExists;

fn must_be_there<I: Versioned>(left: Option<Stored<I>>) -> Result<Stored<I>> {
    left.ok_or_else(|| DecodeError::nothing_returned(I::MODEL.name).into())
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> WhenMissing<I> for MustExist {
    type Output = Stored<I>;
    const MUST_EXIST: bool = true;
    fn output(left: Option<Stored<I>>) -> Result<Stored<I>> {
        must_be_there(left)
    }
}
#[diagnostic::do_not_recommend]
impl<I: Versioned + Clone> WhenMissing<I> for OrCreate<I> {
    type Output = Stored<I>;
    fn default(&self) -> Option<I> {
        Some(self.0.clone())
    }
    fn output(left: Option<Stored<I>>) -> Result<Stored<I>> {
        must_be_there(left)
    }
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> WhenMissing<I> for IfExists {
    type Output = Option<Stored<I>>;
    fn output(left: Option<Stored<I>>) -> Result<Option<Stored<I>>> {
        Ok(left)
    }
}

/// A [`Store::modify`](crate::Store::modify) that is not sent yet.
#[must_use = "nothing is sent until `.send().await`"]
pub struct Modify<I, F, E, M = MustExist> {
    pub(crate) connection: Arc<Connection>,
    pub(crate) key: Key<I>,
    pub(crate) change: F,
    pub(crate) apply: fn(&F, &mut I) -> std::result::Result<(), E>,
    pub(crate) wrap: fn(Error) -> E,
    pub(crate) condition: Option<Node>,
    pub(crate) grouped: bool,
    pub(crate) missing: M,
}

impl<I, F, E, M> fmt::Debug for Modify<I, F, E, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "modify {}", self.key)
    }
}

/// This impl exists only for its compiler message.
#[doc(hidden)]
impl<I: verb::SentByAwait, F, E, M> Future for Modify<I, F, E, M> {
    type Output = std::result::Result<Stored<I>, E>;
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        match I::NEVER {}
    }
}

impl<I: Versioned, F, E> Modify<I, F, E> {
    /// Creates the item if there is none: the closure changes a copy of `default`, and the copy is created. If somebody else creates the
    /// item first, the closure runs on that item.
    ///
    /// A [`when`](Self::when) must also be true for the missing item, or nothing is created. (A comparison with a missing attribute is
    /// false.) A [`grouped`](Self::grouped) call that finds no item creates it alone, and joins a group again in its next attempt.
    ///
    /// ```no_run
    /// # use dynacond::{Store, Stored, Versioned};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Serialize, Deserialize, Versioned)]
    /// # #[dynacond(table = "visitors")]
    /// # struct Visitor { #[dynacond(partition_key)] id: String, pages: Vec<String> }
    /// # async fn f(store: Store, id: String) -> dynacond::Result<()> {
    /// let new = Visitor { id: id.clone(), pages: Vec::new() };
    /// let visit = store.modify(Visitor::key(&id), |v| v.pages.push("home".into())).or_create(new);
    /// let visitor: Stored<Visitor> = visit.send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn or_create(self, default: I) -> Modify<I, F, E, OrCreate<I>>
    where
        I: Clone,
    {
        self.with_missing(OrCreate(default))
    }

    /// Does nothing if there is no item, and returns `None`.
    pub fn if_exists(self) -> Modify<I, F, E, IfExists> {
        self.with_missing(IfExists)
    }

    fn with_missing<M>(self, missing: M) -> Modify<I, F, E, M> {
        Modify {
            connection: self.connection,
            key: self.key,
            change: self.change,
            apply: self.apply,
            wrap: self.wrap,
            condition: self.condition,
            grouped: self.grouped,
            missing,
        }
    }
}

impl<I: Versioned, F, E, M: WhenMissing<I>> Modify<I, F, E, M> {
    /// Adds a condition on the stored item. If the condition is false, the loop ends with [`Error::ConditionFailed`].
    pub fn when<C: IntoCondition<I>>(mut self, condition: impl FnOnce(I::Attributes) -> C) -> Self {
        let node = condition(I::ATTRIBUTES).into_condition().node;
        self.condition = Node::all(self.condition.take().into_iter().chain([node]));
        self
    }

    /// Shares one write with the other grouped calls for this item in this store. This saves most of the writes of a hot item.
    ///
    /// Calls that wait for the same item are applied one after the other, in their order, and saved with one write, up to 64 calls. While
    /// that write is on its way, the next group gathers. There is no background task. The waiting futures drive the group together. If
    /// you drop some of them, or do not poll them any more, the others continue.
    ///
    /// - Each closure runs once in each attempt, on the item as the calls before it have left it.
    /// - A closure that returns its own error changes nothing. The error is returned when dynacond knows that the item was as the closure
    ///   saw it.
    /// - A [`when`](Self::when) is evaluated locally, on the item before this call's change. The guard of the write makes this as reliable as
    ///   DynamoDB's own answer.
    /// - All calls of a group share the outcome of the write: it is applied, runs again after a conflict, or is
    ///   [`OutcomeUnknown`](Error::OutcomeUnknown) for each call. Every call gets the item as the *group's* write left it.
    /// - If you drop the future of a call after its closure ran, the change may still be applied.
    /// - [`send_metered`](Self::send_metered) counts the requests of a group for its first call, and none for the other calls.
    ///
    /// Calls are only grouped within a process. See [Hot items](https://github.com/dynacond/dynacond/blob/main/docs/hot-items.md) for when
    /// not to group.
    pub const fn grouped(mut self) -> Self {
        self.grouped = true;
        self
    }

    /// Reads the item, changes it and saves it, until no other writer is faster or the [`RetryPolicy`](crate::RetryPolicy) ends.
    ///
    /// # Errors
    /// The closure's own error; [`NotFound`](Error::NotFound) if there is no item; [`Exhausted`](Error::Exhausted) if another writer was
    /// faster in every attempt; and the errors of [`save`](crate::Store::save), or of [`create`](crate::Store::create) if the item is
    /// created. After [`OutcomeUnknown`](Error::OutcomeUnknown) the closure does not run again, because its change may have been applied.
    pub async fn send(self) -> std::result::Result<M::Output, E> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), Meter::Requests));
        self.run(&call).await
    }

    /// Does the same as [`send`](Self::send), and also returns the capacity units that DynamoDB reported for all requests together.
    pub async fn send_metered(self) -> Metered<std::result::Result<M::Output, E>> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), Meter::Units));
        Metered::new(self.run(&call).await, &call)
    }

    async fn run(self, call: &Arc<Call>) -> std::result::Result<M::Output, E> {
        let wrap = self.wrap;
        let left = if self.grouped {
            self.until_group_saved(call).await
        } else {
            self.until_saved(call).await
        };
        let left = left.map_err(wrap).flatten()?;
        M::output(left).map_err(wrap)
    }

    /// Returns the loop for the item, after all checks that are possible without the item.
    fn rewrite<'a>(&self, call: &'a Arc<Call>) -> Result<Rewrite<'a>> {
        let key = self.key.validated()?;
        if let Some(default) = self.missing.default() {
            check_default(&default, &key)?;
        }
        Ok(Rewrite {
            call,
            target: self.connection.target::<I>(key, "modify"),
            condition: self.condition.clone(),
            saves_as: "modify",
            must_exist: M::MUST_EXIST,
            outlasts_failures: false,
        })
    }

    /// Decides what happens if there is no item.
    fn when_missing(&self, target: &Target) -> Result<std::result::Result<Next<I>, E>> {
        if M::MUST_EXIST {
            let refusal = Refusal::by_guard(target.clone(), Guard::Exists, None);
            return Err(Error::NotFound(refusal));
        }
        let Some(mut item) = self.missing.default() else {
            return Ok(Ok(Next::Absent));
        };
        Ok((self.apply)(&self.change, &mut item).map(|()| Next::Create(item)))
    }

    /// The inner result is that of the closure.
    async fn until_saved(
        self,
        call: &Arc<Call>,
    ) -> Result<std::result::Result<Option<Stored<I>>, E>> {
        let rewrite = self.rewrite(call)?;
        let target = rewrite.target.clone();
        let decide = |found: Option<Stored<I>>| match found {
            Some(mut item) => Ok((self.apply)(&self.change, &mut item).map(|()| Next::Save(item))),
            None => self.when_missing(&target),
        };
        rewrite.run(decide).await
    }

    /// Does the same in a group. A group changes only existing items. If there is no item, this call alone creates it.
    async fn until_group_saved(
        self,
        call: &Arc<Call>,
    ) -> Result<std::result::Result<Option<Stored<I>>, E>> {
        let rewrite = self.rewrite(call)?;
        let mut retry = Retry::start(call);
        loop {
            let caller = Change {
                target: rewrite.target.clone(),
                closure: &self.change,
                apply: self.apply,
                condition: self.condition.clone(),
            };
            match grouped::until_saved(caller, call).await {
                Err(Error::NotFound(_)) if !M::MUST_EXIST => {}
                saved => return Ok(saved?.map(Some)),
            }
            let next = match self.when_missing(&rewrite.target)? {
                Ok(next) => next,
                Err(own) => return Ok(Err(own)),
            };
            let expected = rewrite.expected(&next);
            match rewrite.write(next).await {
                Err(error) if rewrite.is_rival(const { &I::MODEL }, &error, expected) => {
                    if !retry.again(Pause::Refreshed).await {
                        let subject = rewrite.target.into();
                        return Err(exhausted(Some(subject), retry.attempts, error));
                    }
                }
                left => return left.map(Ok),
            }
        }
    }
}
