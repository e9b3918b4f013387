//! Queries and scans: a partition or the whole table, a range of the sort key, a filter, and the amount.
pub(crate) mod amount;
pub(crate) mod collection;
pub(crate) mod page;
pub(crate) mod scan;
pub(crate) mod sending;
pub(crate) mod shape;
pub(crate) mod source;
pub(crate) mod stream;

use std::fmt;
use std::future::Pending;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::error::error::Result;
use crate::expression::condition::IntoCondition;
use crate::expression::projection::ProjectedBy;
use crate::expression::sort_key::IntoSortCondition;
use crate::expression::tree::node::Node;
use crate::model::invalid::InvalidInput;
use crate::model::item::Versioned;
use crate::model::partition::Partition;
use crate::model::queryable::Queryable;
use crate::outcome::progress::Progress;
use crate::outcome::watch::{Seeing, Unwatched, Watch};
use crate::read::checkpoint::Checkpoint;
use crate::read::consistency::Consistency;
use crate::read::cursor::Cursor;
use crate::read::preview::ReadPreview;
use crate::read::seen;
use crate::verbs::verb::SentByAwait;
use crate::wire::call::{Meter, Metered};
use crate::wire::connection::Connection;
use crate::wire::shared_rate::{ChosenRate, SharedRate};

use amount::{All, Amount, Counted, First, OnePage, Said, SaysHowMuch, Unsaid};
use sending::{Sending, Spec};
use shape::{Fresh, Part, Shape, Values, Whole};
use source::{Consistent, Source};
use stream::Results;

/// A query of one partition that is not sent yet. [`Store::query`](crate::Store::query) returns it. A [`Scan`](crate::Scan) has the same
/// methods, and reads every partition.
///
/// The type parameters are the source, the amount, the shape of the results, the range and the watcher.
#[must_use = "nothing is sent until how much is said, and `.send().await`"]
pub struct Query<Q, A = Unsaid, S = Whole, R = InPartition, W = Unwatched> {
    pub(crate) spec: Box<Spec>,
    pub(crate) amount: A,
    pub(crate) watch: W,
    pub(crate) of: Of<Q, S, R>,
}

/// The source, the shape and the range of a read.
type Of<Q, S, R> = PhantomData<fn() -> (Q, S, R)>;

/// The read is of one partition.
#[derive(Clone, Copy, Debug)]
pub struct InPartition;
/// The read is of every partition.
#[derive(Clone, Copy, Debug)]
pub struct Everywhere;

impl<Q, A, S, R, W> fmt::Debug for Query<Q, A, S, R, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.spec.read.subject.named())
    }
}

/// This impl exists only for its compiler message.
#[doc(hidden)]
impl<Q: SentByAwait, A: Amount<Q, S>, S, R, W> Future for Query<Q, A, S, R, W> {
    type Output = Result<A::Output>;
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        match Q::NEVER {}
    }
}

impl<Q, A, S, R, W> Query<Q, A, S, R, W> {
    pub(crate) fn becomes<B, T>(self, amount: B) -> Query<Q, B, T, R, W> {
        Query {
            spec: self.spec,
            amount,
            watch: self.watch,
            of: PhantomData,
        }
    }

    /// Replaces the watcher by one that contains it.
    pub(crate) fn watched_by<X>(self, by: impl FnOnce(W) -> X) -> Query<Q, A, S, R, X> {
        Query {
            spec: self.spec,
            amount: self.amount,
            watch: by(self.watch),
            of: self.of,
        }
    }
}

impl<Q: Source, A, S, R, W> Query<Q, A, S, R, W> {
    /// Returns only items for which this condition is true. DynamoDB evaluates a filter after it has read the items, so a filter saves no
    /// units.
    ///
    /// With a second filter, both must be true. The filter of a query cannot name key attributes of the table or index that is queried: use
    /// `.sort_key(..)` for those. The filter of a scan may name every attribute.
    #[doc(alias("filter_expression", "FilterExpression"))]
    pub fn filter<C: IntoCondition<Q::Filtered>>(
        mut self,
        filter: impl FnOnce(Q::Attributes) -> C,
    ) -> Self {
        let node = filter(Q::ATTRIBUTES).into_condition().node;
        let read = &mut self.spec.read;
        read.filter = Node::both(read.filter.take(), Some(node));
        read.is_selective = true;
        self
    }

