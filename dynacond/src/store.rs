//! The store: verbs as values, sent one by one or together.
use std::any::TypeId;
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_dynamodb::Client;
use uuid::Uuid;

use crate::error::{DecodeError, Error, Exhausted, Guard, InvalidItem, Refusal, Result, Target};
use crate::expectation::{Expectation, ExpectedId};
use crate::expression::condition::{IntoCondition, Node};
use crate::expression::operand::{Operand, Path};
use crate::expression::update::{ActionKind, Actions, Change, IntoActions};
use crate::expression::value;
use crate::item::{IntoKey, Item, Key, Model, RawKey, Stored, Tag, Versioned, encode};
use crate::outcome::{deliver, execute, failed};
use crate::request;
use crate::retry::{Retry, RetryPolicy};
use crate::write::{Effect, Write, check_actions, is_too_long, merge, merged, not_negative, whole_item};

/// The way to DynamoDB: a client, the tables' names, and the verbs. Cheap to clone.
///
/// ```no_run
/// # use dynacond::{Store, Versioned};
/// # async fn f<Order: Versioned>(client: aws_sdk_dynamodb::Client, order: Order) -> dynacond::Result<()> {
/// let store = Store::new(client);
/// let order = store.create(order).send().await?;
/// # Ok(())
/// # }
/// ```
///
/// Every verb is a value until [`send`](WriteRequest::send): dropping it sends nothing. **Dropping the future of a write
/// that was polled leaves its outcome unknown**: the request may be on its way.
#[derive(Clone)]
pub struct Store(Arc<Connection>);

/// What all verbs share.
pub(crate) struct Connection {
    pub(crate) client: Client,
    tables: HashMap<TypeId, String>,
    prefix: String,
    retry: RetryPolicy,
    random: Box<dyn Fn() -> u128 + Send + Sync>,
    /// Whether the endpoint was seen to honour ALL_OLD.
    returns_items: AtomicBool,
}

impl Connection {
    /// A new write id, where the model has one.
    fn fresh_id(&self, model: &Model) -> Option<String> {
        model.write_id.map(|_| Uuid::from_u128((self.random)()).simple().to_string())
    }

    pub(crate) fn returns_items(&self) {
        self.returns_items.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_known_to_return_items(&self) -> bool {
        self.returns_items.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("prefix", &self.0.prefix).field("retry", &self.0.retry).finish_non_exhaustive()
    }
}

/// A [`Store`] with table names, a retry policy or a source of randomness of its own.
#[must_use = "a builder builds nothing until `.build()`"]
pub struct StoreBuilder(Connection);

impl fmt::Debug for StoreBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreBuilder")
    }
}

impl StoreBuilder {
    /// The table of `T`, instead of the derive's.
    pub fn table<T: Versioned>(mut self, name: impl Into<String>) -> Self {
        self.0.tables.insert(typeid::of::<T>(), name.into());
        self
    }

    /// Put before the names of all tables that are not named by [`table`](Self::table): `dev-`.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.0.prefix = prefix.into();
        self
    }

    /// How [`Store::modify`] tries again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.0.retry = policy;
        self
    }

    /// Where write ids and jitter come from: 128 random bits a call. For tests; write ids that repeat let a stale writer
    /// win.
    pub fn random(mut self, random: impl Fn() -> u128 + Send + Sync + 'static) -> Self {
        self.0.random = Box::new(random);
        self
    }

    /// The store.
    #[must_use]
    pub fn build(self) -> Store {
        Store(Arc::new(self.0))
    }
}

