//! Single writes: a verb with its conditions, what it would send, and its sending.
use std::fmt;
use std::future::Pending;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::error::error::{Error, Result};
use crate::expression::condition::IntoCondition;
use crate::expression::evaluate::apply::apply;
use crate::expression::evaluate::truth::holds_on;
use crate::expression::tree::change::{ActionKind, Change, not_repeatable};
use crate::expression::tree::node::Node;
use crate::expression::tree::operand::{Operand, Path};
use crate::expression::update::{Actions, IntoActions, Repetition};
use crate::model::conversion::{ConversionError, DecodeError};
use crate::model::encoding::{decode, encode};
use crate::model::invalid::InvalidInput;
use crate::model::item::{Guarded, Model, Numbered, Versioned};
use crate::model::key::Key;
use crate::model::raw_key::RawKey;
use crate::model::stored::{Stored, Table, check_table};
use crate::model::tag::Tag;
use crate::outcome::execute::{execute, unless_gone};
use crate::value::item::Item;
use crate::verbs::verb::{self, AtVersion, ReadFrom, Ready, SentByAwait, Unguarded, Verb};
use crate::wire::call::{Call, Metered};
use crate::wire::connection::Connection;
use crate::wire::retry::Retry;
use crate::write::expectation::{Expectation, ExpectedId};
use crate::write::in_range::in_range;
use crate::write::merge::difference;
use crate::write::preview::Preview;
use crate::write::stored::as_read;
use crate::write::write::{Effect, Stamps, Write, check_actions, check_values, whole_item};

/// A write that is not sent yet: `store.create(..)`, `save`, `put`, `replace`, `update`, `delete`.
#[must_use = "nothing is sent until `.send().await`"]
pub struct WriteRequest<I, V> {
    pub(crate) connection: Arc<Connection>,
    pub(crate) key: Key<I>,
    pub(crate) body: Body<I>,
    pub(crate) expectation: Expectation,
    pub(crate) condition: Option<Node>,
    /// As errors name it.
    pub(crate) verb: &'static str,
    pub(crate) write_id: Option<String>,
    /// Where the item that is replaced or deleted was read.
    read_from: Table,
    /// Attributes that a `put` leaves as they are, where the item has them.
    pub(super) kept: Vec<Path>,
    pub(crate) of: PhantomData<fn() -> V>,
}

impl<I, V> fmt::Debug for WriteRequest<I, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.key)
    }
}

/// What is to be written.
pub(crate) enum Body<I> {
    Create(I),
    Save(Box<Stored<I>>),
    Overwrite(I),
    Replace(I),
    Update {
        actions: Actions,
        default: Option<I>,
    },
    Delete,
    Check,
}

/// A write, before it is sent.
struct Prepared {
    write: Write,
    /// What the struct writes, of the verbs that give the struct back.
    mine: Item,
    /// The whole item that a save leaves, unless only a part of it was read.
    whole: Option<Item>,
}