    /// Continues after a cursor of the same query, which comes from [`Page::next`](crate::Page::next). `None` means the beginning.
    ///
    /// A cursor of another query is [`Error::Cursor`](crate::Error::Cursor) when the query is sent.
    #[doc(alias("exclusive_start_key", "ExclusiveStartKey"))]
    pub fn after(mut self, cursor: impl Into<Option<Cursor>>) -> Self {
        self.spec.after = cursor.into();
        self
    }

    /// Continues after a cursor that [`Cursor::token`] has turned into a text. `None` means the beginning.
    ///
    /// # Errors
    /// [`Error::Cursor`](crate::Error::Cursor) if the text is malformed, or was not signed with one of the store's cursor keys. If the cursor
    /// belongs to another query, that error comes when the query is sent. An HTTP service answers both with 400.
    pub fn after_token(mut self, token: Option<&str>) -> Result<Self> {
        let keys = &self.spec.connection.cursor_keys;
        self.spec.after = token.map(|token| keys.verify(token)).transpose()?;
        Ok(self)
    }

    /// Binds the cursors of the query to your own data, such as a tenant or a user. A cursor that was given to another tenant is refused.
    pub fn bound_to(mut self, data: impl AsRef<[u8]>) -> Self {
        self.spec.bound_to.push(data.as_ref().to_vec());
        self
    }

    /// Sets how many items a page may examine, including items that the filter leaves out. Only with this limit can a page be short although
    /// there is a next page. Then the cursor may contain the key of an item that the filter has left out.
    #[doc(alias("limit", "Limit"))]
    pub fn examine_at_most(mut self, items: usize) -> Self {
        self.spec.examine_at_most = Some(items);
        self
    }

    /// Returns the first request that the query would send.
    ///
    /// # Errors
    /// Those errors of [`send`](Self::send) that come before anything is sent.
    pub fn preview(&self) -> Result<ReadPreview> {
        Ok(ReadPreview::of(self.spec.read()?)?)
    }
}

impl<Q: Source, A, S, R, W> Query<Q, A, S, R, W> {
    /// Sets a rate in capacity units for each second, for reads and writes together. It must be a positive number. Each request waits until
    /// the rate allows for the units that DynamoDB reported for the requests before it. A page is not larger than the units of one second.
    /// If DynamoDB throttles, the rate is halved, and recovers within ten seconds.
    ///
    /// The rate applies to this call only; [`shared_rate`](Self::shared_rate) applies one to several calls. The client must be able to wait, as
    /// it is with the SDK's default configuration.
    pub fn units_per_second(mut self, units: f64) -> Self {
        self.spec.rate = Some(ChosenRate::Own(units));
        self
    }

    /// Shares a rate with other calls: see [`Store::shared_rate`](crate::Store::shared_rate).
    pub fn shared_rate(mut self, rate: &SharedRate) -> Self {
        self.spec.rate = Some(ChosenRate::Shared(rate.clone()));
        self
    }

    /// Continues where an earlier run of the same read stopped. It takes a [`Checkpoint`] or an `Option` of one; `None` means the beginning.
    ///
    /// If the checkpoint belongs to another read, or to another number of segments, nothing is sent, and the error is
    /// [`Error::Checkpoint`](crate::Error::Checkpoint).
    pub fn resume(mut self, checkpoint: impl Into<Option<Checkpoint>>) -> Self {
        self.spec.resume = checkpoint.into();
        self
    }

    /// Calls the closure with the [`Progress`] after every page, and about once a second while items are written. A second closure is called
    /// as well. Store [`Progress::checkpoint`] where it survives a crash.
    pub fn on_progress<P: FnMut(&Progress)>(self, see: P) -> Query<Q, A, S, R, Seeing<W, P>> {
        self.watched_by(|watch| Seeing(watch, see))
    }
}