impl Store {
    /// A store on any client.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self::builder(client).build()
    }

    /// A store with table names or a retry policy of its own.
    pub fn builder(client: Client) -> StoreBuilder {
        StoreBuilder(Connection {
            client,
            tables: HashMap::new(),
            prefix: String::new(),
            retry: RetryPolicy::default(),
            random: Box::new(|| Uuid::new_v4().as_u128()),
            returns_items: AtomicBool::new(false),
        })
    }

    /// The client.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.0.client
    }

    /// The table of `T`.
    #[must_use]
    pub fn table_name<T: Versioned>(&self) -> String {
        match self.0.tables.get(&typeid::of::<T>()) {
            Some(name) => name.clone(),
            None => format!("{}{}", self.0.prefix, T::MODEL.table),
        }
    }

    /// Reads an item: one strongly consistent GetItem.
    ///
    /// # Errors
    /// [`Error::Decode`] if it is not a `T`, [`Error::Invalid`] for a key that DynamoDB would refuse (nothing is sent), and
    /// the service's.
    pub fn get<K: IntoKey>(&self, key: K) -> Get<K::Item> {
        Get { store: self.clone(), key: key.into_key(), consistent: true }
    }

    /// Stores a new item: one PutItem that is refused with [`Error::AlreadyExists`] if there is one under its key. Gives it
    /// version 1.
    pub fn create<I: Versioned>(&self, item: I) -> WriteRequest<I, verb::Create> {
        let key = item.to_key();
        self.request(key, Body::Create(item), Expectation::Absent)
    }

    /// Saves a changed item if nobody wrote it since it was read, else [`Error::Conflict`]. One UpdateItem with what
    /// changed; attributes that `I` does not know are kept. Without a change and without a `.when` nothing is sent.
    pub fn save<I: Versioned>(&self, item: Stored<I>) -> WriteRequest<I, verb::Save> {
        let expectation = as_read(&item);
        self.request(Stored::key(&item), Body::Save(item), expectation)
    }

    /// Writes every attribute of the struct, keeping those it does not know, whatever the version: one UpdateItem, which
    /// creates the item if there is none. Lists, sets and documents are written whole.
    ///
    /// It overwrites what others wrote, so it needs a `.when(..)`, an `.at(&tag)`, or to be called `.unconditional()`.
    pub fn put<I: Versioned>(&self, item: I) -> WriteRequest<I, verb::Unguarded<verb::Put>> {
        let key = item.to_key();
        self.request(key, Body::Overwrite(item), Expectation::Nothing)
    }

    /// Replaces the whole item: one PutItem that drops what the struct does not know. Takes a [`Stored`], or a value with
    /// `.at(&tag)`.
    pub fn replace<R: Replacement>(&self, item: R) -> WriteRequest<R::Item, R::Verb> {
        let (key, item, expectation) = item.replacement();
        self.request(key, Body::Replace(item), expectation)
    }

    /// Changes attributes of an item that exists, else [`Error::NotFound`]: one UpdateItem, whatever the version.
    pub fn update<K: IntoKey>(&self, key: K) -> WriteRequest<K::Item, verb::Update> {
        let body = Body::Update { actions: Actions::default(), default: None };
        self.request(key.into_key(), body, Expectation::Exists)
    }

    /// Deletes an item: a [`Stored`] if nobody wrote it since it was read, or by its key with a `.when(..)`, an
    /// `.at(&tag)`, or `.unconditional()`.
    pub fn delete<D: Deletion>(&self, item: D) -> WriteRequest<D::Item, D::Verb> {
        let (key, expectation) = item.deletion();
        self.request(key, Body::Delete, expectation)
    }

    /// Reads, changes and saves, again if somebody wrote the item meanwhile: two requests, and one more for each conflict,
    /// since a refusal brings the item with it.
    ///
    /// The closure gets `&mut I`, returns `()` or `Result<(), E>`, and may run several times.
    ///
    /// ```compile_fail
    /// // The closure is `Fn`: it runs again after a conflict, so it cannot count its own runs.
    /// # async fn f<Order: dynacond::Versioned>(store: dynacond::Store, key: dynacond::Key<Order>) {
    /// let mut runs = 0;
    /// store.modify(key, |_| runs += 1);
    /// # }
    /// ```
    pub fn modify<K: IntoKey, F, R>(&self, key: K, change: F) -> Modify<K::Item, F>
    where
        F: Fn(&mut K::Item) -> R,
        R: Outcome,
    {
        Modify { store: self.clone(), key: key.into_key(), change, condition: None }
    }

    fn request<I, V: Verb>(&self, key: Key<I>, body: Body<I>, expectation: Expectation) -> WriteRequest<I, V> {
        let store = self.clone();
        WriteRequest { store, key, body, expectation, condition: None, verb: V::NAME, of: PhantomData }
    }

    fn target<I: Versioned>(&self, key: RawKey, verb: &'static str) -> Target {
        Target { table: self.table_name::<I>(), item_type: I::MODEL.name, key, verb }
    }
}