impl<I: Versioned, V: Verb> WriteRequest<I, V> {
    pub(crate) fn new(
        connection: &Arc<Connection>,
        key: Key<I>,
        body: Body<I>,
        expectation: Expectation,
    ) -> Self {
        // A deletion leaves nothing to stamp, a check changes nothing.
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

    /// An item that was read from this table.
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

    /// What was expected before is expected still.
    pub(super) fn expect<W>(mut self, more: Expectation) -> WriteRequest<I, W> {
        let before = std::mem::replace(&mut self.expectation, Expectation::Nothing);
        self.expectation = before.and(&I::MODEL, more);
        self.becomes()
    }

    /// Returns the request that [`send`](Self::send) would send, with its expressions and placeholders. Nothing is sent. (A separate request
    /// may first give a version to an item without one. A `replace` that names no version is shown as for a missing item.)
    ///
    /// # Errors
    /// Those of `send` that come before anything is sent.
    pub fn preview(&self) -> Result<Preview> {
        let (mut write, whole) = self.write()?;
        if write.replaces_any() {
            write.expectation = Expectation::Absent;
        }
        let lowered = write.lower_or_whole(whole)?;
        Ok(Preview::of(&write, lowered))
    }

    /// The write as a plain value, and the whole item that a save leaves: everything is checked that can be checked without
    /// the item.
    pub(crate) fn write(&self) -> Result<(Write, Option<Item>)> {
        let changes = match &self.body {
            Body::Update { actions, .. } => actions.0.clone(),
            _ => Vec::new(),
        };
        let Prepared { write, whole, .. } = self.prepare(changes)?;
        Ok((write, whole))
    }

    /// The write, with the changes of an update.
    fn prepare(&self, mut changes: Vec<Change>) -> Result<Prepared> {
        let model = const { &I::MODEL };
        let (mut mine, mut whole) = (Item::new(), None);
        let mut write = Write {
            model,
            target: self
                .connection
                .target::<I>(self.key.validated()?, self.verb),
            effect: Effect::Delete,
            expectation: self.expectation.clone(),
            in_range: Vec::new(),
            condition: self.condition.clone(),
            write_id: self.write_id.clone().map(|id| self.expectation.stamp(id)),
            written_at: self.connection.written_at(model),
            returns_old: V::RETURNS_OLD,
            or_gone: V::OR_GONE,
            until_answered: V::UNTIL_ANSWERED,
        };
        let read_from = match &self.body {
            Body::Save(stored) => &stored.table,
            _ => &self.read_from,
        };
        check_table(model.name, read_from.as_deref(), &write.target.table)?;
        match &self.body {
            Body::Create(value) => {
                mine = encode(value)?;
                write.effect = write.put(mine.clone());
            }
            Body::Replace(value) => {
                check_key(value, &write.target.key)?;
                mine = encode(value)?;
                write.effect = write.put(mine.clone());
            }
            Body::Save(stored) => {
                check_key(&***stored, &stored.key)?;
                mine = encode(&***stored)?;
                let merged = stored.merged(&mine)?;
                write.effect = Effect::Update(difference(&stored.raw, &merged));
                whole = stored.whole.then_some(merged);
            }
            Body::Overwrite(value) => {
                let attributes = encode(value)?;
                if model.varies() {
                    return Err(flattened(model, "put"));
                }
                write.effect = Effect::Update(overwrite(model, attributes, &self.kept));
            }
            Body::Update { default, .. } => {
                check_actions(model, &changes)?;
                check_values::<I>(&changes)?;
                if let Some(default) = default {
                    check_default(default, &write.target.key)?;
                    let attributes = encode(default)?;
                    let is_known = |name: &String| model.names().any(|known| known == name);
                    if !attributes.keys().all(is_known) {
                        return Err(flattened(model, "or_create"));
                    }
                    let consistent = model.default_stamps(&attributes);
                    write.condition =
                        Node::all(write.condition.take().into_iter().chain(consistent));
                    with_defaults(model, &mut changes, attributes)?;
                    if matches!(write.expectation, Expectation::Exists) {
                        write.expectation = Expectation::Nothing;
                    }
                } else if changes.is_empty() {
                    return Err(InvalidInput::NoAction {
                        item_type: model.name,
                    }
                    .into());
                }
                write.in_range = in_range(model, &changes, write.condition.as_ref());
                if default.is_some() && write.may_create() {
                    check_created::<I>(&changes, &write.target.key)?;
                }
                write.effect = Effect::Update(changes);
            }
            Body::Delete => {}
            Body::Check => write.effect = Effect::Check,
        }
        if let Effect::Update(changes) = &write.effect
            && V::UNTIL_ANSWERED
            && let Some(change) = not_repeatable(changes, |name| model.is_reserved(name))
        {
            return Err(InvalidInput::NotRepeatable {
                item_type: model.name,
                clause: change.to_string(),
            }
            .into());
        }
        Ok(Prepared { write, mine, whole })
    }

    pub(crate) async fn run(self, call: &Arc<Call>) -> Result<Option<Result<Stored<I>>>> {
        let mut retry = V::UNTIL_ANSWERED.then(|| Retry::start(call));
        self.run_within(call, retry.as_mut()).await
    }

    /// The same within a loop that sends again in place of the SDK.
    pub(crate) async fn run_within(
        mut self,
        call: &Arc<Call>,
        retry: Option<&mut Retry<'_>>,
    ) -> Result<Option<Result<Stored<I>>>> {
        let changes = match &mut self.body {
            Body::Update { actions, .. } => std::mem::take(&mut actions.0),
            _ => Vec::new(),
        };
        let Prepared {
            mut write,
            mine,
            whole,
        } = self.prepare(changes)?;
        match self.body {
            Body::Save(stored) if write.changes_nothing() && !V::SENDS_UNCHANGED => {
                return Ok(Some(Ok(stored.unsaved())));
            }
            // A check is not `Ready`: it is sent in transactions only.
            Body::Check => return Ok(None),
            _ => {}
        }
        // Boxed: the SDK's futures are large, and callers join several of ours.
        let returned = match Box::pin(execute(call, &mut write, whole, retry)).await {
            Err(error) if write.or_gone => {
                Box::pin(unless_gone(call, &write.target, error)).await?
            }
            answer => answer?,
        };
        let table = write.target.table.clone();
        let stored = match self.body {
            // After a lost answer the item may be as a later writer left it.
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
    /// - [`AlreadyExists`](crate::Error::AlreadyExists), [`NotFound`](crate::Error::NotFound), [`Conflict`](crate::Error::Conflict) and
    ///   [`ConditionFailed`](crate::Error::ConditionFailed): nothing was written, except perhaps a first version on an item without one. The
    ///   error carries the current item.
    /// - [`Expression`](crate::Error::Expression), [`Invalid`](crate::Error::Invalid), [`Encode`](crate::Error::Encode): nothing was sent.
    /// - [`UpdateRejected`](crate::Error::UpdateRejected), [`Throttled`](crate::Error::Throttled),
    ///   [`TransactionConflict`](crate::Error::TransactionConflict), [`Service`](crate::Error::Service): nothing was written.
    /// - [`OutcomeUnknown`](crate::Error::OutcomeUnknown): the answer was lost, and the item does not show whether the write was applied.
    /// - [`Decode`](crate::Error::Decode): the stored item is not an `I`. The error says whether the write was applied.
    pub async fn send(self) -> Result<V::Output<I>> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), false));
        self.run(&call).await.and_then(V::output)
    }

    /// Sends the write, and also returns the capacity units that DynamoDB reported.
    pub async fn send_metered(self) -> Metered<Result<V::Output<I>>> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), true));
        let outcome = self.run(&call).await.and_then(V::output);
        Metered::new(outcome, &call)
    }
}