impl<Q: Queryable, A, S, W> Query<Q, A, S, InPartition, W> {
    /// Reads only a part of the partition, by the sort key. The closure gets the first part of the sort key, and an equality
    /// returns the next part: `|k| k.placed.eq("2026-10-05").id.begins_with("a")`. You pay only for this part.
    #[doc(alias("key_condition_expression", "KeyConditionExpression"))]
    pub fn sort_key<C: IntoSortCondition<Q>>(
        mut self,
        condition: impl FnOnce(Q::SortKey) -> C,
    ) -> Self {
        let sort = condition(Q::SORT_KEY).into_state();
        if self.spec.sort.replace(sort).is_some() {
            // DynamoDB accepts one clause on a sort key, and neither of the two may be lost.
            let twice = || Box::new(InvalidInput::SortKeyTwice);
            self.spec.invalid.get_or_insert_with(twice);
        }
        self
    }
}

impl<Q, A, S, W> Query<Q, A, S, InPartition, W> {
    /// Returns items in descending order of the sort key.
    #[doc(alias("scan_index_forward", "ScanIndexForward"))]
    pub fn descending(mut self) -> Self {
        self.spec.read.descending = true;
        self
    }
}

impl<Q: Source, A, S, R, W> Query<Q, A, S, R, W> {
    /// Reads with eventual consistency, for half the read units. An item may be old, or missing.
    #[doc(alias("consistent_read", "ConsistentRead"))]
    pub fn eventually_consistent(mut self) -> Self
    where
        Q: Consistent,
    {
        self.spec.read.consistency = Consistency::Eventual;
        self
    }
}

impl<Q: Source> Query<Q> {
    pub(crate) fn of(connection: Arc<Connection>, partition: Partition<Q>) -> Self {
        Self {
            spec: Spec::of(connection, Some(partition)),
            amount: Unsaid,
            watch: Unwatched,
            of: PhantomData,
        }
    }
}

impl<Q: Source, S, R, W> Query<Q, Unsaid, S, R, W> {
    /// Reads one page of at most `results` items that match. `results` is at least 1.
    ///
    /// A page ends before an item that does not decode, and its `next` leads to that item. If a page begins with such an item, the
    /// page is [`Error::Interrupted`](crate::Error::Interrupted). Its `source` is [`Error::Decode`](crate::Error::Decode) with the
    /// key of the item, and its `cursor` is the position after the item.
    #[doc(alias("limit", "paginator"))]
    pub fn page(self, results: usize) -> Query<Q, OnePage, S, R, W> {
        self.becomes(OnePage(results))
    }

    /// Reads all items into memory.
    pub fn all(self) -> Query<Q, All, S, R, W> {
        self.becomes(All)
    }

    /// Reads the first item.
    pub fn first(self) -> Query<Q, First, S, R, W> {
        self.becomes(First)
    }
}

impl<Q: Source, R, W> Query<Q, Unsaid, Whole, R, W> {
    /// Counts the items. Counting costs as much as reading.
    #[doc(alias = "Select")]
    pub fn count(self) -> Query<Q, Counted, Whole, R, W> {
        self.becomes(Counted)
    }
}

impl<Q: Source, A, R, W> Query<Q, A, Whole, R, W> {
    /// Returns plain values, without the raw item and the version, if you do not want to save them.
    pub fn values(self) -> Query<Q, A, Values, R, W> {
        let (query, amount) = self.apart();
        query.becomes(amount)
    }

    /// Reads each item again from the table, consistently, because an index may be old, or project too little. The key condition and the filter
    /// are evaluated again. The result says how many items were `gone`, and how many have `changed` so that they no longer match.
    pub fn fetch(self) -> Query<Q, A, Fresh, R, W> {
        let (query, amount) = self.apart();
        query.becomes(amount)
    }
}

