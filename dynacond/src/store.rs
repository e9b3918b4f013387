//! The store: verbs as values, sent one by one or together.
pub(crate) mod builder;
mod cursor;
mod rate;

use std::fmt;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;

use crate::expression::action::Changes;
use crate::expression::condition::IntoCondition;
use crate::model::item::{Guarded, HasTable, Versioned};
use crate::model::key::IntoKey;
use crate::model::partition::Partition;
use crate::model::queryable::Queryable;
use crate::transaction::{FunctionResult, Transact, Transaction};
use crate::verbs::alter::{Alter, AlterResult};
use crate::verbs::bulk::all::WriteAll;
use crate::verbs::bulk::chunks::TransactEach;
use crate::verbs::bulk::import::Import;
use crate::verbs::get::Get;
use crate::verbs::get_all::GetAll;
use crate::verbs::keys::Keys;
use crate::verbs::modify::{Modify, ModifyResult, MustExist};
use crate::verbs::query::Query;
use crate::verbs::query::scan::Scan;
use crate::verbs::query::source::Source;
use crate::verbs::transact_write::{TransactItems, TransactWrite};
use crate::verbs::verb::{self, IntoDelete, IntoReplace, IntoSave};
use crate::verbs::write_request::{Body, WriteRequest};
use crate::wire::connection::Connection;
use crate::write::expectation::Expectation;

