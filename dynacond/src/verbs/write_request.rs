//! Requests for single writes: a verb with its expectation and its conditions.
use std::fmt;
use std::future::Pending;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::error::error::Result;
use crate::expression::action::{Changes, IntoActions, Repetition};
use crate::expression::condition::IntoCondition;
use crate::expression::tree::node::Node;
use crate::expression::tree::operand::Path;
use crate::model::item::{Guarded, Numbered, Versioned};
use crate::model::key::Key;
use crate::model::stored::{Stored, Table};
use crate::model::tag::Tag;
use crate::verbs::verb::{self, AtVersion, ReadFrom, Ready, SentByAwait, Unguarded, Verb};
use crate::wire::call::Metered;
use crate::wire::connection::Connection;
use crate::write::expectation::{Expectation, ExpectedId};
use crate::write::stored::as_read;

/// A write that is not sent yet: `store.create(..)`, `save`, `put`, `replace`, `update`, `delete`.
#[must_use = "nothing is sent until `.send().await`"]
pub struct WriteRequest<I, V> {
    pub(crate) connection: Arc<Connection>,
    pub(crate) key: Key<I>,
    pub(crate) body: Body<I>,
    pub(crate) expectation: Expectation,
    pub(crate) condition: Option<Node>,
    /// The name of the verb in errors.
    pub(crate) verb: &'static str,
    pub(crate) write_id: Option<String>,
    /// The table from which a replaced or deleted item was read.
    pub(super) read_from: Table,
    /// Attributes that a `put` keeps if the item has them.
    pub(super) kept: Vec<Path>,
    pub(crate) of: PhantomData<fn() -> V>,
}

impl<I, V> fmt::Debug for WriteRequest<I, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.key)
    }
}

/// What is written.
pub(crate) enum Body<I> {
    Create(I),
    Save(Box<Stored<I>>),
    Overwrite(I),
    Replace(I),
    Update {
        actions: Changes,
        default: Option<I>,
    },
    Delete,
    Check,
}

impl<I: Versioned, V: Verb> WriteRequest<I, V> {
    pub(crate) fn new(
        connection: &Arc<Connection>,
        key: Key<I>,
        body: Body<I>,
        expectation: Expectation,
    ) -> Self {
        // After a deletion there is nothing to stamp, and a check changes nothing.
        let write_id = match body {
            Body::Delete | Body::Check => None,
            _ => connection.fresh_id(const { &I::MODEL }),
        };
        Self {
            connection: Arc::clone(connection),
            key,
            body,
            expectation,
            condition: None,
            verb: V::NAME,
            write_id,
            read_from: None,
            kept: Vec::new(),
            of: PhantomData,
        }
    }

    /// Notes the table from which the item was read.
    pub(crate) fn read_from(mut self, ReadFrom(table): ReadFrom) -> Self {
        self.read_from = table;
        self
    }

    pub(super) fn becomes<W>(self) -> WriteRequest<I, W> {
        let Self {
            connection,
            key,
            body,
            expectation,
            condition,
            verb,
            write_id,
            read_from,
            kept,
            ..
        } = self;
        WriteRequest {
            connection,
            key,
            body,
            expectation,
            condition,
            verb,
            write_id,
            read_from,
            kept,
            of: PhantomData,
        }
    }

    /// Adds a condition on the stored item. With a second `when`, both conditions must be true. If you already have a condition as a value,
    /// write `.when(|_| condition)`.
    #[doc(alias("condition_expression", "ConditionExpression"))]
    pub fn when<C: IntoCondition<I>>(
        mut self,
        condition: impl FnOnce(I::Attributes) -> C,
    ) -> WriteRequest<I, V::When> {
        let node = condition(I::ATTRIBUTES).into_condition().node;
        self.condition = Node::all(self.condition.take().into_iter().chain([node]));
        self.becomes()
    }