impl<Q: Queryable, A, R, W> Query<Q, A, Whole, R, W>
where
    Q::Item: Versioned,
{
    /// Reads some attributes of each item, into a struct with [`#[derive(Projection)]`](derive@crate::Projection). DynamoDB reads the whole
    /// item and charges for all of it, but sends less.
    ///
    /// The key is always included, and so are version and write id, if the table or index has them.
    #[doc(alias("projection_expression", "ProjectionExpression"))]
    pub fn project<P: ProjectedBy<Q>>(self) -> Query<Q, A, Part<P>, R, W> {
        let (mut query, amount) = self.apart();
        let spec = &mut query.spec;
        let model = const { &<Q::Item as Versioned>::MODEL };
        let stamps = model.version.into_iter().chain(model.write_id);
        let has = |name: &&str| spec.read.projects(name);
        let position = spec.read.position.iter().copied();
        spec.read.projection = seen::paths::<P>(position.chain(stamps.filter(has)));
        query.becomes(amount)
    }
}

impl<Q: Source, S: Shape<Q>, R> Query<Q, Unsaid, S, R> {
    /// Returns the items one after the other, with one page of the service in memory for each segment. An error that comes before anything is
    /// sent is the first result of the stream.
    #[doc(alias = "paginator")]
    pub fn stream(self) -> Results<Q, S> {
        Results::of(self.spec)
    }
}

impl<Q: Source, A: Said, S, R, W> Query<Q, A, S, R, W> {
    /// Sends requests until there are enough items or the end was seen.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid), [`Error::Expression`](crate::Error::Expression),
    /// [`Error::Cursor`](crate::Error::Cursor) and [`Error::Checkpoint`](crate::Error::Checkpoint) before anything is sent;
    /// [`Error::Decode`](crate::Error::Decode) with the key of an item that does not decode (a `.stream()` continues after the
    /// item, and a [`page`](Self::page) can continue with the cursor of its error); and errors of the service. With `modify_each`
    /// and `delete_each`, the error of an item is in the report, and a failure of the service is
    /// [`Error::Interrupted`](crate::Error::Interrupted), which carries the report with a checkpoint.
    pub async fn send(self) -> Result<A::Output>
    where
        A: Amount<Q, S>,
        W: Watch,
    {
        let (sending, amount, watch) = self.sending(Meter::Requests)?;
        amount.run(sending, watch).await
    }

    /// Does the same as [`send`](Self::send), and also returns the capacity units that DynamoDB reported for all requests together.
    pub async fn send_metered(self) -> Metered<Result<A::Output>>
    where
        A: Amount<Q, S>,
        W: Watch,
    {
        match self.sending(Meter::Units) {
            Ok((sending, amount, watch)) => {
                let call = Arc::clone(&sending.call);
                Metered::new(amount.run(sending, watch).await, &call)
            }
            Err(error) => Metered::unsent(Err(error)),
        }
    }

    fn sending(self, meter: Meter) -> Result<(Sending, A, W)>
    where
        A: Amount<Q, S>,
        W: Watch,
    {
        let Self {
            spec,
            amount,
            watch,
            ..
        } = self;
        // A watcher sees the units, so they are counted.
        let is_told = W::LOOKS || A::METERED;
        let call = spec.call(if is_told { Meter::Units } else { meter })?;
        Ok((Sending { spec, call }, amount, watch))
    }
}

/// This impl exists only for its compiler message. An `async fn` would repeat the message at its call, at its future and at its
/// `.await`.
#[doc(hidden)]
impl<Q: Source, S, R, W> Query<Q, Unsaid, S, R, W> {
    pub fn send(self) -> Pending<Result<Vec<Q::Found>>>
    where
        Self: SaysHowMuch,
    {
        std::future::pending()
    }

    pub fn send_metered(self) -> Pending<Metered<Result<Vec<Q::Found>>>>
    where
        Self: SaysHowMuch,
    {
        std::future::pending()
    }
}

impl<Q, A, S, R, W> Query<Q, A, S, R, W> {
    fn apart(self) -> (Query<Q, (), S, R, W>, A) {
        let Self {
            spec,
            amount,
            watch,
            of,
        } = self;
        let query = Query {
            spec,
            amount: (),
            watch,
            of,
        };
        (query, amount)
    }
}