impl Write {
    /// Whether it is the save of what was not changed.
    fn changes_nothing(&self) -> bool {
        self.condition.is_none()
            && matches!(&self.effect, Effect::Update(changes) if changes.is_empty())
    }

    /// Whether its guards and its condition hold where there is no item.
    fn may_create(&self) -> bool {
        let absent = Item::new();
        let holds = |node: &Node| holds_on(node, &absent);
        matches!(self.expectation, Expectation::Nothing)
            && self.in_range.iter().all(|guard| guard.holds_on(&absent))
            && self.condition.as_ref().is_none_or(holds)
    }

    /// Stores these attributes whole, at the version after the expected one.
    pub(crate) fn put(&self, attributes: Item) -> Effect {
        let version = self.expectation.next_version().unwrap_or(1);
        let stamps = Stamps {
            version,
            write_id: self.write_id.as_deref(),
            written_at: self.written_at,
        };
        Effect::Put(whole_item(
            self.model,
            &self.target.key,
            attributes,
            &stamps,
        ))
    }
}

/// The value beside the item that was put.
fn written<I: Versioned>(value: I, mine: Item, write: Write) -> Result<Stored<I>> {
    match write.effect {
        Effect::Put(item) => {
            Ok(Stored::as_written(value, mine, item).map_err(ConversionError::after_write)?)
        }
        _ => Err(DecodeError::nothing_returned(I::MODEL.name).into()),
    }
}

/// The value beside the item that a save left.
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

pub(crate) fn check_key<I: Versioned>(value: &I, read: &RawKey) -> Result<()> {
    let now = value.to_key().validated()?;
    if now == *read {
        return Ok(());
    }
    Err(InvalidInput::KeyChanged {
        item_type: I::MODEL.name,
        read: Box::new(read.clone()),
        now: Box::new(now),
    }
    .into())
}

pub(super) fn check_default<I: Versioned>(default: &I, key: &RawKey) -> Result<()> {
    let given = default.to_key().validated()?;
    if given == *key {
        return Ok(());
    }
    Err(InvalidInput::OtherKey {
        item_type: I::MODEL.name,
        key: Box::new(key.clone()),
        given: Box::new(given),
    }
    .into())
}

fn flattened(model: &Model, verb: &'static str) -> Error {
    let item_type = model.name;
    InvalidInput::Flattened { item_type, verb }.into()
}