fn as_read<I: Versioned>(item: &Stored<I>) -> Expectation {
    Expectation::as_read(&I::MODEL, &Stored::tag(item), &item.raw)
}

/// A read that is not sent yet.
#[must_use = "nothing is sent until `.send().await`"]
#[derive(Debug)]
pub struct Get<I> {
    store: Store,
    key: Key<I>,
    consistent: bool,
}

impl<I: Versioned> Get<I> {
    /// Half the read units, and perhaps an item that was overwritten a moment ago: a save of it is then refused.
    pub fn eventually_consistent(mut self) -> Self {
        self.consistent = false;
        self
    }

    /// Sends the read.
    ///
    /// # Errors
    /// See [`Store::get`].
    pub async fn send(self) -> Result<Option<Stored<I>>> {
        let target = self.store.target::<I>(self.key.validated()?, "get");
        match request::get(&self.store.0.client, &target.table, &target.key, self.consistent).await {
            Ok(item) => item.map(Stored::from_item_at).transpose(),
            Err(failure) => Err(failed(target, failure)),
        }
    }
}

/// The verbs, as types: what may be said of each.
pub mod verb {
    use super::{Result, Stored, Versioned};

    /// `create`.
    #[derive(Debug)]
    pub enum Create {}
    /// `save`.
    #[derive(Debug)]
    pub enum Save {}
    /// `put`.
    #[derive(Debug)]
    pub enum Put {}
    /// `update`.
    #[derive(Debug)]
    pub enum Update {}
    /// `replace`.
    #[derive(Debug)]
    pub enum Replace {}
    /// `delete`.
    #[derive(Debug)]
    pub enum Delete {}
    /// A verb that would overwrite what others wrote, until it gets a `.when(..)`, an `.at(..)`, or `.unconditional()`.
    #[derive(Debug)]
    pub struct Unguarded<V>(std::marker::PhantomData<V>);
    /// A `replace` of a value that was not read: it needs an `.at(..)`.
    #[derive(Debug)]
    pub struct Untagged<V>(std::marker::PhantomData<V>);

    /// A verb, and what it becomes with a condition.
    pub trait Verb {
        /// Its name.
        #[doc(hidden)]
        const NAME: &'static str;
        /// The verb with a condition.
        type When: Verb;
    }