/// Gives access to DynamoDB: a client, the names of the tables, and the verbs. A store is cheap to clone.
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
/// Every verb returns a value, and nothing is sent until you call [`send`](WriteRequest::send). **If you drop the future of a write
/// that was polled, its outcome is unknown**, because the request may be on its way.
///
/// # Tracing
///
/// Each write is a [`tracing`] span `dynacond` with `table`, `item_type` and `verb`. At its end the span records `attempts` (the
/// requests that were sent), `outcome` (`applied` or [`Error::label`](crate::Error::label)), `refused_by` (the false guards and
/// clauses, without values) and, with `send_metered`, `write_units` and `read_units`.
///
/// A request that only stamps a version on an item without one, before the write itself is sent, is a span with the verb `adopt`.
///
/// A query, a scan, and a whole `modify_each` or `delete_each` is a span with these fields and also `index`, `pages`, `examined` and
/// `returned`. A stream has one such span for each page. Within the span of bulk work, each item that is written has its own span.
///
/// A refusal is one `info` event; in a transaction, there is one for each refused action. An unknown outcome is a `warn` event, and any
/// other failure is a `debug` event. Each event has `table`, `item_type`, `verb`, `key` (unless [`StoreBuilder::trace_keys`](crate::StoreBuilder::trace_keys) is off),
/// `outcome`, `cause` (of an unknown outcome) and `refused_by` of its item; `action`, the position in a transaction, from 0; `attempt`,
/// the number of the write within the call (a `modify` or a transaction that runs again counts up); and `requests`, how many
/// requests the call had sent so far, including reads.
#[derive(Clone)]
pub struct Store(Arc<Connection>);

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("prefix", &self.0.prefix)
            .field("retry", &self.0.retry)
            .field("grouped_items", &self.0.lanes.count())
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Returns the SDK's client.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.0.client
    }

    /// Returns the name of the table of `T`, an item type or a collection of item types.
    #[must_use]
    pub fn table_name<T: HasTable>(&self) -> String {
        self.0.table_name::<T>()
    }

    /// Reads an item: one strongly consistent GetItem.
    ///
    /// # Errors
    /// [`Error::Decode`](crate::Error::Decode) if the item is not a `T`, [`Error::Invalid`](crate::Error::Invalid) for a key that
    /// DynamoDB would refuse (nothing is sent), and errors of the service.
    #[doc(alias("get_item", "GetItem", "find"))]
    pub fn get<K: IntoKey>(&self, key: K) -> Get<K::Item> {
        Get::new(self.connection(), key.into_key())
    }

    /// Reads many items of one type or of several by their keys, strongly consistent, with at most 100 keys in each request. A tuple
    /// of keys gives a tuple of items, and a `Vec` gives a `Vec`, in the order of the keys.
    #[doc(alias("batch_get_item", "BatchGetItem", "batch_get"))]
    pub fn get_all<K: Keys>(&self, keys: K) -> GetAll<K> {
        GetAll::new(self.connection(), keys)
    }

    /// Reads items of one partition of a table or an index, in the order of the sort key. Say how much you want: `.page(20)`,
    /// `.all()`, `.first()`, `.count()` or `.stream()`.
    ///
    /// Reads are strongly consistent, unless you add [`eventually_consistent`](Query::eventually_consistent). Global indexes are never
    /// consistent.
    #[doc(alias("query_paginator", "QueryPaginator"))]
    pub fn query<Q: Source>(&self, partition: Partition<Q>) -> Query<Q> {
        Query::of(self.connection(), partition)
    }

    /// Reads the items of every partition of a table, in no order: `.all()`, `.count()`, `.stream()`, or `.modify_each(..)` and
    /// `.delete_each()`, in one segment or in [several](Query::segments). Other item types in the table are left out, and paid
    /// for.
    #[doc(alias("scan_paginator", "ScanPaginator"))]
    pub fn scan<Q: Source>(&self) -> Scan<Q> {
        Scan::over(self.connection())
    }

    /// Reads the items of every partition of an index, as [`scan`](Self::scan) does for a table. An index contains only the items that
    /// have all its key attributes.
    pub fn scan_index<Q: Queryable>(&self) -> Scan<Q>
    where
        Q::Item: Versioned,
    {
        Scan::over(self.connection())
    }

    /// Stores a new item at version 1, with one PutItem. If an item with this key exists, the write is refused with
    /// [`Error::AlreadyExists`](crate::Error::AlreadyExists).
    #[doc(alias("put_item", "PutItem", "attribute_not_exists"))]
    pub fn create<I: Versioned>(&self, item: I) -> WriteRequest<I, verb::Create> {
        let key = item.to_key();
        WriteRequest::new(&self.0, key, Body::Create(item), Expectation::Absent)
    }

    /// Saves what you changed in an item, with one UpdateItem. If somebody wrote the item since it was read, the write is refused with
    /// [`Error::Conflict`](crate::Error::Conflict). Attributes that the struct does not know are kept. Saving an unchanged item sends
    /// nothing and returns `Ok`, unless it has a `.when`.
    #[doc(alias("update_item", "UpdateItem", "optimistic_lock"))]
    pub fn save<S: IntoSave>(&self, item: S) -> WriteRequest<S::Item, verb::Save>
    where
        S::Item: Guarded,
    {
        WriteRequest::save(&self.0, item.stored())
    }

    /// Writes every attribute of the struct at any version, with one UpdateItem. It keeps attributes that the struct does not know, and
    /// creates the item if there is none. Lists, sets and documents are written whole. A struct with a flattened enum or map is refused
    /// with [`Error::Invalid`](crate::Error::Invalid): without reading the item, dynacond cannot know which attributes of another
    /// variant it contains.
    ///
    /// A `put` overwrites what others wrote, so it needs a `.when(..)`, an `.at(&tag)`, or `.unconditional()`.
    #[doc(alias("update_item", "UpdateItem", "upsert"))]
    pub fn put<I: Versioned>(&self, item: I) -> WriteRequest<I, verb::Unguarded<verb::Put>> {
        let key = item.to_key();
        WriteRequest::new(&self.0, key, Body::Overwrite(item), Expectation::Nothing)
    }

    /// Replaces the whole item with one PutItem, which drops attributes that the struct does not know. ([`put`](Self::put) keeps them.)
    /// It takes a [`Stored`](crate::Stored) item, or a value with `.at(&tag)`, `.expecting(..)`, `.when(..)` or `.unconditional()`.
    ///
    /// A value with only `.when(..)` or `.unconditional()` costs a read: dynacond reads the item, replaces it at the version that was
    /// read, and begins again if somebody else was faster, until the [`RetryPolicy`](crate::RetryPolicy) ends. The read is needed
    /// because a PutItem can only increment a version that its request names. If there is no item, one is created. For the same
    /// reason such a `replace` does not compile in [`transact_write`](Self::transact_write).
    #[doc(alias("put_item", "PutItem"))]
    pub fn replace<R: IntoReplace>(&self, item: R) -> WriteRequest<R::Item, R::Verb>
    where
        R::Item: Guarded,
    {
        let (key, item, expectation, read_from) = item.replacement();
        WriteRequest::new(&self.0, key, Body::Replace(item), expectation).read_from(read_from)
    }

    /// Changes attributes of an existing item at any version, with one UpdateItem. If there is no item, the error is
    /// [`Error::NotFound`](crate::Error::NotFound).
    #[doc(alias("update_item", "UpdateItem", "update_expression"))]
    pub fn update<K: IntoKey>(&self, key: K) -> WriteRequest<K::Item, verb::Update> {
        let body = Body::Update {
            actions: Changes::default(),
            default: None,
        };
        WriteRequest::new(&self.0, key.into_key(), body, Expectation::Exists)
    }

    /// Deletes an item. It takes a [`Stored`](crate::Stored) item, which is deleted if nobody wrote it since it was read, or a key with a
    /// `.when(..)`, an `.at(&tag)`, or `.unconditional()`.
    #[doc(alias("delete_item", "DeleteItem"))]
    pub fn delete<D: IntoDelete>(&self, item: D) -> WriteRequest<D::Item, D::Verb> {
        let (key, expectation, read_from) = item.deletion();
        WriteRequest::new(&self.0, key, Body::Delete, expectation).read_from(read_from)
    }

    /// Deletes an item with one DeleteItem, and returns the item as it was, or `None` if there was none. You can add a `.when(..)` and an
    /// `.at(&tag)`, as with [`delete`](Self::delete).
    ///
    /// If the answer is lost, the outcome is [unknown](crate::Error::OutcomeUnknown), unless the tag decides: a deletion leaves no write
    /// id, and the item may be gone together with the answer. A [`resend`](crate::OutcomeUnknown::resend) returns the item that it deletes,
    /// or [`OldItemLost`](crate::Error::OldItemLost) if it finds none. If you take messages from a queue and must not lose one, read the item
    /// and [`delete`](Self::delete) the [`Stored`](crate::Stored) item instead.
    ///
    /// ```no_run
    /// # use dynacond::{Key, Store, Stored, Versioned};
    /// # async fn f<Ticket: Versioned>(store: Store, key: Key<Ticket>) -> dynacond::Result<()> {
    /// let ticket: Option<Stored<Ticket>> = store.take(key).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias("delete_item", "DeleteItem", "pop"))]
    pub fn take<K: IntoKey>(&self, key: K) -> WriteRequest<K::Item, verb::Take> {
        WriteRequest::new(&self.0, key.into_key(), Body::Delete, Expectation::Nothing)
    }

    /// Gives a [`Stored`](crate::Stored) item a new version, with one UpdateItem, even if you changed nothing: a heartbeat. If somebody
    /// wrote the item since it was read, the write is refused with [`Error::Conflict`](crate::Error::Conflict). If you changed the
    /// item, the change is saved, as with [`save`](Self::save).
    #[doc(alias = "heartbeat")]
    pub fn touch<S: IntoSave>(&self, item: S) -> WriteRequest<S::Item, verb::Touch>
    where
        S::Item: Guarded,
    {
        WriteRequest::save(&self.0, item.stored())
    }

    /// Reads an item, changes it and saves it, and does so again if somebody else wrote the item in between. This takes two requests,
    /// and one more for the first conflict, because the refusal carries the item.
    ///
    /// The closure gets `&mut I`, returns `()` or `Result<(), E>`, and may run several times.
    ///
    /// ```compile_fail
    /// // The closure is `Fn`: it runs again after a conflict, so it cannot count its own runs.
    /// # async fn f<Order: dynacond::Guarded>(store: dynacond::Store, key: dynacond::Key<Order>) {
    /// let mut runs = 0;
    /// store.modify(key, |_| runs += 1);
    /// # }
    /// ```
    #[doc(alias("read_modify_write", "compare_and_swap"))]
    pub fn modify<K: IntoKey, F, R>(&self, key: K, change: F) -> Modify<K::Item, F, R::Error>
    where
        K::Item: Guarded,
        F: Fn(&mut K::Item) -> R,
        R: ModifyResult,
    {
        Modify {
            connection: self.connection(),
            key: key.into_key(),
            change,
            apply: |change, item| change(item).result(),
            wrap: R::Error::from,
            condition: None,
            grouped: self.0.group_modifies,
            missing: MustExist,
        }
    }

    /// Creates, changes, deletes or leaves one item. Your closure gets the item as it is, or `None` if there is no item. It returns the item
    /// as it should be, or `None` for no item. dynacond reads the item, calls the closure, and sends the difference: a
    /// [`create`](Self::create), a [`save`](Self::save), a [`delete`](Self::delete) of the item that was read, or nothing. If somebody
    /// else wrote the item in between, dynacond reads the item and calls the closure again.
    ///
    /// The closure may run several times. Attributes that the struct does not know are kept, as with a `save`. Errors name the verb that was
    /// sent. If an answer is lost, dynacond finds out whether the write happened, in the same way as for that verb alone.
    ///
    /// ```no_run
    /// # use dynacond::{Store, Versioned};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Serialize, Deserialize, Versioned)]
    /// # #[dynacond(table = "carts")]
    /// # struct Cart { #[dynacond(partition_key)] id: String, lines: Vec<String> }
    /// # async fn f(store: Store) -> dynacond::Result<()> {
    /// // Removing the last line deletes the cart.
    /// let left = store.alter(Cart::key("c1"), |cart| {
    ///     let mut cart: Cart = cart?;
    ///     cart.lines.pop();
    ///     Some(cart).filter(|cart| !cart.lines.is_empty())
    /// });
    /// let left = left.send().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias("upsert", "read_modify_write"))]
    pub fn alter<K: IntoKey, F, R>(&self, key: K, change: F) -> Alter<K::Item, F, R::Error>
    where
        K::Item: Guarded,
        F: Fn(Option<K::Item>) -> R,
        R: AlterResult<K::Item>,
    {
        Alter {
            connection: self.connection(),
            key: key.into_key(),
            change,
            apply: |change, item| change(item).result(),
            wrap: R::Error::from,
        }
    }

    /// Stores many new items, each with its own [`create`](Self::create), and returns a `Vec` of outcomes in the order of the items.
    ///
    /// Each item is one request, and 16 requests are in flight at the same time. If an item exists, or DynamoDB would refuse it, its outcome is
    /// an error, and the other items are stored.
    #[doc(alias = "batch_write")]
    pub fn create_all<I: Versioned>(
        &self,
        items: impl IntoIterator<Item = I>,
    ) -> WriteAll<I, verb::Create> {
        let requests = items.into_iter().map(|item| self.create(item)).collect();
        WriteAll::new(self.connection(), requests)
    }

    /// Saves many changed items, each with its own [`save`](Self::save), and returns a `Vec` of outcomes in the order of the items.
    ///
    /// If somebody wrote an item since it was read, its outcome is a [`Conflict`](crate::Error::Conflict), which carries the current item.
    /// For an unchanged item nothing is sent.
    #[doc(alias = "batch_write")]
    pub fn save_all<S: IntoSave>(
        &self,
        items: impl IntoIterator<Item = S>,
    ) -> WriteAll<S::Item, verb::Save>
    where
        S::Item: Guarded,
    {
        let requests = items.into_iter().map(|item| self.save(item)).collect();
        WriteAll::new(self.connection(), requests)
    }

    /// Deletes many items, each with its own [`delete`](Self::delete), and returns a `Vec` of outcomes in the order of the items. It takes
    /// [`Stored`](crate::Stored) items, which are deleted if nobody wrote them since they were read, or keys with a `.when(..)` or
    /// `.unconditional()`.
    #[doc(alias("batch_write", "batch_delete"))]
    pub fn delete_all<D: IntoDelete>(
        &self,
        items: impl IntoIterator<Item = D>,
    ) -> WriteAll<D::Item, D::Verb> {
        let requests = items.into_iter().map(|item| self.delete(item)).collect();
        WriteAll::new(self.connection(), requests)
    }

    /// Stores many items with [BatchWriteItem], 25 items in each request, and overwrites items that exist. Use an import to fill a table
    /// that nobody else writes. It does not compile without `.overwriting()`, so that nobody overwrites items by mistake.
    ///
    /// BatchWriteItem takes no conditions, and costs the same write units as single writes. An import does not notice these things:
    /// - **Items that exist.** An import replaces the whole item, including attributes that the struct does not know, and the version goes
    ///   back to 1. The outcome does not show that there was an item before.
    /// - **Other writers.** The import overwrites what they write during the import, or they overwrite the import. A request whose answer
    ///   was lost may arrive after its items were sent again. So after an import that lost answers, other writers should wait some
    ///   minutes before they begin.
    /// - **An earlier run.** If the process ends in the middle, nothing says which items are stored. Send the same import again: it stores
    ///   all items, with new write ids.
    ///
    /// Every item gets version 1, a write id and its index attributes, so all other verbs can guard the item afterwards. An import keeps
    /// DynamoDB's limits of 25 items and 16 MB for each request and 400 KB for each item, and sends unprocessed items again. To store
    /// only items that do not exist, use [`create_all`](Self::create_all).
    ///
    /// [BatchWriteItem]: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
    #[doc(alias("batch_write_item", "BatchWriteItem", "batch_write"))]
    pub fn import<I: Versioned>(&self, items: impl IntoIterator<Item = I>) -> Import<I> {
        Import::new(self.connection(), items.into_iter().collect())
    }

    /// Runs a pure function that reads and writes items, as one transaction. dynacond fetches the items that the function reads, and
    /// commits what it writes if nothing that it read has changed. Otherwise the function runs again.
    ///
    /// The function may run several times, so it is `Fn` and does no I/O. Its error is any `E: From<dynacond::Error>`; a closure names
    /// its error in the call: `|tx| -> dynacond::Result<_> { .. }`. The function may see items from different moments, and must return
    /// with such items, too. A commit or an error of the function counts only if all the items are from one moment.
    ///
    /// ```no_run
    /// # use dynacond::{Store, Transaction, Versioned};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Serialize, Deserialize, Versioned)]
    /// # #[dynacond(table = "tasks")]
    /// # struct Task { #[dynacond(partition_key)] id: String, user_id: String }
    /// # #[derive(Clone, Serialize, Deserialize, Versioned)]
    /// # #[dynacond(table = "users")]
    /// # struct User { #[dynacond(partition_key)] id: String, task_ids: Vec<String> }
    /// fn create_task(tx: &mut Transaction, task: Task) -> dynacond::Result<()> {
    ///     if tx.get(task.to_key())?.is_none() {
    ///         let mut user = tx.require(User::key(&task.user_id))?;
    ///         user.task_ids.push(task.id.clone());
    ///         tx.put(task)?;
    ///         tx.put(user)?;
    ///     }
    ///     Ok(())
    /// }
    ///
    /// # async fn f(store: Store, task: Task) -> dynacond::Result<()> {
    /// store.transact(|tx| create_task(tx, task.clone())).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// ```compile_fail
    /// // The function is `Fn`: it runs again with the latest data, so it cannot count its own runs.
    /// # fn f(store: dynacond::Store) {
    /// let mut runs = 0;
    /// let _ = store.transact(|_| -> dynacond::Result<()> { runs += 1; Ok(()) });
    /// # }
    /// ```
    #[doc(alias("transact_get_items", "TransactGetItems", "transact_write_items"))]
    pub fn transact<F, R>(&self, function: F) -> Transact<F>
    where
        F: Fn(&mut Transaction) -> R,
        R: FunctionResult,
    {
        Transact::new(self.connection(), function)
    }

    /// Writes several items, or none of them, with one [TransactWriteItems]. It takes requests of this store: a tuple of requests returns
    /// a tuple of results, and a `Vec` returns a `Vec`. After a lost answer the same request is sent again, until there is an answer or
    /// the [`RetryPolicy`](crate::RetryPolicy) ends. DynamoDB applies it at most once, even if it has a single action.
    ///
    /// A tuple may contain a `Vec`, for example a header and its lines. A refusal counts the actions as they are sent: the header is 0,
    /// and its lines begin with 1. A tuple may also contain an `Option`: `None` adds no action and gives `None`.
    ///
    /// ```no_run
    /// # use dynacond::{Error, Guarded, Store, Stored};
    /// # async fn f<Order: Guarded, Line: Guarded>(store: Store, order: Stored<Order>, lines: Vec<Stored<Line>>) -> dynacond::Result<()> {
    /// let lines: Vec<_> = lines.into_iter().map(|line| store.delete(line)).collect();
    /// match store.transact_write((store.delete(order), lines)).send().await {
    ///     Ok(((), lines)) => println!("the order and {} lines are gone", lines.len()),
    ///     Err(Error::Conflict(refusal)) => println!("action {:?} is not as it was read", refusal.action()),
    ///     Err(other) => return Err(other),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// [TransactWriteItems]: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    #[doc(alias("transact_write_items", "TransactWriteItems"))]
    pub fn transact_write<A: TransactItems>(&self, actions: A) -> TransactWrite<A> {
        TransactWrite::new(self.connection(), actions)
    }

    /// Writes many groups, each with its own [`transact_write`](Self::transact_write), so each group is written as a whole or not at all. A
    /// group is a tuple or a `Vec` of at most 100 requests. Returns a `Vec` with the outcome of each group, in the order of the groups.
    ///
    /// You make the groups, because you know which writes belong together, for example an order and its lines. If dynacond cut a list after
    /// every hundred writes, it would separate some lines from their order, and one refused write would stop 99 unrelated ones. 16 groups
    /// are in flight at the same time, in any order. If two groups write the same item at the same time, DynamoDB may refuse one of them,
    /// and dynacond sends it again.
    ///
    /// ```no_run
    /// # use dynacond::{Error, Store, Versioned};
    /// # async fn f<Order: Versioned, Line: Versioned>(store: Store, orders: Vec<(Order, Vec<Line>)>) {
    /// let groups = orders.into_iter().map(|(order, lines)| {
    ///     let lines: Vec<_> = lines.into_iter().map(|line| store.create(line)).collect();
    ///     (store.create(order), lines)
    /// });
    /// for group in store.transact_each(groups).send().await {
    ///     match group.outcome {
    ///         Ok((_, lines)) => println!("an order with {} lines is stored", lines.len()),
    ///         Err(Error::OutcomeUnknown(lost)) => println!("{:?}: all of them, or none: {lost}", group.keys),
    ///         Err(other) => println!("{:?}: none of them: {other}", group.keys),
    ///     }
    /// }
    /// # }
    /// ```
    ///
    /// Writes that do not belong together need no transaction: [`create_all`](Self::create_all) costs half as much.
    pub fn transact_each<A: TransactItems>(
        &self,
        groups: impl IntoIterator<Item = A>,
    ) -> TransactEach<A> {
        TransactEach::new(self.connection(), groups.into_iter().collect())
    }

    /// Adds a condition on an item that [`transact_write`](Self::transact_write) does not change.
    #[doc(alias("condition_check", "ConditionCheck"))]
    pub fn check<K: IntoKey, C: IntoCondition<K::Item>>(
        &self,
        key: K,
        condition: impl FnOnce(<K::Item as Versioned>::Attributes) -> C,
    ) -> WriteRequest<K::Item, verb::Check> {
        let request: WriteRequest<_, verb::Check> =
            WriteRequest::new(&self.0, key.into_key(), Body::Check, Expectation::Nothing);
        request.when(condition)
    }

    pub(crate) fn connection(&self) -> Arc<Connection> {
        Arc::clone(&self.0)
    }
}