    /// Writes only if the item is as it was when the tag was made: at the same version, by the same write. The tag of an item without a
    /// version names the write id. If the item has neither, the tag names the content. Then the item is read first, which costs one read
    /// unit for each 4 KB, and the write gives it a version.
    ///
    /// The tag is joined with what the request already expects: `replace(stored).at(&tag)` only writes an item that is as it was read and as
    /// the tag says. If no item can be both, the write is still sent, and is refused with a [`Conflict`](crate::Error::Conflict) that carries
    /// the current item. The usual reason is a client with a stale tag.
    #[doc(alias = "If-Match")]
    pub fn at(self, tag: &Tag) -> WriteRequest<I, V::At>
    where
        I: Guarded,
        V: AtVersion,
    {
        self.expect(Expectation::at(&I::MODEL, tag))
    }

    /// Writes only if the item is at this version. Unlike [`at`](Self::at), it does not notice an item that was deleted, created again and
    /// written until it reached the same version. The version is joined with what the request already expects.
    pub fn at_version(self, version: u64) -> WriteRequest<I, V::At>
    where
        I: Numbered,
        V: AtVersion,
    {
        self.expect(Expectation::at_version(Some(version), ExpectedId::Unstated))
    }

    /// Adds an expectation to the existing ones.
    pub(super) fn expect<W>(mut self, more: Expectation) -> WriteRequest<I, W> {
        let before = std::mem::replace(&mut self.expectation, Expectation::Nothing);
        self.expectation = before.and(&I::MODEL, more);
        self.becomes()
    }
}

impl<I: Versioned, V> WriteRequest<I, Unguarded<V>>
where
    Unguarded<V>: Verb,
{
    /// Writes without a condition, which overwrites what others wrote.
    pub fn unconditional(self) -> WriteRequest<I, <Unguarded<V> as Verb>::When> {
        self.becomes()
    }
}

impl<I: Versioned, V: Verb> WriteRequest<I, V> {
    pub(crate) fn save(connection: &Arc<Connection>, item: Stored<I>) -> Self {
        let (key, expectation) = (Stored::key(&item), as_read(&item));
        Self::new(connection, key, Body::Save(Box::new(item)), expectation)
    }
}

impl<I: Versioned, R: Repetition> WriteRequest<I, verb::Update<R>> {
    /// Adds changes: an action such as `o.stock.subtract(3)`, or a tuple, an array, a `Vec` or an `Option` of actions. A second `set` adds more.
    /// An update without any action is refused with [`Invalid`](crate::Error::Invalid).
    ///
    /// The type of the request says whether one of its actions must not happen twice, as `subtract` must not: see
    /// [`until_answered`](Self::until_answered). Collect actions in a `Vec`, not by a `set` in a loop.
    pub fn set<A: IntoActions<I>>(
        mut self,
        actions: impl FnOnce(I::Attributes) -> A,
    ) -> WriteRequest<I, verb::Update<R::And<A::Repetition>>> {
        if let Body::Update { actions: all, .. } = &mut self.body {
            actions(I::ATTRIBUTES).add_to(all);
        }
        self.becomes()
    }

    /// Creates the item if there is none. Attributes that the update does not set get the values of `default`, and relative actions start from
    /// its values, so the result always decodes.
    #[doc(alias("upsert", "if_not_exists"))]
    pub fn or_create(mut self, default: I) -> Self {
        if let Body::Update { default: slot, .. } = &mut self.body {
            *slot = Some(default);
        }
        self
    }
}

/// This impl exists only for its compiler message. An `async fn` would repeat the message at its call, at its future and at its
/// `.await`.
#[doc(hidden)]
impl<I: Versioned, V> WriteRequest<I, Unguarded<V>> {
    pub fn send(self) -> Pending<Result<Stored<I>>>
    where
        Unguarded<V>: Ready,
    {
        std::future::pending()
    }

    pub fn send_metered(self) -> Pending<Metered<Result<Stored<I>>>>
    where
        Unguarded<V>: Ready,
    {
        std::future::pending()
    }
}

/// This impl exists only for its compiler message.
#[doc(hidden)]
impl<I: SentByAwait, V> Future for WriteRequest<I, V> {
    type Output = Result<Stored<I>>;
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        match I::NEVER {}
    }
}