    /// A verb that can be sent.
    #[diagnostic::on_unimplemented(
        message = "this write would overwrite what others wrote: give it `.when(..)`, `.at(&tag)`, or say `.unconditional()`",
        label = "an unconditional overwrite is asked for by name",
        note = "`replace` of a value that was not read needs `.at(&tag)`"
    )]
    pub trait Ready: Verb {
        /// What it gives.
        type Output<I>;
        /// From what the store knows of the item afterwards.
        #[doc(hidden)]
        fn output<I: Versioned>(stored: Option<Result<Stored<I>>>) -> Result<Self::Output<I>>;
    }

    /// A verb that takes a version or a tag.
    #[diagnostic::on_unimplemented(
        message = "this verb takes no `.at(..)`: `create` expects no item, and `save` is at the version that was read",
        label = "expects a state of its own"
    )]
    pub trait AtVersion: Verb {
        /// The verb at a version.
        type At: Verb;
    }

    macro_rules! verbs {
        ($($verb:ty: $name:literal, $when:ty $(, at $at:ty)?;)+) => { $(
            impl Verb for $verb { const NAME: &'static str = $name; type When = $when; }
            $(#[diagnostic::do_not_recommend] impl AtVersion for $verb { type At = $at; })?
        )+ };
    }
    verbs! {
        Create: "create", Create;
        Save: "save", Save;
        Put: "put", Put, at Put;
        Update: "update", Update, at Update;
        Replace: "replace", Replace, at Replace;
        Delete: "delete", Delete, at Delete;
        Unguarded<Put>: "put", Put, at Put;
        Unguarded<Delete>: "delete", Delete, at Delete;
        Untagged<Replace>: "replace", Untagged<Replace>, at Replace;
    }
    macro_rules! ready {
        ($($verb:ty),+) => { $(
            #[diagnostic::do_not_recommend]
            impl Ready for $verb {
                type Output<I> = Stored<I>;
                fn output<I: Versioned>(stored: Option<Result<Stored<I>>>) -> Result<Stored<I>> {
                    stored.unwrap_or_else(|| Err(crate::error::DecodeError::nothing_returned::<I>()))
                }
            }
        )+ };
    }
    ready! { Create, Save, Put, Update, Replace }
    #[diagnostic::do_not_recommend]
    impl Ready for Delete {
        type Output<I> = ();
        fn output<I: Versioned>(_: Option<Result<Stored<I>>>) -> Result<()> {
            Ok(())
        }
    }
}
use verb::{AtVersion, Ready, Unguarded, Verb};

/// What [`Store::replace`] takes: a [`Stored`] item, or a value that will say `.at(&tag)`.
#[diagnostic::on_unimplemented(message = "`{Self}` is neither an item nor a `Stored` item", label = "cannot be stored")]
pub trait Replacement {
    /// The item type.
    type Item: Versioned;
    /// What must still be said.
    type Verb: Verb;
    /// Its parts.
    #[doc(hidden)]
    fn replacement(self) -> (Key<Self::Item>, Self::Item, Expectation);
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> Replacement for I {
    type Item = I;
    type Verb = verb::Untagged<verb::Replace>;
    fn replacement(self) -> (Key<I>, I, Expectation) {
        (self.to_key(), self, Expectation::Nothing)
    }
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> Replacement for Stored<I> {
    type Item = I;
    type Verb = verb::Replace;
    fn replacement(self) -> (Key<I>, I, Expectation) {
        let (key, expectation) = (Self::key(&self), as_read(&self));
        (key, Self::into_inner(self), expectation)
    }
}

/// What [`Store::delete`] takes: a [`Stored`] item, or a key.
#[diagnostic::on_unimplemented(
    message = "expected a `Stored` item, or a key such as `Order::key(\"o1\")`, found `{Self}`",
    label = "cannot be deleted"
)]
pub trait Deletion {
    /// The item type.
    type Item: Versioned;
    /// What must still be said.
    type Verb: Verb;
    /// Its parts.
    #[doc(hidden)]
    fn deletion(self) -> (Key<Self::Item>, Expectation);
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> Deletion for Stored<I> {
    type Item = I;
    type Verb = verb::Delete;
    fn deletion(self) -> (Key<I>, Expectation) {
        (Self::key(&self), as_read(&self))
    }
}
macro_rules! delete_by_key {
    ($($key:ty),+) => { $(
        #[diagnostic::do_not_recommend]
        impl<I: Versioned> Deletion for $key {
            type Item = I;
            type Verb = Unguarded<verb::Delete>;
            fn deletion(self) -> (Key<I>, Expectation) { (self.into_key(), Expectation::Nothing) }
        }
    )+ };
}
delete_by_key! { Key<I>, &Key<I> }

/// A write that is not sent yet: `store.create(..)`, `save`, `put`, `replace`, `update`, `delete`.
#[must_use = "nothing is sent until `.send().await`"]
pub struct WriteRequest<I, V> {
    store: Store,
    key: Key<I>,
    body: Body<I>,
    expectation: Expectation,
    condition: Option<Node>,
    /// As errors name it.
    verb: &'static str,
    of: PhantomData<fn() -> V>,
}

impl<I, V> fmt::Debug for WriteRequest<I, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.key)
    }
}

