//! The loop of `modify`, `alter`, and of each item in `modify_each` and `delete_each`. It reads an item, decides what to write,
//! writes it, and begins again if somebody else was faster.
use std::sync::Arc;

use crate::error::error::{Error, Result};
use crate::error::exhausted::exhausted;
use crate::expression::tree::node::Node;
use crate::model::item::{Model, Versioned};
use crate::model::key::Key;
use crate::model::stored::Stored;
use crate::outcome::read::read;
use crate::verbs::prepare::check_key;
use crate::verbs::verb::{self, ReadFrom, Ready, Verb};
use crate::verbs::write_request::{Body, WriteRequest};
use crate::wire::call::Call;
use crate::wire::retry::{Pause, Retry};
use crate::write::expectation::Expectation;
use crate::write::target::Target;

/// What to do with the item.
pub(crate) enum Next<I> {
    /// Nothing: there is no item, and none is created.
    Absent,
    Create(I),
    Save(Stored<I>),
    /// A save that is also sent if nothing was changed. It then gives the item a new version.
    Touch(Stored<I>),
    /// A deletion of the item that was read.
    Delete(Stored<()>),
}

/// The loop for one item.
pub(crate) struct Rewrite<'a> {
    pub(crate) call: &'a Arc<Call>,
    pub(crate) target: Target,
    /// The caller's condition for every write.
    pub(crate) condition: Option<Node>,
    /// The name of a save in errors.
    pub(crate) saves_as: &'static str,
    /// Whether a missing item is an error.
    pub(crate) must_exist: bool,
    /// Whether the loop instead of the SDK sends again, and begins again if the answer to an adoption was lost.
    pub(crate) outlasts_failures: bool,
}

impl Rewrite<'_> {
    /// Runs the loop. Returns the item afterwards, or `None` if there is none. The inner result is that of the caller.
    pub(crate) async fn run<I: Versioned, E>(
        self,
        decide: impl Fn(Option<Stored<I>>) -> Result<std::result::Result<Next<I>, E>>,
    ) -> Result<std::result::Result<Option<Stored<I>>, E>> {
        let found = self.read().await?;
        self.run_on(found, decide).await
    }

    /// Runs the loop on an item that was already read.
    pub(crate) async fn run_on<I: Versioned, E>(
        self,
        mut found: Option<Stored<I>>,
        decide: impl Fn(Option<Stored<I>>) -> Result<std::result::Result<Next<I>, E>>,
    ) -> Result<std::result::Result<Option<Stored<I>>, E>> {
        let mut retry = Retry::start(self.call);
        loop {
            let next = match decide(found)? {
                Ok(next) => next,
                Err(own) => return Ok(Err(own)),
            };
            let expected = self.expected(&next);
            let again = self.outlasts_failures.then_some(&mut retry);
            let error = match self.write_within(next, again).await {
                Ok(left) => return Ok(Ok(left)),
                Err(error) if self.is_rival(const { &I::MODEL }, &error, expected) => error,
                Err(Error::Service(error)) if self.outlasts_failures && error.is_transient => {
                    if !retry.again(Pause::Backoff).await {
                        return Err(Error::Service(error));
                    }
                    found = self.read().await?;
                    continue;
                }
                Err(other) => return Err(other),
            };
            if !retry.again(Pause::Refreshed).await {
                let subject = self.target.into();
                return Err(exhausted(Some(subject), retry.attempts, error));
            }
            // A refusal carries the item. After a pause this item is stale, and reading it again costs less than a refused write.
            found = if retry.paused {
                self.read().await?
            } else {
                error.current::<I>()?
            };
        }
    }

    async fn read<I: Versioned>(&self) -> Result<Option<Stored<I>>> {
        let to_read = Target {
            verb: "get",
            ..self.target.clone()
        };
        let Some(item) = read(self.call, to_read).await? else {
            return Ok(None);
        };
        let stored: Stored<I> = Stored::from_item_at(item)?;
        Ok(Some(stored.of_table(&self.target.table)))
    }

    /// Returns what a write expects of the item, if the endpoint may refuse the write without returning the item.
    pub(super) fn expected<I: Versioned>(&self, next: &Next<I>) -> Option<Expectation> {
        if self.call.connection.is_known_to_return_items() {
            return None;
        }
        let at = |item| Expectation::as_read(const { &I::MODEL }, item);
        match next {
            Next::Absent => None,
            Next::Create(_) => Some(Expectation::Absent),
            Next::Save(item) | Next::Touch(item) => Some(at(&item.raw)),
            Next::Delete(item) => Some(at(&item.raw)),
        }
    }

    /// Whether somebody else wrote the item first, so that another attempt may succeed.
    pub(super) fn is_rival(
        &self,
        model: &Model,
        error: &Error,
        expected: Option<Expectation>,
    ) -> bool {
        match error {
            Error::Conflict(_) | Error::AlreadyExists(_) => true,
            Error::NotFound(_) => !self.must_exist,
            Error::Unexplained(refusal) => {
                expected.is_some_and(|expected| refusal.is_overtaken(model, &expected))
            }
            _ => false,
        }
    }

    /// Sends one write.
    pub(crate) async fn write<I: Versioned>(&self, next: Next<I>) -> Result<Option<Stored<I>>> {
        self.write_within(next, None).await
    }

    /// Sends one write within a loop that itself sends again, instead of the SDK.
    async fn write_within<I: Versioned>(
        &self,
        next: Next<I>,
        retry: Option<&mut Retry<'_>>,
    ) -> Result<Option<Stored<I>>> {
        let connection = &self.call.connection;
        match next {
            Next::Absent => Ok(None),
            Next::Create(item) => {
                check_key(&item, &self.target.key)?;
                let (key, body) = (item.to_key(), Body::Create(item));
                let mut create: WriteRequest<I, verb::Create> =
                    WriteRequest::new(connection, key, body, Expectation::Absent);
                create.condition.clone_from(&self.condition);
                let created = create.run_within(self.call, retry).await;
                created.and_then(verb::Create::output).map(Some)
            }
            Next::Save(item) => self.save::<I, verb::Save>(item, retry).await,
            Next::Touch(item) => Box::pin(self.save::<I, verb::Touch>(item, retry)).await,
            Next::Delete(item) => {
                let expected = Expectation::as_read(const { &I::MODEL }, &item.raw);
                let key = Key::<I>::stored(item.key);
                let delete: WriteRequest<I, verb::Delete> =
                    WriteRequest::new(connection, key, Body::Delete, expected)
                        .read_from(ReadFrom(item.table));
                let deleted = delete.run_within(self.call, retry).await;
                deleted.and_then(verb::Delete::output::<I>).map(|()| None)
            }
        }
    }

    async fn save<I: Versioned, V: Verb + Ready<Output<I> = Stored<I>>>(
        &self,
        item: Stored<I>,
        retry: Option<&mut Retry<'_>>,
    ) -> Result<Option<Stored<I>>> {
        let mut save: WriteRequest<I, V> = WriteRequest::save(&self.call.connection, item);
        save.condition.clone_from(&self.condition);
        save.verb = self.saves_as;
        let saved = save.run_within(self.call, retry).await;
        saved.and_then(V::output).map(Some)
    }
}