/// Sets every attribute that the struct writes, and removes those that it knows and leaves out. What is to be kept is set
/// only where it is missing, and never removed.
fn overwrite(model: &'static Model, attributes: Item, kept: &[Path]) -> Vec<Change> {
    let is_kept = |name: &str| kept.iter().any(|path| &*path.root == name);
    let omitted = model
        .names()
        .filter(|name| !attributes.contains_key(*name) && !model.is_own(name) && !is_kept(name));
    let removed: Vec<_> = omitted
        .map(|name| Change {
            path: Path::new(name),
            action: ActionKind::Remove,
        })
        .collect();
    let mut changes: Vec<_> = attributes
        .into_iter()
        .filter(|(name, _)| !model.is_own(name))
        .map(|(name, value)| Change {
            action: if is_kept(&name) {
                ActionKind::SetIfAbsent(Operand::Value(value))
            } else {
                ActionKind::Set(Operand::Value(value))
            },
            path: Path::new(name),
        })
        .collect();
    changes.sort_by(|a, b| a.path.root.cmp(&b.path.root));
    changes.extend(removed);
    changes
}

/// The item that `put` leaves of what is stored: every attribute that the struct writes, none that it knows and leaves out,
/// and none that it would write if it were what is stored.
pub(crate) fn overwrite_item<I: Versioned>(attributes: Item, stored: &Item) -> Result<Item> {
    let model = const { &I::MODEL };
    let before = if model.varies() {
        encode(&decode::<I>(stored)?)?
    } else {
        Item::new()
    };
    let is_known =
        |name: &str| model.names().any(|known| known == name) || before.contains_key(name);
    let mut item = stored.clone();
    item.retain(|name, _| model.is_own(name) || !is_known(name));
    item.extend(attributes);
    Ok(item)
}

/// The item that the update would create is one that can be read.
fn check_created<I: Versioned>(changes: &[Change], key: &RawKey) -> Result<(), InvalidInput> {
    // What DynamoDB would reject creates nothing.
    let Ok(created) = apply(changes, &key.to_item()) else {
        return Ok(());
    };
    match decode::<I>(&created) {
        Ok(_) => Ok(()),
        Err(error) => Err(InvalidInput::CreatesUnreadable {
            item_type: I::MODEL.name,
            reason: error.reason,
        }),
    }
}

/// Every attribute that the update does not set gets its default if it is missing; relative actions start from theirs.
fn with_defaults(
    model: &'static Model,
    changes: &mut Vec<Change>,
    defaults: Item,
) -> Result<(), InvalidInput> {
    let mut defaults: Vec<_> = defaults
        .into_iter()
        .filter(|(name, _)| !model.is_own(name))
        .collect();
    defaults.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, default) in defaults {
        let default = Operand::Value(default);
        let mut unset = true;
        for change in changes
            .iter_mut()
            .filter(|change| *change.path.root == name)
        {
            unset = false;
            match &mut change.action {
                // A part of the attribute cannot be changed beside a default of the whole.
                _ if !change.path.rest.is_empty() => {
                    return Err(InvalidInput::DefaultOverlaps { attribute: name });
                }
                // Members are not added to a default, nor taken from one: the new item would hold others, or none.
                ActionKind::Insert(_) | ActionKind::Delete(_) => {
                    return Err(InvalidInput::DefaultOverlaps { attribute: name });
                }
                ActionKind::Arithmetic { start, .. } | ActionKind::Append { start, .. } => {
                    start.get_or_insert_with(|| Box::new(default.clone()));
                }
                // ADD has a start of its own, which is 0.
                ActionKind::AddNumber(_)
                | ActionKind::Set(_)
                | ActionKind::SetIfAbsent(_)
                | ActionKind::Formula(_)
                | ActionKind::Remove => {}
            }
        }
        if unset {
            changes.push(Change {
                path: Path::new(name),
                action: ActionKind::SetIfAbsent(default),
            });
        }
    }
    Ok(())
}

/// For the message alone, which an `async fn` repeats at its call, at its future and at its `.await`.
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

/// For the message alone.
#[doc(hidden)]
impl<I: SentByAwait, V> Future for WriteRequest<I, V> {
    type Output = Result<Stored<I>>;
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        match I::NEVER {}
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
    /// An update without any action is refused with [`Invalid`](Error::Invalid).
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