/// What is to be written.
enum Body<I> {
    Create(I),
    Save(Stored<I>),
    Overwrite(I),
    Replace(I),
    Update { actions: Actions, default: Option<I> },
    Delete,
}

impl<I: Versioned, V: Verb> WriteRequest<I, V> {
    fn becomes<W>(self) -> WriteRequest<I, W> {
        let Self { store, key, body, expectation, condition, verb, .. } = self;
        WriteRequest { store, key, body, expectation, condition, verb, of: PhantomData }
    }

    /// Only if this holds on the stored item. A second `when` narrows the first: both must hold. For a condition that you
    /// hold already: `.when(|_| condition)`.
    pub fn when<C: IntoCondition<I>>(mut self, condition: impl FnOnce(I::Attributes) -> C) -> WriteRequest<I, V::When> {
        let node = condition(I::ATTRIBUTES).into_condition().node;
        self.condition = Node::all(self.condition.take().into_iter().chain([node]));
        self.becomes()
    }

    /// Only if the item is as it was when the tag was taken: the same version by the same write.
    pub fn at(mut self, tag: &Tag) -> WriteRequest<I, V::At>
    where
        V: AtVersion,
    {
        self.expectation = Expectation::at(&I::MODEL, tag);
        self.becomes()
    }

    /// Only if the item is at this version. Unlike [`at`](Self::at) it does not notice an item that was deleted, created
    /// again and raised to the same version.
    pub fn at_version(mut self, version: u64) -> WriteRequest<I, V::At>
    where
        V: AtVersion,
    {
        self.expectation = Expectation::At { version, write_id: ExpectedId::Unstated };
        self.becomes()
    }

    /// Sends the write, and finds out what became of it.
    ///
    /// Dropping the future once it was polled leaves the outcome unknown: the request may be on its way.
    ///
    /// # Errors
    /// - [`AlreadyExists`](Error::AlreadyExists), [`NotFound`](Error::NotFound), [`Conflict`](Error::Conflict) and
    ///   [`ConditionFailed`](Error::ConditionFailed): nothing was written; the item as it is now comes with the error.
    /// - [`Expression`](Error::Expression), [`Invalid`](Error::Invalid), [`Encode`](Error::Encode): nothing was sent.
    /// - [`UpdateRejected`](Error::UpdateRejected), [`Throttled`](Error::Throttled),
    ///   [`TransactionConflict`](Error::TransactionConflict), [`Service`](Error::Service): nothing was written.
    /// - [`OutcomeUnknown`](Error::OutcomeUnknown): the answer was lost, and the item does not tell.
    /// - [`Decode`](Error::Decode): what is stored is not an `I`; the error tells whether the write was applied.
    pub async fn send(self) -> Result<V::Output<I>>
    where
        V: Ready,
    {
        V::output(self.run().await?)
    }

