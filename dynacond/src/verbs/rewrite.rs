//! Read an item, decide what becomes of it, write that, and do so again if somebody else was faster: the loop of `modify` and
//! `alter`.
use std::sync::Arc;

use crate::error::error::{Error, Result};
use crate::error::exhausted::Exhausted;
use crate::expression::tree::node::Node;
use crate::model::item::{Model, Versioned};
use crate::model::key::Key;
use crate::model::stored::Stored;
use crate::outcome::read::read;
use crate::verbs::verb::{self, ReadFrom, Ready as _};
use crate::verbs::write_request::{Body, WriteRequest, check_key};
use crate::wire::call::Call;
use crate::wire::retry::{Pause, Retry};
use crate::write::expectation::Expectation;
use crate::write::target::Target;

/// What becomes of the item.
pub(crate) enum Next<I> {
    /// There is no item, and none is created.
    Absent,
    Create(I),
    Save(Stored<I>),
    /// The item as it was read, without its value.
    Delete(Stored<()>),
}

/// The item of the loop.
pub(crate) struct Rewrite<'a> {
    pub(crate) call: &'a Arc<Call>,
    pub(crate) target: Target,
    /// The caller's condition, on every write.
    pub(crate) condition: Option<Node>,
    /// As errors name a save.
    pub(crate) saves_as: &'static str,
    /// Whether no item is an error.
    pub(crate) must_exist: bool,
}

impl Rewrite<'_> {
    /// Runs the loop. Gives the item that it leaves; `None` if there is none. The inner result is the caller's own.
    pub(crate) async fn run<I: Versioned, E>(
        self,
        decide: impl Fn(Option<Stored<I>>) -> Result<std::result::Result<Next<I>, E>>,
    ) -> Result<std::result::Result<Option<Stored<I>>, E>> {
        let mut retry = Retry::start(self.call);
        let mut found = self.read().await?;
        loop {
            let next = match decide(found)? {
                Ok(next) => next,
                Err(own) => return Ok(Err(own)),
            };
            let expected = self.expected(&next);
            let error = match self.write(next).await {
                Ok(left) => return Ok(Ok(left)),
                Err(error) if self.is_rival(const { &I::MODEL }, &error, expected) => error,
                Err(other) => return Err(other),
            };
            if !retry.again(Pause::Refreshed).await {
                return Err(exhausted(self.target, &retry, error));
            }
            // A refusal brings the item with it. A pause makes that item stale, and a read costs less than a lost write.
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

    /// The state of the item that a write expects, where the endpoint may refuse the write without saying what there is.
    fn expected<I: Versioned>(&self, next: &Next<I>) -> Option<Expectation> {
        if self.call.connection.is_known_to_return_items() {
            return None;
        }
        let at = |item| Expectation::as_read(const { &I::MODEL }, item);
        match next {
            Next::Absent => None,
            Next::Create(_) => Some(Expectation::Absent),
            Next::Save(item) => Some(at(&item.raw)),
            Next::Delete(item) => Some(at(&item.raw)),
        }
    }

    /// Whether somebody else wrote the item first, so that another attempt may succeed.
    fn is_rival(&self, model: &Model, error: &Error, expected: Option<Expectation>) -> bool {
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
        let connection = &self.call.connection;
        match next {
            Next::Absent => Ok(None),
            Next::Create(item) => {
                check_key(&item, &self.target.key)?;
                let (key, body) = (item.to_key(), Body::Create(item));
                let mut create: WriteRequest<I, verb::Create> =
                    WriteRequest::new(connection, key, body, Expectation::Absent);
                create.condition.clone_from(&self.condition);
                let created = create.run(self.call).await;
                created.and_then(verb::Create::output).map(Some)
            }
            Next::Save(item) => {
                let mut save: WriteRequest<I, verb::Save> = WriteRequest::save(connection, item);
                save.condition.clone_from(&self.condition);
                save.verb = self.saves_as;
                let saved = save.run(self.call).await;
                saved.and_then(verb::Save::output).map(Some)
            }
            Next::Delete(item) => {
                let expected = Expectation::as_read(const { &I::MODEL }, &item.raw);
                let key = Key::<I>::stored(item.key);
                let delete: WriteRequest<I, verb::Delete> =
                    WriteRequest::new(connection, key, Body::Delete, expected)
                        .read_from(ReadFrom(item.table));
                let deleted = delete.run(self.call).await;
                deleted.and_then(verb::Delete::output::<I>).map(|()| None)
            }
        }
    }
}

/// What a loop says that has run out of attempts or time.
pub(crate) fn exhausted(target: Target, retry: &Retry<'_>, last: Error) -> Error {
    Error::Exhausted(Box::new(Exhausted {
        subject: target.into(),
        attempts: retry.attempts,
        last,
    }))
}