    async fn run(self) -> Result<Option<Result<Stored<I>>>> {
        let Self { store, key, body, expectation, condition, verb, .. } = self;
        let mut write = Write {
            model: const { &I::MODEL },
            target: store.target::<I>(key.validated()?, verb),
            effect: Effect::Delete,
            expectation,
            not_negative: Vec::new(),
            condition,
            write_id: store.0.fresh_id(const { &I::MODEL }),
        };
        let connection = &*store.0;
        match body {
            Body::Create(value) => {
                write.effect = write.put(encode(&value)?);
                execute(connection, &write).await?;
                Ok(Some(written(value, write)))
            }
            Body::Replace(value) => {
                check_key(&value, &write.target.key)?;
                adopt(connection, &mut write).await?;
                write.effect = write.put(encode(&value)?);
                execute(connection, &write).await?;
                Ok(Some(written(value, write)))
            }
            Body::Save(stored) => save(connection, write, stored).await.map(Some),
            Body::Overwrite(value) => {
                write.effect = Effect::Update(overwrite(write.model, encode(&value)?));
                execute(connection, &write).await.map(decoded)
            }
            Body::Update { actions: Actions(mut changes), default } => {
                check_actions(write.model, &changes)?;
                match default {
                    Some(default) => {
                        check_default(&default, &write.target.key)?;
                        with_defaults(write.model, &mut changes, encode(&default)?)?;
                        if matches!(write.expectation, Expectation::Exists) {
                            write.expectation = Expectation::Nothing;
                        }
                    }
                    None if changes.is_empty() => {
                        return Err(InvalidItem::NoAction { item_type: write.model.name }.into());
                    }
                    None => {}
                }
                write.not_negative = not_negative(&changes, write.condition.as_ref());
                write.effect = Effect::Update(changes);
                execute(connection, &write).await.map(decoded)
            }
            Body::Delete => {
                adopt(connection, &mut write).await?;
                // A deletion leaves nothing to stamp.
                write.write_id = None;
                execute(connection, &write).await?;
                Ok(None)
            }
        }
    }
}

impl Write {
    /// Stores these attributes whole, at the version after the expected one.
    fn put(&self, attributes: Item) -> Effect {
        let version = match self.expectation {
            Expectation::At { version, .. } => version.saturating_add(1),
            _ => 1,
        };
        Effect::Put(whole_item(self.model, &self.target.key, attributes, version, self.write_id.as_deref()))
    }
}

/// The value beside the item that was put.
fn written<I: Versioned>(value: I, write: Write) -> Result<Stored<I>> {
    match write.effect {
        Effect::Put(item) => Stored::with_value(value, item).map_err(DecodeError::after_write),
        _ => Err(DecodeError::nothing_returned::<I>()),
    }
}

fn decoded<I: Versioned>(item: Option<Item>) -> Option<Result<Stored<I>>> {
    item.map(|item| Stored::from_item_at(item).map_err(DecodeError::after_write))
}

fn check_key<I: Versioned>(value: &I, read: &RawKey) -> Result<()> {
    let now = value.to_key().validated()?;
    if now == *read {
        return Ok(());
    }
    Err(InvalidItem::KeyChanged { item_type: I::MODEL.name, read: read.clone(), now }.into())
}

fn check_default<I: Versioned>(default: &I, key: &RawKey) -> Result<()> {
    let given = default.to_key().validated()?;
    if given == *key {
        return Ok(());
    }
    Err(InvalidItem::OtherKey { item_type: I::MODEL.name, key: key.clone(), given }.into())
}

/// Sets every attribute that the struct writes, and removes those that it knows and leaves out.
fn overwrite(model: &'static Model, attributes: Item) -> Vec<Change> {
    let omitted = model.known.iter().filter(|name| !attributes.contains_key(**name) && !model.is_own(name));
    let removed: Vec<_> = omitted.map(|name| Change { path: Path::new(*name), action: ActionKind::Remove }).collect();
    let mut changes: Vec<_> = attributes
        .into_iter()
        .filter(|(name, _)| !model.is_own(name))
        .map(|(name, value)| Change { path: Path::new(name), action: ActionKind::Set(Operand::Value(value)) })
        .collect();
    changes.sort_by(|a, b| a.path.root.cmp(&b.path.root));
    changes.extend(removed);
    changes
}

/// Saves by a three-way merge.
async fn save<I: Versioned>(connection: &Connection, mut write: Write, stored: Stored<I>) -> Result<Result<Stored<I>>> {
    check_key(&*stored, &stored.key)?;
    let mine = encode(&*stored)?;
    let changes = merge(&stored.base, &mine, &stored.raw);
    if changes.is_empty() && write.condition.is_none() {
        return Ok(Ok(stored));
    }
    write.effect = Effect::Update(changes);
    let mut lowered = write.lower();
    if lowered.as_ref().is_err_and(is_too_long) && matches!(write.expectation, Expectation::Unversioned { .. }) {
        // What was read does not fit into a guard: stamp a version, then compare.
        adopt(connection, &mut write).await?;
        lowered = write.lower();
    }
    if lowered.as_ref().is_err_and(is_too_long) && matches!(write.expectation, Expectation::At { .. }) {
        // The change does not fit into an update: the merged item goes out whole, at the version that was read.
        write.effect = write.put(merged(&stored.base, &mine, &stored.raw));
        lowered = write.lower();
    }
    let returned = deliver(connection, &write, lowered?).await?;
    let value = Stored::into_inner(stored);
    Ok(match (returned, write.effect) {
        (Some(item), _) | (None, Effect::Put(item)) => {
            Stored::with_value(value, item).map_err(DecodeError::after_write)
        }
        (None, _) => Err(DecodeError::nothing_returned::<I>()),
    })
}

/// Gives an unversioned item version 1, and compares it with what was read: from then on no write goes unnoticed.
async fn adopt(connection: &Connection, write: &mut Write) -> Result {
    let Expectation::Unversioned { as_read } = &write.expectation else { return Ok(()) };
    let stamp = Write {
        effect: Effect::Update(Vec::new()),
        expectation: Expectation::Unversioned { as_read: None },
        condition: None,
        ..write.clone()
    };
    let adopted = execute(connection, &stamp).await?.unwrap_or_default();
    if let Some(as_read) = as_read {
        let now = adopted.keys().filter(|name| !write.model.is_own(name)).count();
        let same = |(name, read): &(String, _)| adopted.get(name).is_some_and(|now| value::equal(now, read));
        if now != as_read.len() || !as_read.iter().all(same) {
            let guard = Guard::Unversioned { found: None };
            return Err(Error::Conflict(Refusal::by_guard(write.target.clone(), guard, Some(adopted))));
        }
    }
    let write_id = stamp.write_id.map_or(ExpectedId::Unstated, ExpectedId::Is);
    write.expectation = Expectation::At { version: 1, write_id };
    write.write_id = connection.fresh_id(write.model);
    Ok(())
}

/// Every attribute that the update does not set gets its default if it is missing; relative actions start from theirs.
fn with_defaults(model: &'static Model, changes: &mut Vec<Change>, defaults: Item) -> Result<(), InvalidItem> {
    let mut defaults: Vec<_> = defaults.into_iter().filter(|(name, _)| !model.is_own(name)).collect();
    defaults.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, default) in defaults {
        let default = Operand::Value(default);
        let mut unset = true;
        for change in changes.iter_mut().filter(|change| change.path.root == name) {
            unset = false;
            match &mut change.action {
                // A part of the attribute cannot be changed beside a default of the whole.
                _ if !change.path.rest.is_empty() => return Err(InvalidItem::DefaultOverlaps { attribute: name }),
                // Members cannot be added to a default: ADD begins with none.
                ActionKind::Insert(_) => return Err(InvalidItem::DefaultOverlaps { attribute: name }),
                ActionKind::Arithmetic { start, .. } | ActionKind::Append { start, .. } => {
                    start.get_or_insert_with(|| default.clone());
                }
                ActionKind::Set(_) | ActionKind::SetIfAbsent(_) | ActionKind::Remove | ActionKind::Delete(_) => {}
            }
        }
        if unset {
            changes.push(Change { path: Path::new(name), action: ActionKind::SetIfAbsent(default) });
        }
    }
    Ok(())
}

impl<I: Versioned, V> WriteRequest<I, Unguarded<V>>
where
    Unguarded<V>: Verb<When = V>,
{
    /// Whatever is stored: it overwrites what others wrote since you read it.
    pub fn unconditional(self) -> WriteRequest<I, V> {
        self.becomes()
    }
}

impl<I: Versioned> WriteRequest<I, verb::Update> {
    /// What to change: an action such as `o.stock.subtract(3)`, or a tuple or `Vec` of them. A second `set` adds to the
    /// first.
    pub fn set<A: IntoActions<I>>(mut self, actions: impl FnOnce(I::Attributes) -> A) -> Self {
        if let Body::Update { actions: all, .. } = &mut self.body {
            actions(I::ATTRIBUTES).add_to(all);
        }
        self
    }

    /// Creates the item if there is none: every attribute that the update does not set gets `default`'s, relative actions
    /// start from it, and the result always decodes.
    pub fn or_create(mut self, default: I) -> Self {
        if let Body::Update { default: slot, .. } = &mut self.body {
            *slot = Some(default);
        }
        self
    }
}

/// What a `modify` closure returns: nothing, or a result with the caller's own error.
#[diagnostic::on_unimplemented(
    message = "a `modify` closure returns `()` or `Result<(), E>`, not `{Self}`",
    label = "expected `()` or `Result<(), E>` with `E: From<dynacond::Error>`"
)]
pub trait Outcome {
    /// The caller's error.
    type Error: From<Error>;
    /// As a result.
    #[doc(hidden)]
    fn result(self) -> std::result::Result<(), Self::Error>;
}
#[diagnostic::do_not_recommend]
impl Outcome for () {
    type Error = Error;
    fn result(self) -> Result<()> {
        Ok(())
    }
}
#[diagnostic::do_not_recommend]
impl<E: From<Error>> Outcome for std::result::Result<(), E> {
    type Error = E;
    fn result(self) -> Self {
        self
    }
}

/// A [`Store::modify`] that is not sent yet.
#[must_use = "nothing is sent until `.send().await`"]
pub struct Modify<I, F> {
    store: Store,
    key: Key<I>,
    change: F,
    condition: Option<Node>,
}

impl<I, F> fmt::Debug for Modify<I, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "modify {}", self.key)
    }
}

impl<I: Versioned, F> Modify<I, F> {
    /// Only if this holds on the stored item. A false condition ends the loop with [`Error::ConditionFailed`].
    pub fn when<C: IntoCondition<I>>(mut self, condition: impl FnOnce(I::Attributes) -> C) -> Self {
        let node = condition(I::ATTRIBUTES).into_condition().node;
        self.condition = Node::all(self.condition.take().into_iter().chain([node]));
        self
    }

    /// Reads, changes and saves until nobody interferes, or the [`RetryPolicy`] ends.
    ///
    /// # Errors
    /// The closure's own; [`NotFound`](Error::NotFound) if there is no item; [`Exhausted`](Error::Exhausted) when every
    /// attempt met somebody else's write; and those of [`save`](Store::save). After
    /// [`OutcomeUnknown`](Error::OutcomeUnknown) the closure is not run again: its change may have been applied.
    pub async fn send<R>(self) -> std::result::Result<Stored<I>, R::Error>
    where
        F: Fn(&mut I) -> R,
        R: Outcome,
    {
        let Self { store, key, change, condition } = self;
        let target = store.target::<I>(key.clone().validated()?, "modify");
        let connection = &*store.0;
        let mut retry = Retry::start(&connection.client, &connection.retry, &*connection.random);
        let mut item = store.get(key).send().await?.ok_or_else(|| not_found(target.clone()))?;
        loop {
            change(&mut item).result()?;
            let mut save = store.save(item);
            save.condition.clone_from(&condition);
            save.verb = "modify";
            let error = match save.send().await {
                Ok(stored) => return Ok(stored),
                Err(error @ Error::Conflict(_)) => error,
                Err(other) => return Err(other.into()),
            };
            if !retry.again().await {
                let exhausted = Exhausted { target, attempts: retry.attempts, last: error };
                return Err(Error::Exhausted(Box::new(exhausted)).into());
            }
            item = error.current::<I>()?.ok_or_else(|| not_found(target.clone()))?;
        }
    }
}

fn not_found(target: Target) -> Error {
    Error::NotFound(Refusal::by_guard(target, Guard::Exists, None))
}
